"""TLS for `--listen`: a given certificate, or one made for this machine, whose fingerprint people can compare."""
from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from common.errors import JiesuError
from common.secrets import write_private
from common.settings import Settings

YEARS = 2
Loaded = TypeVar("Loaded")


class CertificateError(JiesuError):
    """The given certificate cannot be served; the message says why and what to do."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "certificate"


def certificate(settings: Settings) -> tuple[Path, Path]:
    """(certificate, key) as files: the configured pair, else a self-signed one kept in the secrets directory."""
    if settings.tls_certificate and settings.tls_key:
        return settings.tls_certificate, settings.tls_key
    chain, key = settings.secrets_dir / "tls.crt", settings.secrets_dir / "tls.key"
    if not (chain.exists() and key.exists() and _still_good(chain, settings.listen)):
        settings.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(chain, key, settings.listen)
    return chain, key


def check_given(settings: Settings) -> None:
    """Refuse what browsers or OpenSSL would refuse later. Raises CertificateError; without a given pair nothing is checked."""
    chain, key = settings.tls_certificate, settings.tls_key
    if chain is None and key is None:
        return
    if chain is None or key is None:
        given, absent = ("--tls-certificate", "--tls-key") if chain else ("--tls-key", "--tls-certificate")
        raise CertificateError(f"{given} was given without {absent}: give both, or neither and a certificate is made here")
    found = _read(chain, "certificate", x509.load_pem_x509_certificate)
    private = _read(key, "key", lambda pem: serialization.load_pem_private_key(pem, password=None))
    until, now = found.not_valid_after_utc, datetime.now(UTC)
    if until <= now:
        raise CertificateError(f"the certificate {chain} expired on {until:%Y-%m-%d}: renew it, then start again")
    if found.not_valid_before_utc > now:
        raise CertificateError(
            f"the certificate {chain} is valid only from {found.not_valid_before_utc:%Y-%m-%d} on: is this machine's clock right?"
        )
    if found.public_key() != private.public_key():
        raise CertificateError(f"{key} is not the key of {chain}: give the pair that was issued together")


def _read(file: Path, what: str, load: Callable[[bytes], Loaded]) -> Loaded:
    try:
        return load(file.read_bytes())
    except OSError as error:
        raise CertificateError(
            f"the TLS {what} {file} cannot be read ({error.strerror}): check the path, and that user {os.getuid()} may read it"
        ) from error
    except TypeError as error:
        raise CertificateError(f"the TLS {what} {file} has a passphrase: give a copy without one, readable by us only") from error
    except ValueError as error:
        raise CertificateError(f"{file} holds no TLS {what} in PEM form (-----BEGIN …): give the PEM file") from error


def fingerprint(chain: Path) -> str:
    """SHA-256 in pairs of hex digits, as browsers show it."""
    digest = x509.load_pem_x509_certificate(chain.read_bytes()).fingerprint(hashes.SHA256())
    return ":".join(f"{byte:02X}" for byte in digest)


def _names(listen: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.DNSName(socket.gethostname())]
    addresses = {"127.0.0.1"}
    if listen == "0.0.0.0":  # noqa: S104  compared, not bound
        addresses |= {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    else:
        addresses.add(listen)
    return names + [x509.IPAddress(ipaddress.ip_address(address)) for address in sorted(addresses)]


def _make(chain: Path, key_file: Path, listen: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Jiesu")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectAlternativeName(_names(listen)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(key_file, private.decode())
    write_private(chain, made.public_bytes(pem).decode())


def _still_good(chain: Path, listen: str) -> bool:
    found = x509.load_pem_x509_certificate(chain.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    fresh = found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=14)
    return fresh and all(name in list(names) for name in _names(listen))
