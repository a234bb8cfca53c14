"""Archives made by others: only plain files, inside, of a size that was allowed."""
from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from transcription.errors import ModelDamagedError
from transcription.unpack import MAX_ENTRIES, unpack


def archive(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def test_the_single_top_folder_goes(tmp_path: Path) -> None:
    unpack(archive(tmp_path / "m.zip", {"m-1/am/final.mdl": b"x", "m-1/README": b"y"}), tmp_path / "out", 1_000)
    assert (tmp_path / "out" / "am" / "final.mdl").read_bytes() == b"x"


def test_an_archive_without_a_top_folder_stays_as_it_is(tmp_path: Path) -> None:
    unpack(archive(tmp_path / "m.zip", {"am/final.mdl": b"x", "conf/mfcc.conf": b"y"}), tmp_path / "out", 1_000)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["am", "conf"]


@pytest.mark.parametrize("name", ["../evil", "m/../../evil", "/etc/evil", "m\\..\\..\\evil", "C:/evil"])
def test_paths_that_leave_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelDamagedError, match="plain file"):
        unpack(archive(tmp_path / "m.zip", {"m/good": b"x", name: b"y"}), tmp_path / "out", 1_000)
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "out").exists(), "nothing was written"


def test_links_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("m/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(ModelDamagedError, match="plain file"):
        unpack(tmp_path / "m.zip", tmp_path / "out", 1_000)


def test_bombs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match="at most 1000000"):
        unpack(archive(tmp_path / "big.zip", {"m/zeros": bytes(50_000_000)}), tmp_path / "out", 1_000_000)
    many = archive(tmp_path / "many.zip", {f"m/{n}": b"" for n in range(MAX_ENTRIES + 1)})
    with pytest.raises(ModelDamagedError, match="files"):
        unpack(many, tmp_path / "out", 1_000_000)


def test_a_lying_size_is_found_out(tmp_path: Path) -> None:
    path = archive(tmp_path / "lie.zip", {"m/zeros": bytes(5_000_000)})
    raw = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(sign) + offset
        raw[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(ModelDamagedError):
        unpack(path, tmp_path / "out", 1_000)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"<html>not found</html>"])
def test_no_archive_at_all(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.zip").write_bytes(content)
    with pytest.raises(ModelDamagedError, match=r"m\.zip"):
        unpack(tmp_path / "m.zip", tmp_path / "out", 1_000)


def test_a_bit_flipped_inside_is_found(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.zip", {"m/data": bytes(range(256)) * 4_000})
    raw = bytearray(path.read_bytes())
    raw[200] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(ModelDamagedError):
        unpack(path, tmp_path / "out", 10_000_000)
