"""Render asterisk-conf/*.j2 for one system. Every value is checked here: a template's text is Asterisk's configuration."""
from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from common.secrets import write_private
from common.settings import PROJECT, Settings
from telephony.embedded.music import write_sounds
from telephony.embedded.secrets import AMI_USER, ami_secret, desk_phone_password

TEMPLATES = PROJECT / "asterisk-conf"
REALM = "jiesu"
"""Of every SIP password: a digest is md5(username:REALM:password)."""
AGENTS = tuple(str(number) for number in range(8001, 8051))
AMI_EVENTS = (
    "FullyBooted", "Shutdown", "UserEvent", "DialBegin", "Hold", "Unhold", "ContactStatus", "OriginateResponse",
)
"""What AMI sends us; anything else is filtered in Asterisk."""
UNUSED = ("acl", "ccss", "indications", "pjproject", "queuerules", "udptl")
"""Files that Asterisk's core complains about when they are missing; we need nothing from them."""
SANDBOX_RUN = Path("/run/asterisk")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_PATH = re.compile(r"/[\w./+@~ -]*")


class ConfigurationError(ValueError):
    """A setting cannot be given to Asterisk; the message names it and says what is allowed."""


@dataclass(frozen=True)
class Line:
    """A citizen's test line at the demo carrier: SIP users line-NUMBER (any client) and web-NUMBER (a browser)."""

    number: str
    password: str


@dataclass(frozen=True)
class Limits:
    """Seconds."""

    conversation: int = 600
    """The longest a menu or survey script may take before the dialplan takes over."""
    queue: int = 20
    """How long app_queue rings before the dialplan looks for the matcher again."""
    message: int = 120
    silence: int = 30
    """How long an agent's phone may send no media before it counts as lost (a muted one sends silence)."""


def configure(
    settings: Settings,
    *,
    lines: Sequence[Line] = (),
    agents: Sequence[str] = AGENTS,
    desk_phones: Collection[str] = (),
    limits: Limits = Limits(),
    sandboxed: bool = True,
) -> Path:
    """Write Asterisk's configuration, sounds and directories under `settings.asterisk_dir`; returns its asterisk.conf.

    agents: extensions with a phone in the browser; those also in desk_phones have a SIP desk phone instead, with the
    password of `secrets.desk_phone_password`. sandboxed: for the built root (its run directory then has a short name).
    Raises ConfigurationError. Safe to repeat; a running Asterisk reads it at its next start.
    """
    values = _values(settings, limits, sandboxed) | _phones(settings, lines, agents, desk_phones)
    here = settings.asterisk_dir
    for name in ("etc", "lib", "log", "run", "spool", "moh", "sounds"):
        (here / name).mkdir(parents=True, exist_ok=True)
    here.chmod(0o700)
    (settings.recordings_dir / "messages").mkdir(parents=True, exist_ok=True)
    write_sounds(here)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,  # noqa: S701  not HTML: `conf` below is the escape that fits
    )
    environment.filters.update(conf=conf_value, regex=re.escape)
    for template in sorted(TEMPLATES.glob("*.conf.j2")):
        write_private(here / "etc" / template.stem, environment.get_template(template.name).render(values))
    for name in UNUSED:
        write_private(here / "etc" / f"{name}.conf", "; nothing to say here\n")
    return here / "etc" / "asterisk.conf"


def conf_value(value: str) -> str:
    """A value as Asterisk's configuration files spell it. Raises ConfigurationError where no spelling exists."""
    if not value or value != value.strip() or any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise ConfigurationError("a password for Asterisk may not be empty, nor hold control characters or outer spaces")
    return value.replace("\\", "\\\\").replace(";", "\\;")


def _phones(
    settings: Settings, lines: Sequence[Line], agents: Sequence[str], desk_phones: Collection[str]
) -> dict[str, object]:
    for extension in {*agents, *desk_phones}:
        _matches(extension, r"8[0-9]{3}", "an agent's extension", "8000 to 8999")
    for line in lines:
        _matches(line.number, r"[0-9]{3,15}", "a test line's number", "3 to 15 digits")
    return {
        "agents": list(dict.fromkeys([*agents, *desk_phones])),
        "desk_phones": {extension: desk_phone_password(settings, extension) for extension in desk_phones},
        "lines": lines,
    }


