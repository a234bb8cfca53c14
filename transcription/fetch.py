"""Fetching a large file over HTTP so that an interrupted download goes on where it stopped."""
from __future__ import annotations

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from transcription.errors import ModelDamagedError, ModelUnreachableError, NoSpaceForModelError

log = logging.getLogger(__name__)
CONNECT_SECONDS = 4.0
READ_SECONDS = 30.0
TRIES_WITHOUT_PROGRESS = 3
PAUSE_SECONDS = 1.0
BLOCK = 1 << 18


@dataclass(frozen=True)
class Progress:
    """How far a step is; `total` is None while it is not known. `step`: fetch, check, unpack, try or ready."""

    step: str
    done: int
    total: int | None


OnProgress = Callable[[Progress], None]


def quiet(_: Progress) -> None:
    """For callers that show nothing."""


def fetch(url: str, target: Path, progress: OnProgress = quiet, limit: int = 8_000_000_000,
          transport: httpx.BaseTransport | None = None) -> Path:
    """Fetch `url` to `target`, by way of `target.part`, which a later call continues (HTTP Range, If-Range).

    Raises ModelUnreachableError when the site does not answer or keeps breaking off, ModelDamagedError for a file over
    `limit` bytes, NoSpaceForModelError before the disk is full.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    tries = 0
    with httpx.Client(timeout=timeout, follow_redirects=True, transport=transport) as client:
        while True:
            before = _size(_part(target))
            try:
                _attempt(client, url, target, progress, limit)
                break
            except httpx.HTTPError as error:
                tries = 1 if _size(_part(target)) > before else tries + 1
                reached = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.HTTPStatusError)
                log.warning("model.fetch_broken url=%s at=%d error=%s", url, _size(_part(target)), error)
                if tries >= TRIES_WITHOUT_PROGRESS or not reached:
                    raise ModelUnreachableError(f"{url}: {error or type(error).__name__}", url=url) from error
                time.sleep(PAUSE_SECONDS)
    _part(target).replace(target)
    _note(target).unlink(missing_ok=True)
    return target


def _attempt(client: httpx.Client, url: str, target: Path, progress: OnProgress, limit: int) -> None:
    part, note = _part(target), _note(target)
    have = _size(part)
    headers = {"Accept-Encoding": "identity"}
    mark = _mark(note, url)
    if have and mark:
        headers |= {"Range": f"bytes={have}-", "If-Range": mark}
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416:  # what is there is as long as, or longer than, the file: start again
            part.unlink(missing_ok=True)
            raise httpx.RemoteProtocolError("the part on disk does not fit this file")
        answer.raise_for_status()
        if not (answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")):
            have = 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        _room_for(target, total, have, limit)
        new_mark = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        note.write_text(json.dumps({"url": url, "mark": "" if new_mark.startswith("W/") else new_mark}))
        with part.open("ab" if have else "wb") as file:  # unbuffered by httpx: what arrived before a break counts
            for block in answer.iter_raw():
                file.write(block)
                have += len(block)
                if have > limit:
                    raise ModelDamagedError(f"{url}: longer than {limit} bytes")
                progress(Progress("fetch", have, total))
        if total is not None and have != total:
            raise httpx.RemoteProtocolError(f"broke off at {have} of {total} bytes")


def _room_for(target: Path, total: int | None, have: int, limit: int) -> None:
    if total is None:
        return
    if total > limit:
        raise ModelDamagedError(f"{target.name}: {total} bytes, at most {limit} expected")
    free = shutil.disk_usage(target.parent).free
    if total - have > free - 50_000_000:
        raise NoSpaceForModelError(f"{target.name} needs {total - have} bytes more, {free} are free in {target.parent}")


def _part(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def _note(target: Path) -> Path:
    return target.with_name(target.name + ".part.json")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _mark(note: Path, url: str) -> str | None:
    """The ETag or date under which the part was begun; None when it belongs to another address or was not marked."""
    try:
        begun = json.loads(note.read_text())
    except (OSError, ValueError):
        return None
    return begun.get("mark") or None if begun.get("url") == url else None


def sha256_of(path: Path, progress: OnProgress = quiet) -> str:
    digest = hashlib.sha256()
    total, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while block := file.read(BLOCK * 4):
            digest.update(block)
            done += len(block)
            progress(Progress("check", done, total))
    return digest.hexdigest()
