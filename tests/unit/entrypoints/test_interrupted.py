"""The set-up stopped in the middle of each long step, with stand-ins for pip's packages, npm and debootstrap: nothing
half-made is taken for done, and the next start finishes it."""
from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from common.settings import PROJECT
from entrypoints import bootstrap
from tests.system import wait_until

NPM = """#!/bin/sh
# `npm ci` makes node_modules; `npm run build -- --outDir DIR …` the console, its page first. $STOP names where it hangs.
hang() { [ "$STOP" != "$1" ] || { touch "$HERE/hangs"; exec sleep 600; }; }
if [ "$1" = ci ]; then rm -rf node_modules; mkdir node_modules; hang ci; touch node_modules/whole; exit; fi
test -e node_modules/whole || exit 1
mkdir -p "$5/assets"; touch "$5/index.html"; hang build; touch "$5/assets/whole.js"
"""
NODE = "#!/bin/sh\necho v22.1.0\n"
BUILD_CONSOLE = """
import signal, sys
from pathlib import Path
from entrypoints import console_build
signal.signal(signal.SIGINT, signal.default_int_handler)
here = Path(sys.argv[1])
console_build.CACHE, console_build.SOURCES = here / "cache", here / "console"
print(console_build.built(lambda words, fraction: None))
"""
DEBOOTSTRAP = """#!/bin/sh
for word in "$@"; do case "$word" in *.partial) root=$word;; esac; done
test ! -e "$root" || exit 1
mkdir -p "$root/etc" "$root/usr/sbin"
echo "I: Retrieving asterisk"
[ -z "$STOP" ] || { touch "$HERE/hangs"; exec sleep 600; }
touch "$root/usr/sbin/asterisk"
"""
CHROOT = "#!/bin/sh\ntest -e \"$1$2\" && echo 'Asterisk 22.1.0'\n"
BUILD_ROOT = """
import signal, sys
from pathlib import Path
from telephony.embedded import build, install
signal.signal(signal.SIGINT, signal.default_int_handler)
build.find_mirror = lambda: "http://mirror.example/debian"
print(install._build(Path(sys.argv[1]) / "root", lambda words, fraction: None))
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    for name, text in {"npm": NPM, "node": NODE, "debootstrap": DEBOOTSTRAP, "chroot": CHROOT}.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "console").mkdir()
    (tmp_path / "console" / "package-lock.json").write_text('{"packages": {}}')
    return tmp_path


def start(script: str, here: Path, stop: str = "") -> subprocess.Popen[str]:
    """As a terminal starts it: Ctrl-C reaches the whole group."""
    environment = {
        **os.environ, "PATH": f"{here}/bin:{os.environ['PATH']}", "PYTHONPATH": str(PROJECT), "HERE": str(here), "STOP": stop,
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", script, str(here)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def interrupt(script: str, here: Path, stop: str, number: signal.Signals) -> None:
    running = start(script, here, stop)
    wait_until((here / "hangs").exists, "the slow step")
    os.killpg(running.pid, number)
    assert running.wait(30) != 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
@pytest.mark.parametrize("step", ["ci", "build"])
def test_the_consoles_build(here: Path, step: str, number: signal.Signals) -> None:
    interrupt(BUILD_CONSOLE, here, step, number)
    finished = [file for file in (here / "cache" / "console").glob("*/index.html") if "partial" not in str(file)]
    assert finished == []

    again = start(BUILD_CONSOLE, here)
    told, _ = again.communicate(timeout=60)
    assert again.returncode == 0, told
    folder = Path(told.strip())
    assert (folder / "assets" / "whole.js").exists()
    assert [file.name for file in folder.parent.iterdir() if "partial" in file.name] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_the_build_of_asterisks_root(here: Path, number: signal.Signals) -> None:
    interrupt(BUILD_ROOT, here, "yes", number)
    assert not (here / "root").exists()

    again = start(BUILD_ROOT, here)
    told, _ = again.communicate(timeout=60)
    assert again.returncode == 0 and "version='22.1.0'" in told, told
    assert (here / "root" / "usr" / "sbin" / "asterisk").exists()
    assert not (here / "root.partial").exists()


def a_wheel(folder: Path) -> str:
    """A package of one file; its lock line."""
    folder.mkdir()
    info = "half-1.0.dist-info"
    files = {
        "half.py": "WHOLE = True\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: half\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for name, text in files.items():
        digest = urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(text)}")
    wheel = folder / "half-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": "\n".join([*lines, f"{info}/RECORD,,"])}.items():
            archive.writestr(name, text)
    return f"half==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def test_python_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip was stopped between a package's metadata and its files; before that, the environment itself half-way."""
    (tmp_path / "requirements.lock").write_text(a_wheel(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    made = tmp_path / ".venv"
    (made / "bin").mkdir(parents=True)
    (made / "bin" / "pip").write_text("#!/bin/sh\nexit 1\n")  # half an environment, with pip's name in it
    bootstrap.make_venv(made)
    (site,) = made.glob("lib/python3*/site-packages")
    (site / "half-1.0.dist-info").mkdir()
    (site / "half-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: half\nVersion: 1.0\n")

    bootstrap.main(tmp_path, "up")

    subprocess.run([made / "bin" / "python", "-c", "import half; assert half.WHOLE"], check=True)
    assert len(list(made.glob(".installed-requirements-*"))) == 1


def test_packages_missing_in_a_project_of_somebody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.lock").touch()
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(SystemExit):
        bootstrap.main(tmp_path, "up")
    assert "sudo ./jiesu up" in capsys.readouterr().err