def _values(settings: Settings, limits: Limits, sandboxed: bool) -> dict[str, object]:
    carrier = settings.demo and settings.trunk_host is None
    listen = _address(settings.listen, "listen")
    password = settings.trunk_password.get_secret_value() if settings.trunk_password else None
    return {
        "here": _path(settings.asterisk_dir),
        "run_dir": SANDBOX_RUN if sandboxed else _path(settings.asterisk_dir / "run"),
        "prompts_dir": _path(settings.data / "prompts" / "zh"),
        "recordings_dir": _path(settings.recordings_dir),
        "node": _matches(settings.node, r"[A-Za-z0-9]{1,16}", "node", "1 to 16 letters and digits"),
        "timezone": ZoneInfo(settings.timezone).key,
        "realm": REALM,
        "ami_user": AMI_USER,
        "ami_secret": ami_secret(settings),
        "ami_events": AMI_EVENTS,
        "ami_port": settings.ami_port,
        "agi_port": settings.agi_port,
        "sip_port": settings.sip_port,
        "http_port": settings.asterisk_http_port,
        "carrier_port": settings.carrier_port,
        "rtp_ports": settings.rtp_ports,
        "hotline_numbers": settings.hotline_numbers,
        "listen_host": _bracketed(listen),
        "hotline_host": "127.0.0.1" if listen.is_unspecified else _bracketed(listen),
        "media_address": None if listen.is_unspecified else listen,
        "external_address": _address(settings.external_address, "external_address") if settings.external_address else None,
        "carrier": carrier,
        "carrier_host": _bracketed(_address(settings.trunk_source, "trunk_source")) if carrier else None,
        "trunk_host": settings.trunk_host,
        "trunk_uri": _trunk_uri(settings, carrier),
        "trunk_source": _source(settings.trunk_source),
        "trunk_user": _user(settings.trunk_user),
        "trunk_password": password if settings.trunk_user else None,
        "session_seconds": settings.trunk_session_seconds,
        "caller_silence_seconds": settings.caller_silence_seconds,
        "ring_seconds": settings.ring_seconds,
        "conversation_seconds": limits.conversation,
        "queue_seconds": limits.queue,
        "message_seconds": limits.message,
        "silence_seconds": limits.silence,
    }


def _trunk_uri(settings: Settings, carrier: bool) -> str | None:
    if carrier:
        return f"sip:{_bracketed(_address(settings.trunk_source, 'trunk_source'))}:{settings.carrier_port}"
    if settings.trunk_host is None:
        return None
    return f"sip:{_matches(settings.trunk_host, _HOST.pattern, 'trunk_host', 'a host name or address')}:{settings.trunk_port}"


def _source(value: str) -> str:
    """Addresses, networks or host names that the carrier calls from, separated by commas."""
    for part in value.split(","):
        _matches(part, r"[A-Za-z0-9.:-]+(/[0-9]{1,3})?", "trunk_source", "addresses, networks or host names, separated by commas")
    return value


def _user(value: str | None) -> str | None:
    return None if value is None else _matches(value, r"[A-Za-z0-9+._-]{1,64}", "trunk_user", "letters, digits and +._-")


def _address(value: str, name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(value)
    except ValueError as error:
        raise ConfigurationError(f"{name} {value!r} is not an IP address") from error


def _bracketed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)


def _matches(value: str, pattern: str, name: str, allowed: str) -> str:
    if not re.fullmatch(pattern, value, re.ASCII):
        raise ConfigurationError(f"{name} {value!r} cannot be given to Asterisk: {allowed}")
    return value


def _path(path: Path) -> str:
    """Paths stand in dialplan arguments, where , & ( ) ; $ and quotes mean something."""
    if not _PATH.fullmatch(str(path)):
        raise ConfigurationError(f"{path} cannot be given to Asterisk: choose a data directory of letters, digits and ./+@~_-")
    return str(path)
