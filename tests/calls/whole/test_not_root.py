"""Root is needed once, for Debian packages and Asterisk's root; afterwards anybody runs the system, the project being root's."""
from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from common.settings import CACHE, PROJECT
from tests.system import System, wait_until

NOBODY = 65534
SHELL = PROJECT / "tests" / "calls" / "rig" / "nobody.sh"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder that the ordinary user owns: pytest's own are root's alone."""
    folder = Path(tempfile.mkdtemp(prefix="jiesu-nobody-"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


def as_nobody(home: Path, **environment: str) -> list[str]:
    """In front of a command. Who runs the tests as an ordinary user already is one."""
    wanted = {"HOME": str(home), "PATH": f"{sys.base_prefix}/bin:/usr/bin:/bin", **environment}
    plain = ["env", *(f"{name}={value}" for name, value in wanted.items())]
    if os.geteuid() != 0:
        return plain
    root = os.environ.get("JIESU_ASTERISK_ROOT") or str(CACHE / "asterisk-root")
    return ["unshare", "--mount", "sh", str(SHELL), sys.base_prefix, str(PROJECT), root, "--", *plain]


def test_doctor_finds_all_that_root_has_put_there(home: Path) -> None:
    told = System(home / "data", run_as=as_nobody(home)).jiesu("doctor", timeout=60)
    assert "Traceback" not in told.stderr, told.stderr
    for line in ("✓ write access", "✓ Asterisk", "✓ console", "✓ system packages"):
        assert line in told.stdout, told.stdout


def test_up_runs_as_an_ordinary_user(home: Path) -> None:
    system = System(home / "data", run_as=as_nobody(home)).start()
    try:
        assert "Traceback" not in system.printed()
        with closing(system.signed_in("operator")) as client:
            assert client.get("/api/tickets").json()["total"] > 0
        user = NOBODY if os.geteuid() == 0 else os.geteuid()
        processes = system.state()["processes"]
        assert {psutil.Process(pid).uids().real for pid in processes.values()} == {user}
        wait_until(lambda: "ami.connected" in system.log("telephony"), "Asterisk answers")
    finally:
        assert system.stop() == 0
    assert "Traceback" not in "".join(system.log(name) for name in processes)


def test_without_asterisk_the_refusal_names_the_command(home: Path) -> None:
    nowhere = {"JIESU_ASTERISK_ROOT": str(home / "nowhere"), "PATH": f"{sys.base_prefix}/bin:/usr/bin:/bin"}
    system = System(home / "other", run_as=as_nobody(home, **nowhere))
    refused = system.jiesu("up", "--demo", "--port", str(system.port))
    assert refused.returncode == 2
    assert "sudo ./jiesu up" in " ".join(refused.stderr.split()) and "Traceback" not in refused.stderr, refused.stderr


def test_a_data_directory_of_roots_is_refused_in_a_sentence(home: Path) -> None:
    roots = home / "roots"
    roots.mkdir(mode=0o755)
    (roots / "settings.json").write_text("{}")
    (roots / "settings.json").chmod(0 if os.geteuid() else 0o600)
    roots.chmod(0o555)
    system = System(roots, run_as=as_nobody(home))
    for command in (("up", "--demo", "--port", str(system.port)), ("doctor",), ("status",)):
        refused = system.jiesu(*command)
        assert refused.returncode == 2
        assert "--data" in refused.stderr and "settings.json" in refused.stderr.replace("\n", ""), refused.stderr
        assert "Traceback" not in refused.stderr
