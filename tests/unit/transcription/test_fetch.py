"""Fetching a large file: resume, changes upstream, limits, a site that is not there."""
from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.transcription.a_model_page import ModelPage, model_page
from transcription import fetch as fetching
from transcription.errors import ModelDamagedError, ModelUnreachableError
from transcription.fetch import Progress, fetch

CONTENT = random.Random(5).randbytes(700_000)


@pytest.fixture
def page() -> Iterator[ModelPage]:
    with model_page(CONTENT) as serving:
        yield serving


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSE_SECONDS", 0.0)


def test_a_file_arrives_whole_and_leaves_nothing_beside(page: ModelPage, tmp_path: Path) -> None:
    told: list[Progress] = []
    assert fetch(page.url, tmp_path / "m.zip", told.append).read_bytes() == CONTENT
    assert told[-1] == Progress("fetch", len(CONTENT), len(CONTENT))
    assert [path.name for path in tmp_path.iterdir()] == ["m.zip"]


def test_a_broken_connection_goes_on_where_it_stopped(page: ModelPage, tmp_path: Path) -> None:
    page.break_after = [100_000, 250_000]
    assert fetch(page.url, tmp_path / "m.zip").read_bytes() == CONTENT
    assert page.asked == [None, "bytes=100000-", "bytes=350000-"]


def test_a_later_run_goes_on_too(page: ModelPage, tmp_path: Path) -> None:
    page.break_after = [300_000, 0, 0, 0, 0]
    with pytest.raises(ModelUnreachableError):
        fetch(page.url, tmp_path / "m.zip")
    page.break_after = []
    page.asked.clear()
    assert fetch(page.url, tmp_path / "m.zip").read_bytes() == CONTENT
    assert page.asked == ["bytes=300000-"]


def test_a_file_that_changed_meanwhile_starts_again(page: ModelPage, tmp_path: Path) -> None:
    page.break_after = [300_000, 0, 0, 0, 0]
    with pytest.raises(ModelUnreachableError):
        fetch(page.url, tmp_path / "m.zip")
    page.break_after, page.etag, page.content = [], '"v2"', CONTENT[::-1]
    assert fetch(page.url, tmp_path / "m.zip").read_bytes() == CONTENT[::-1]


def test_a_site_without_ranges_starts_again(page: ModelPage, tmp_path: Path) -> None:
    page.ignore_ranges, page.break_after = True, [300_000]
    assert fetch(page.url, tmp_path / "m.zip").read_bytes() == CONTENT


def test_a_part_longer_than_the_file_starts_again(page: ModelPage, tmp_path: Path) -> None:
    page.break_after = [600_000, 0, 0, 0, 0]
    with pytest.raises(ModelUnreachableError):
        fetch(page.url, tmp_path / "m.zip")
    page.break_after, page.content = [], CONTENT[:500_000]
    assert fetch(page.url, tmp_path / "m.zip").read_bytes() == CONTENT[:500_000]


def test_more_bytes_than_expected_are_refused(page: ModelPage, tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match="at most 1000"):
        fetch(page.url, tmp_path / "m.zip", limit=1_000)


@pytest.mark.parametrize("status", [404, 503])
def test_a_refusal_is_told_at_once(page: ModelPage, tmp_path: Path, status: int) -> None:
    page.status = status
    with pytest.raises(ModelUnreachableError, match=str(status)):
        fetch(page.url, tmp_path / "m.zip")
    assert len(page.asked) == 1


def test_a_site_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(ModelUnreachableError, match="refused"):
        fetch(f"http://127.0.0.1:{port}/m.zip", tmp_path / "m.zip")
