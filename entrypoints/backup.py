"""Backup and restore of a data directory: the database, what people filed and settings in one file, each part hashed.

Secrets stay behind: they are generated anew where the backup is restored.
"""
from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from common.embedded_postgres import binaries
from common.settings import Settings
from entrypoints import database_server, state_file
from entrypoints.progress import Report

FORMAT = 1


class BackupError(Exception):
    """What is wrong with the file or the place, and what to do; nothing was changed."""


def backup(settings: Settings, target: Path, report: Report) -> dict[str, Any]:
    """Write `target` (a .tar.gz, mode 0600), whole or not at all; works while the system runs."""
    partial = target.with_name(target.name + ".partial")
    with tempfile.TemporaryDirectory(dir=settings.data) as folder, database_server.at_hand(settings) as url:
        report("database", 0.05)
        dump = Path(folder) / "database.dump"
        _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={dump}")
        members = [("database.dump", dump), *_files(settings)]
        hashes = {name: _sha256(path) for name, path in members}
        manifest = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "sha256": hashes}
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as archive:
            note = Path(folder) / "manifest.json"
            note.write_text(json.dumps(manifest, indent=1))
            archive.add(note, "manifest.json")
            for done, (name, path) in enumerate(members):
                report(name, 0.2 + 0.8 * done / len(members))
                archive.add(path, name)
    partial.replace(target)
    return manifest


def restore(settings: Settings, source: Path, report: Report, *, replace: bool) -> None:
    """Bring a backup back. What stood there before is moved aside, never deleted (`--replace` must say so)."""
    if state_file.running(settings.data):
        raise BackupError(f"a system is running on {settings.data}: stop it first")
    with tempfile.TemporaryDirectory(dir=_made(settings.data)) as folder:
        unpacked = Path(folder)
        report("reading and checking", 0.1)
        _unpack(source, unpacked)
        _verify(unpacked)
        with database_server.at_hand(settings) as url:
            report("database", 0.5)
            _put_database(url, unpacked / "database.dump", replace=replace)
        report("recordings, attachments, photos and scans", 0.9)
        _put_files(settings, unpacked)


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    if (settings.data / "settings.json").exists():
        yield "settings.json", settings.data / "settings.json"
    for name, root in _folders(settings).items():
        for path in sorted(root.rglob("*")):
            if path.is_file():
                yield f"{name}/{path.relative_to(root)}", path


def _folders(settings: Settings) -> dict[str, Path]:
    return {
        "recordings": settings.recordings_dir, "attachments": settings.attachments_dir,
        "grid-photos": settings.grid_photos_dir, "vendor-scans": settings.vendor_scans_dir,
    }  # fmt: skip


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BackupError(f"{source} cannot be read as a backup ({error}); nothing was changed") from error


def _verify(folder: Path) -> None:
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError) as error:
        raise BackupError("there is no manifest in this file: it is not a backup made by ./jiesu backup") from error
    if manifest["format"] != FORMAT:
        raise BackupError(f"this backup has format {manifest['format']}, this program reads {FORMAT}: use a newer program")
    for name, wanted in manifest["sha256"].items():
        path = folder / name
        if not path.is_file() or _sha256(path) != wanted:
            raise BackupError(f"{name} is damaged in this backup; nothing was changed")


def _put_database(url: str, dump: Path, *, replace: bool) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        row = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").fetchone()
        if row and row[0]:
            if not replace:
                raise BackupError("the database is not empty: add --replace to move what is there aside and restore over it")
            aside = f"before_{int(time.time())}"
            connection.execute(f"ALTER SCHEMA public RENAME TO {aside}")
            connection.execute("CREATE SCHEMA public")
        connection.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
    _run("pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", str(dump))


def _put_files(settings: Settings, folder: Path) -> None:
    for name, root in _folders(settings).items():
        if root.exists() and any(root.iterdir()):
            root.rename(root.with_name(f"{name}-before-{int(time.time())}"))
        if (folder / name).exists():
            root.parent.mkdir(parents=True, exist_ok=True)
            (folder / name).replace(_absent(root))
    if (folder / "settings.json").exists() and not (settings.data / "settings.json").exists():
        (folder / "settings.json").replace(settings.data / "settings.json")


def _absent(folder: Path) -> Path:
    if folder.exists():
        folder.rmdir()
    return folder


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return _digest(stream)


def _digest(stream: IO[bytes]) -> str:
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary stream will do


def _run(program: str, url: str, *arguments: str) -> None:
    """The password goes through the environment: every user of the machine can read a command line."""
    connection = conninfo_to_dict(url)
    password = str(connection.pop("password", ""))
    command = [str(binaries() / program), f"--dbname={make_conninfo('', **connection)}", *arguments]
    environment = {**os.environ, "PGPASSWORD": password}
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if made.returncode:
        raise BackupError(f"{program} failed: {made.stderr.strip()[-500:]}")
