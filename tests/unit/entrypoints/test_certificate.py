"""A given certificate is looked at before anything starts, and each refusal says what to do."""
from __future__ import annotations

from pathlib import Path

import pytest

from common.settings import Settings
from entrypoints.certificate import CertificateError, certificate, check_given
from entrypoints.preflight import PreflightError, before_start
from tests.certificates import a_pair
from tests.ports import take_block


def settings(tmp_path: Path, chain: Path | None, key: Path | None) -> Settings:
    return Settings(data=tmp_path / "data", listen="127.0.0.5", tls_certificate=chain, tls_key=key)


def test_a_good_pair_is_served(tmp_path: Path) -> None:
    chain, key = a_pair(tmp_path)
    given = settings(tmp_path, chain, key)
    check_given(given)
    assert certificate(given) == (chain, key)


def test_without_one_nothing_is_refused(tmp_path: Path) -> None:
    check_given(settings(tmp_path, None, None))


def test_a_certificate_without_its_key_and_a_key_without_its_certificate(tmp_path: Path) -> None:
    chain, key = a_pair(tmp_path)
    with pytest.raises(CertificateError, match="--tls-certificate was given without --tls-key: give both"):
        check_given(settings(tmp_path, chain, None))
    with pytest.raises(CertificateError, match="--tls-key was given without --tls-certificate: give both"):
        check_given(settings(tmp_path, None, key))


def test_the_key_of_another_certificate(tmp_path: Path) -> None:
    chain, _ = a_pair(tmp_path / "one")
    _, other = a_pair(tmp_path / "two")
    with pytest.raises(CertificateError, match=r"is not the key of .* give the pair"):
        check_given(settings(tmp_path, chain, other))


@pytest.mark.parametrize(("days", "words"), [((-30, -1), "expired on .* renew it"), ((2, 30), "valid only from .* clock")])
def test_one_that_is_not_valid_today(tmp_path: Path, days: tuple[int, int], words: str) -> None:
    with pytest.raises(CertificateError, match=words):
        check_given(settings(tmp_path, *a_pair(tmp_path, days=days)))


def test_files_that_are_absent_or_something_else(tmp_path: Path) -> None:
    chain, key = a_pair(tmp_path)
    with pytest.raises(CertificateError, match=r"nowhere.pem cannot be read \(No such file .*check the path"):
        check_given(settings(tmp_path, tmp_path / "nowhere.pem", key))
    with pytest.raises(CertificateError, match=r"key.pem holds no TLS certificate in PEM form"):
        check_given(settings(tmp_path, key, key))
    with pytest.raises(CertificateError, match=r"chain.pem holds no TLS key in PEM form"):
        check_given(settings(tmp_path, chain, chain))
    with pytest.raises(CertificateError, match=r"cannot be read \(Is a directory"):
        check_given(settings(tmp_path, chain, tmp_path))


def test_a_key_with_a_passphrase(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="has a passphrase: give a copy without one"):
        check_given(settings(tmp_path, *a_pair(tmp_path, password=b"invented")))


def test_a_start_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    refused = settings(tmp_path, *a_pair(tmp_path, days=(-30, -1))).model_copy(update={"port": take_block()})
    with pytest.raises(PreflightError, match=r"(?s)TLS: .*expired.*start without --tls-certificate"):
        before_start(refused)


def test_a_path_is_kept_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings(tmp_path, Path("chain.pem"), None).tls_certificate == tmp_path / "chain.pem"
