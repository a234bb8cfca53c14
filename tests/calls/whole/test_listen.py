"""`--listen`: the whole system on an address of its own, behind TLS, with a certificate made here and with a given one."""
from __future__ import annotations

import socket
import ssl
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from websockets.sync.client import connect

from tests.calls.rig import web_phone
from tests.certificates import a_pair
from tests.system import System, wait_until

ADDRESS = "127.0.0.5"


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    running = System(tmp_path_factory.mktemp("listen") / "data", listen=ADDRESS).start()
    yield running
    running.stop()


def served(system: System) -> x509.Certificate:
    """The certificate that a stranger is shown."""
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((ADDRESS, system.port), 10) as raw, blind.wrap_socket(raw) as secured:
        told = secured.getpeercert(binary_form=True)
    assert told is not None
    return x509.load_der_x509_certificate(told)


def test_the_printed_fingerprint_is_the_certificate_that_is_served(listening: System) -> None:
    digest = served(listening).fingerprint(hashes.SHA256()).hex(":").upper()

    def is_printed() -> bool:  # the system is ready a moment before it says so
        return digest in "".join(listening.printed().split("│")).replace("\n", "").replace(" ", "")

    wait_until(is_printed, "the fingerprint is printed")
    assert stat.S_IMODE((listening.data / "secrets" / "tls.key").stat().st_mode) == 0o600
    told = listening.status()
    assert (told["ready"], told["web_url"]) == (True, f"https://{ADDRESS}:{listening.port}")


def test_a_session_over_https_has_a_secure_cookie(listening: System) -> None:
    with closing(listening.signed_in("operator")) as client:  # trusts this certificate only, for this address
        assert client.get("/api/session").json()["person"]["login"] == listening.account("operator")["login"]
        (cookie,) = client.cookies.jar
        assert cookie.secure and cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "strict"


def test_accounts_are_not_told_to_the_network(listening: System) -> None:
    assert httpx.get(f"{listening.url}/api/demo/accounts", verify=listening.trust()).status_code == 403


def test_live_news_and_sip_come_over_secure_websockets(listening: System) -> None:
    with closing(listening.signed_in("operator")) as client:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
        wss: dict[str, Any] = {
            "ssl": listening.trust(), "origin": listening.url, "additional_headers": {"Cookie": cookies}, "close_timeout": 0.5,
        }  # fmt: skip
        here = listening.url.replace("https", "wss")
        with connect(f"{here}/api/live", **wss) as news:
            assert '"hello"' in news.recv(timeout=10)
        sip = client.post("/api/presence/sign-on", json={"tab": "desk"}).json()["sip"]
        assert web_phone.register_at(f"{here}{sip['path']}", sip["username"], sip["password"], **wss) == 200
        client.post("/api/presence/sign-off")


def test_plain_http_gets_no_page(listening: System) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{ADDRESS}:{listening.port}/", timeout=10)
    with socket.create_connection((ADDRESS, listening.port), 10) as plain:
        plain.sendall(b"POST /api/session HTTP/1.1\r\nHost: hotline\r\nContent-Length: 0\r\n\r\n")
        assert not plain.recv(100).startswith(b"HTTP/1.1 2")


def test_a_call_comes_in_at_that_address(listening: System) -> None:
    called = listening.jiesu("call", "--seconds", "3")
    assert called.returncode == 0, called.stdout + called.stderr


def test_a_given_certificate_is_the_one_served(tmp_path: Path) -> None:
    chain, key = a_pair(tmp_path / "tls", address=ADDRESS)
    given = System(tmp_path / "data", listen=ADDRESS, arguments=("--tls-certificate", str(chain), "--tls-key", str(key)))
    given.certificate = chain
    given.start()
    try:
        assert served(given) == x509.load_pem_x509_certificate(chain.read_bytes())
        assert not (given.data / "secrets" / "tls.key").exists()
        with closing(given.signed_in("operator")) as client:
            assert client.get("/api/session").status_code == 200
    finally:
        given.stop()


def test_a_pair_that_cannot_be_served_is_refused_in_a_sentence(tmp_path: Path) -> None:
    system = System(tmp_path / "data")
    expired, key = a_pair(tmp_path / "expired", address=ADDRESS, days=(-30, -1))
    refusals = {
        ("--tls-certificate", str(expired)): "without --tls-key: give both",
        ("--tls-certificate", str(expired), "--tls-key", str(key)): "expired on",
        ("--tls-certificate", str(tmp_path / "nowhere.pem"), "--tls-key", str(key)): "cannot be read",
    }
    for options, words in refusals.items():
        refused = system.jiesu("up", "--demo", "--listen", ADDRESS, "--port", str(system.port), *options)
        assert refused.returncode == 2
        told = " ".join(refused.stderr.split())
        assert words in told and "Traceback" not in told, told
    assert not (system.data / "postgres").exists()
