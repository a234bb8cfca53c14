"""How to start Asterisk's binary: in its built root under bubblewrap, or as installed on the machine."""
from __future__ import annotations

import shutil
import socket
from pathlib import Path

from common.settings import Settings
from telephony.embedded.configure import SANDBOX_RUN
from telephony.embedded.install import Asterisk

HOST_HOSTS = Path("/etc/hosts")
HOST_RESOLVER = Path("/etc/resolv.conf")


def command(asterisk: Asterisk, settings: Settings, *arguments: str) -> list[str]:
    """The argument list that runs `asterisk -C <our asterisk.conf> ARGUMENTS…` and dies with its parent thread."""
    asked = [asterisk.binary, "-C", str(settings.asterisk_dir / "etc" / "asterisk.conf"), *arguments]
    if asterisk.root is None:
        setpriv = shutil.which("setpriv")
        return [setpriv, "--pdeathsig", "KILL", *asked] if setpriv else asked
    return [*_bubble(asterisk.root, settings), *asked]


def _bubble(root: Path, settings: Settings) -> list[str]:
    """The root's programs read-only, our data directory at its own path, nothing else of the machine."""
    here = settings.asterisk_dir
    argv = ["bwrap", "--die-with-parent", "--ro-bind", f"{root}/usr", "/usr", "--ro-bind", f"{root}/etc", "/etc"]
    for name in ("bin", "sbin", "lib", "lib64"):
        argv += ["--symlink", f"usr/{name}", f"/{name}"]
    argv += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/var"]  # noqa: S108  inside the sandbox
    argv += ["--bind", str(settings.data), str(settings.data), "--bind", str(here / "run"), str(SANDBOX_RUN)]
    argv += ["--ro-bind", str(write_hosts(here / "hosts")), "/etc/hosts"]
    if HOST_RESOLVER.exists():
        argv += ["--ro-bind", str(HOST_RESOLVER.resolve()), "/etc/resolv.conf"]
    return [*argv, "--"]


def write_hosts(file: Path, source: Path = HOST_HOSTS) -> Path:
    """The machine's /etc/hosts, with its own name added where that is missing: else each INVITE waits 6 s for DNS."""
    content = source.read_text(errors="replace") if source.exists() else "127.0.0.1 localhost\n"
    name = socket.gethostname()
    if not any(name in line.split("#")[0].split()[1:] for line in content.splitlines()):
        content = f"{content.rstrip()}\n127.0.0.1 {name}\n"
    if not file.exists() or file.read_text() != content:
        file.write_text(content)
    return file


def own_name_resolves() -> bool:
    """Whether an Asterisk without sandbox will find the machine's name quickly; `doctor` tells the user otherwise."""
    try:
        hosts = HOST_HOSTS.read_text(errors="replace")
    except OSError:
        return False
    return any(socket.gethostname() in line.split("#")[0].split()[1:] for line in hosts.splitlines())
