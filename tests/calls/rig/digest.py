"""SIP digest authentication (RFC 2617 with qop=auth), as a phone does it."""
from __future__ import annotations

import hashlib
import re


def authorization(reply: str, method: str, uri: str, user: str, password: str) -> str:
    """The Authorization header that answers a 401 reply."""
    challenge = re.search(r"(?im)^WWW-Authenticate:\s*Digest\s+(.*?)\r?$", reply)
    assert challenge is not None, "no challenge in the reply"
    asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge[1]))
    secret = _md5(user, asked["realm"], password)
    response = _md5(secret, asked["nonce"], "00000001", "abcd", "auth", _md5(method, uri))
    opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
    return (
        f'Authorization: Digest username="{user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="abcd"{opaque}'
    )


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()
