"""What a system needs from its machine, checked before it starts; `up` refuses on the first failure, `doctor` lists all."""
from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from common.settings import CACHE, Settings
from entrypoints import certificate, console_build, packages, state_file
from telephony.embedded import install as asterisk

KERNEL = Path("/proc/sys/net/ipv4")
FIRST_RUN_MB, LATER_MB = 2500, 500


@dataclass(frozen=True)
class Finding:
    """`mend` is a command or an instruction a person can follow; empty when `good`."""

    name: str
    good: bool
    words: str
    mend: str = ""


class PreflightError(Exception):
    """A finding that stops a start."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.name}: {finding.words}\n  {finding.mend}")


def port_owner(port: int) -> str:
    """Who listens there, as far as we may see."""
    import psutil  # noqa: PLC0415  slow to load, needed only for this sentence

    for connection in psutil.net_connections("inet"):
        if connection.laddr and connection.laddr.port == port and connection.pid:
            return f"{psutil.Process(connection.pid).name()}, process {connection.pid}"
    return "another program"


def _bindable(kind: socket.SocketKind, address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def check_python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")


def check_ports(settings: Settings) -> Iterator[Finding]:
    """For somebody who looks on: a running system's ports are its own."""
    if state_file.running(settings.data):
        yield Finding("ports", True, "in use by the running system itself")
        return
    yield from free_ports(settings)


def free_ports(settings: Settings) -> Iterator[Finding]:
    """For the start itself, which holds the data directory's lock already."""
    wanted = [
        (socket.SOCK_STREAM, settings.listen, settings.port, "web"),
        (socket.SOCK_STREAM, "127.0.0.1", settings.ami_port, "AMI"),
        (socket.SOCK_STREAM, "127.0.0.1", settings.agi_port, "FastAGI"),
        (socket.SOCK_DGRAM, settings.listen, settings.sip_port, "SIP"),
        (socket.SOCK_STREAM, "127.0.0.1", settings.asterisk_http_port, "SIP over WebSocket"),
        (socket.SOCK_STREAM, "127.0.0.1", settings.database_port, "PostgreSQL"),
    ]
    for kind, address, port, use in wanted:
        free = _bindable(kind, address, port)
        words = f"{port} ({use}) is free" if free else f"{port} ({use}) on {address} is taken by {port_owner(port)}"
        yield Finding("port", free, words, f"stop that program, or choose another block: ./jiesu up --port {settings.port + 20}")


def check_media(settings: Settings, kernel: Path = KERNEL) -> Finding:
    """Outgoing connections of other programs may sit on ports that Linux hands out by itself. Asterisk then takes the next
    one, so this is no reason not to start; a firewall's rule that opens them lets those programs' traffic in, too."""
    first, last = settings.rtp_ports
    words = f"{first}-{last} UDP, for {settings.rtp_count // 4} calls with an agent at once"
    try:
        handed_out = [int(word) for word in (kernel / "ip_local_port_range").read_text().split()]
        reserved = (kernel / "ip_local_reserved_ports").read_text()
    except (OSError, ValueError):
        return Finding("media ports", True, words)
    if last < handed_out[0] or first > handed_out[1] or _covers(reserved, first, last):
        return Finding("media ports", True, words)
    mend = f"set JIESU_RTP_FIRST below {handed_out[0]}, or sysctl -w net.ipv4.ip_local_reserved_ports={first}-{last}"
    return Finding("media ports", False, f"{words}; Linux hands {handed_out[0]}-{handed_out[1]} to other programs", mend)


def _covers(reserved: str, first: int, last: int) -> bool:
    """reserved: as ip_local_reserved_ports spells it, e.g. 4000,13600-14799."""
    ranges = [part.partition("-") for part in reserved.strip().split(",") if part.strip()]
    return any(int(low) <= first and last <= int(high or low) for low, _, high in ranges)


def check_space(settings: Settings) -> Finding:
    settings.data.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data).free // 1_000_000
    needed = LATER_MB if (settings.data / "settings.json").exists() else FIRST_RUN_MB
    return Finding(
        "disk", free >= needed, f"{free} MB free in {settings.data}, {needed} needed", "free some space or give another --data"
    )


def check_packages(wanted: dict[str, str]) -> Finding:
    absent = packages.missing(wanted)
    words = f"missing: {', '.join(absent)}" if absent else f"all {len(wanted)} are there"
    root = os.geteuid() == 0
    mend = "" if not absent else f"apt-get install -y {' '.join(absent)}" + ("" if root else "  (as root)")
    return Finding("system packages", not absent, words, mend)


def check_writable(settings: Settings, cache: Path = CACHE, *, to_build: bool | None = None) -> Finding:
    """The data directory always; the cache in the project only while something has yet to be built there."""
    user = os.getuid()
    if not _writable(settings.data):
        mend = f"give another --data, or: sudo chown -R {user} {settings.data}"
        return Finding("write access", False, f"{settings.data} is not writable for user {user}", mend)
    if to_build is None:
        to_build = asterisk.find() is None or not console_build.is_built()
    if to_build and not _writable(cache):
        mend = f"build once as its owner (sudo ./jiesu up --demo, then Ctrl-C), or: sudo chown -R {user} {cache.parent}"
        return Finding("write access", False, f"{cache} is not writable for user {user}, and not all is built there yet", mend)
    return Finding("write access", True, "the data directory is writable" + (", the cache too" if to_build else ", all is built"))


def _writable(folder: Path) -> bool:
    place = folder
    while not place.exists():
        place = place.parent
    return os.access(place, os.W_OK)


def check_certificate(settings: Settings) -> Finding:
    if settings.listen == "127.0.0.1":
        return Finding("TLS", True, "not needed: only this machine is listened to")
    try:
        certificate.check_given(settings)
    except certificate.CertificateError as error:
        return Finding("TLS", False, str(error), "or start without --tls-certificate and --tls-key: one is made then")
    return Finding("TLS", True, str(settings.tls_certificate or "a certificate made here"))


def make_data_directory(settings: Settings) -> None:
    """Before anything else is written. Raises PreflightError: a file in the way, a read-only disk, no such place."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        mend = f"make it writable for user {os.getuid()}, or give another --data"
        words = f"{settings.data} cannot be made: {error.strerror}"
        raise PreflightError(Finding("data directory", False, words, mend)) from error


def before_start(settings: Settings) -> None:
    """Raise PreflightError for the first thing that would make a start fail half-way."""
    checks = (check_python, lambda: check_writable(settings), lambda: check_certificate(settings), lambda: check_space(settings))
    for finding in (*(check() for check in checks), *free_ports(settings)):
        if not finding.good:
            raise PreflightError(finding)
