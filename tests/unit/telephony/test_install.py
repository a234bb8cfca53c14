"""Building the Asterisk root: whose mirror, how far, what went wrong, what an interrupted build left."""
from __future__ import annotations

from pathlib import Path

import pytest

from telephony.embedded import install
from telephony.embedded.build import Fraction, clear_partial, explain, mounts_below, partial_dir
from telephony.embedded.mirror import find_mirror

DEB822 = """\
# a comment
Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb deb-src
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main contrib
"""
OTHERS = "Types: deb\nURIs: https://vendor.example/node\nSuites: nodistro\nComponents: main\n"


def apt(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_the_mirror_of_a_sources_file(tmp_path: Path) -> None:
    folder = apt(tmp_path)
    (folder / "sources.list.d" / "a.sources").write_text(OTHERS)
    (folder / "sources.list.d" / "debian.sources").write_text(DEB822)

    assert find_mirror(folder) == "http://mirror.example/debian"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("deb http://m.example/debian bookworm main", "http://m.example/debian"),
        ("deb [signed-by=/x arch=amd64] http://m.example/debian/ trixie main contrib", "http://m.example/debian"),
        ("deb http://m.example/debian bookworm-updates main", None),
        ("deb-src http://m.example/debian bookworm main", None),
        ("# deb http://m.example/debian bookworm main", None),
        ("deb http://m.example/other bookworm main", None),
    ],
)
def test_the_mirror_of_a_one_line_list(tmp_path: Path, line: str, expected: str | None) -> None:
    folder = apt(tmp_path)
    (folder / "sources.list").write_text(line + "\n")

    assert find_mirror(folder) == expected


def test_a_disabled_source_does_not_count(tmp_path: Path) -> None:
    folder = apt(tmp_path)
    (folder / "sources.list.d" / "debian.sources").write_text("Enabled: no\n" + DEB822.split("\n\n")[1])

    assert find_mirror(folder) is None


def test_the_fraction_rises_to_nearly_one() -> None:
    fraction, seen = Fraction(), [0.0]
    packages = [f"package{number}" for number in range(250)]
    for phase in ("Retrieving", "Validating", "Extracting", "Unpacking", "Configuring"):
        for package in packages[:80] if phase == "Extracting" else packages:
            seen.append(fraction.update(f"I: {phase} {package}...\n"))

    assert seen == sorted(seen)
    assert 0.98 < seen[-1] <= 1


@pytest.mark.parametrize("line", ["", "\n", "I: ", "I: Retrieving InRelease", "W: Retrieving x", "I: Base system installed"])
def test_other_lines_move_nothing(line: str) -> None:
    assert Fraction().update(line) == 0


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("E: Failed getting release file http://x/Release", "network"),
        ("tar: write: No space left on device", "JIESU_ASTERISK_ROOT"),
        ("E: Release signed by unknown key", "debian-archive-keyring"),
        ("E: Cannot install into target '/x' mounted with noexec or nodev", "JIESU_ASTERISK_ROOT"),
        ("E: something new", "debootstrap.log"),
    ],
)
def test_a_failure_says_what_to_do(line: str, advice: str) -> None:
    said = explain(["I: before", line], 1, Path("/x.partial"))

    assert advice in said
    assert line in said


def test_what_is_mounted_below_comes_deepest_first() -> None:
    mounts = ["proc /a/root.partial/proc proc rw 0 0", "x /a/root.partial/proc/sys x rw 0 0", "y /a/root y rw 0 0",
              "z /a/root.partial/with\\040space z rw 0 0", "w /a/root.partial2 w rw 0 0"]  # fmt: skip

    assert mounts_below(Path("/a/root.partial"), mounts) == [
        "/a/root.partial/with space", "/a/root.partial/proc/sys", "/a/root.partial/proc",
    ]  # fmt: skip


def test_an_interrupted_build_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (partial_dir(root) / "usr").mkdir(parents=True)
    (tmp_path / "mine").mkdir()

    clear_partial(root)

    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("told", "version"),
    [("Asterisk 22.10.1~dfsg+~cs6", "22.10.1"), ("Asterisk 20.5.0", "20.5.0"), ("Asterisk GIT-22-abc", "22"), ("bash", None)],
)
def test_versions(told: str, version: str | None) -> None:
    assert install.parse_version(told) == version


def test_a_root_counts_only_when_it_is_finished(tmp_path: Path) -> None:
    assert install.find_root(tmp_path) is None
    (tmp_path / "jiesu-root.json").write_text("{")
    assert install.find_root(tmp_path) is None
    (tmp_path / "jiesu-root.json").write_text('{"version": "22.1.0"}')
    assert install.find_root(tmp_path) == install.Asterisk("/usr/sbin/asterisk", "22.1.0", tmp_path)


@pytest.mark.parametrize("version", ["18.10.0", "20.9.3"])
def test_an_asterisk_on_path_counts_from_20_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    binary = tmp_path / "asterisk"
    binary.write_text(f"#!/bin/sh\necho Asterisk {version}\n")
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    found = install.find_native()

    assert (found is not None) == (version == "20.9.3")


def test_a_directory_that_is_not_ours_is_never_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "thesis.odt").touch()
    monkeypatch.setenv("JIESU_ASTERISK_ROOT", str(tmp_path))
    monkeypatch.setattr(install, "find_native", lambda: None)
    monkeypatch.setattr(install, "missing_packages", list)
    monkeypatch.setattr("os.geteuid", lambda: 0)

    with pytest.raises(install.AsteriskMissingError, match="not a root built by Jiesu"):
        install.install()

    assert (tmp_path / "thesis.odt").exists()


def test_without_root_rights_the_user_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIESU_ASTERISK_ROOT", str(tmp_path / "root"))
    monkeypatch.setattr(install, "find_native", lambda: None)
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(install.AsteriskMissingError, match="sudo"):
        install.install()
