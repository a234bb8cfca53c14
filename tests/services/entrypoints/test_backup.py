"""A backup is only worth what its restore brings back: another data directory, another cluster, the same content."""
from __future__ import annotations

import json
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from common.embedded_postgres import EmbeddedPostgres
from common.settings import Settings
from entrypoints import backup as backups
from entrypoints import database_server, schema
from tests.ports import take_block


def quiet(words: str, fraction: float) -> None:
    pass


class Systems:
    """Data directories whose servers run for the length of a test, without waiting for the disk."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.servers: list[EmbeddedPostgres] = []

    def make(self, name: str) -> Settings:
        settings = Settings(data=self.home / name, port=take_block())
        settings.recordings_dir.mkdir(parents=True)
        place = settings.data / "postgres"
        server = EmbeddedPostgres(place, settings.database_port, settings.secrets_dir, volatile=True)
        server.prepare()
        server.start()
        self.servers.append(server)
        return settings


@pytest.fixture
def systems(tmp_path: Path) -> Iterator[Systems]:
    made = Systems(tmp_path)
    yield made
    for server in made.servers:
        server.stop()


@pytest.fixture
def a_used_system(systems: Systems) -> Settings:
    """With a table row, a recording, a file in each folder that keeps files, and settings of its own."""
    settings = systems.make("used")
    url = database_server.database_url(settings)
    schema.migrate(url)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (words text)")
        connection.execute("INSERT INTO kept VALUES ('暖气不热')")
    day = settings.recordings_dir / "2026" / "03" / "02"
    day.mkdir(parents=True)
    (day / "n1-1.1.wav").write_bytes(b"RIFF" + bytes(1000))
    for folder in (settings.attachments_dir, settings.grid_photos_dir, settings.vendor_scans_dir):
        (folder / "ab").mkdir(parents=True)
        (folder / "ab" / "abcd").write_bytes(folder.name.encode())
    (settings.data / "settings.json").write_text(json.dumps({"area_name": "云溪县"}))
    return settings


@pytest.fixture
def the_backup(a_used_system: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "jiesu.tar.gz"
    backups.backup(a_used_system, file, quiet)
    return file


def content_of(settings: Settings) -> list[str]:
    with database_server.at_hand(settings) as url, psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT words FROM kept")]


def test_a_restore_brings_everything_back(the_backup: Path, systems: Systems) -> None:
    elsewhere = systems.make("elsewhere")
    backups.restore(elsewhere, the_backup, quiet, replace=False)
    assert content_of(elsewhere) == ["暖气不热"]
    assert (elsewhere.recordings_dir / "2026/03/02/n1-1.1.wav").read_bytes() == b"RIFF" + bytes(1000)
    for name in ("attachments", "grid-photos", "vendor-scans"):
        assert (elsewhere.data / name / "ab" / "abcd").read_bytes() == name.encode()
    assert json.loads((elsewhere.data / "settings.json").read_text()) == {"area_name": "云溪县"}
    with database_server.at_hand(elsewhere) as url:
        schema.migrate(url)  # the restored database knows its own revision


def test_the_file_is_private_and_holds_no_secret(the_backup: Path, a_used_system: Settings) -> None:
    assert stat.S_IMODE(the_backup.stat().st_mode) == 0o600
    password = (a_used_system.secrets_dir / "database").read_text().encode()
    with tarfile.open(the_backup) as archive:
        for member in archive.getmembers():
            stream = archive.extractfile(member)
            assert stream is not None and password not in stream.read()


def test_what_stood_there_is_refused_or_moved_aside(the_backup: Path, a_used_system: Settings) -> None:
    with pytest.raises(backups.BackupError, match="--replace"):
        backups.restore(a_used_system, the_backup, quiet, replace=False)
    with database_server.at_hand(a_used_system) as url, psycopg.connect(url) as connection:
        connection.execute("UPDATE kept SET words = 'newer'")
    backups.restore(a_used_system, the_backup, quiet, replace=True)
    assert content_of(a_used_system) == ["暖气不热"]
    with database_server.at_hand(a_used_system) as url, psycopg.connect(url) as connection:
        aside = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_%'").fetchone()
        assert aside is not None
        assert connection.execute(f"SELECT words FROM {aside[0]}.kept").fetchone() == ("newer",)
    assert list(a_used_system.data.glob("recordings-before-*"))


def test_a_damaged_file_changes_nothing(the_backup: Path, systems: Systems) -> None:
    whole = the_backup.read_bytes()
    the_backup.write_bytes(whole[: len(whole) // 2])
    elsewhere = systems.make("elsewhere")
    with pytest.raises(backups.BackupError, match=r"nothing was changed|damaged"):
        backups.restore(elsewhere, the_backup, quiet, replace=False)
    with psycopg.connect(database_server.database_url(elsewhere)) as connection:
        row = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").fetchone()
        assert row == (0,)


def test_a_stopped_system_is_backed_up_and_stopped_again(a_used_system: Settings, systems: Systems, tmp_path: Path) -> None:
    systems.servers[0].stop()
    manifest = backups.backup(a_used_system, tmp_path / "stopped.tar.gz", quiet)
    assert "database.dump" in manifest["sha256"]
    assert not database_server.answers(database_server.database_url(a_used_system))
