"""One system's settings: its data directory, its ports and what it is called; kept in `settings.json` there."""
from __future__ import annotations

import json
import os
import re
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

NUMBER = re.compile(r"\+?[0-9]{1,20}")
LOWEST_RTP, EPHEMERAL = 10_000, 32_768  # Linux's default ip_local_port_range starts at the second
SHORTEST_SESSION = 90  # seconds, RFC 4028 section 5
PROJECT = Path(__file__).resolve().parent.parent
CACHE = PROJECT / "var" / "cache"  # what is downloaded or built once for all data directories


class Settings(BaseSettings):
    """Read from `JIESU_*` variables; `entrypoints.up` writes the choices of a data directory to `settings.json`.

    Ports follow from `port`, so that several systems run side by side: each takes the 20 numbers from its web port on.
    """

    model_config = SettingsConfigDict(env_prefix="JIESU_", extra="ignore")

    data: Path = PROJECT / "var"
    port: int = Field(default=8345, ge=1024, le=65515)
    listen: str = "127.0.0.1"
    demo: bool = False
    database_url: SecretStr | None = None
    node: str = "n1"
    hotline_numbers: list[str] = ["12345"]
    menu_profile: Literal["menu", "direct"] = "menu"
    timezone: str = "Asia/Shanghai"
    area_name: str = "云溪县"
    # Where citizens reach our pages (https://12345.example.cn): goes into the SMS that acknowledges a ticket. docs/proxy.md
    public_url: str | None = None
    # Addresses of reverse proxies whose X-Forwarded-For is believed; all others' is not.
    trusted_proxies: list[str] = []
    recordings_min_free_mb: int = 500
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    # The carrier's SIP trunk. Unset in a demo: the built-in demo carrier answers (see docs/trunk.md).
    trunk_host: str | None = None
    trunk_port: int = 5060
    trunk_user: str | None = None
    trunk_password: SecretStr | None = None
    # Where the carrier's INVITEs come from. In tests and demos an address of its own, so browsers are not taken for it.
    trunk_source: str = "127.0.0.2"
    # UDP ports for media: a call with an agent takes four (two legs, RTP and RTCP), so 1200 carry 300. First: see `rtp_ports`.
    rtp_count: int = Field(default=1200, ge=40, le=20_000, multiple_of=2)
    rtp_first: int | None = Field(default=None, ge=1024, multiple_of=2)
    # A caller whose side died silently is noticed within half of this and 64 s (RFC 4028), unless the carrier watches over its
    # calls itself and names a time of its own. 0: only where the carrier asks for it.
    trunk_session_seconds: int = Field(default=120, le=86_400)
    # How long a caller may send no sound at all, e.g. waiting, with silence suppression. 0: for ever.
    caller_silence_seconds: int = Field(default=900, ge=0, le=86_400)
    # Behind NAT: the public address at which the carrier reaches us (written into SIP and SDP).
    external_address: str | None = None
    survey_gaps_minutes: list[float] = [30, 120]  # between attempts 1-2 and 2-3: three attempts in all
    survey_delay_minutes: float = 0
    quiet_from: str = "20:00"
    quiet_until: str = "09:00"
    survey_daily_cap: int = 2  # calls to one number in a day, all surveys together
    # How often a unit may be given more time, and how often a citizen's no sends the work back before the ticket closes.
    max_extensions: int = Field(default=3, ge=0, le=20)
    max_redos: int = Field(default=1, ge=0, le=10)
    # Extensions with a SIP telephone on the desk instead of the browser's phone (docs/trunk.md).
    desk_phones: list[str] = []
    wrap_up_seconds: int = 60
    # Vendors (DL8): how long a verified complaint counts, time to mend after a red card, time to appeal, time for an offer.
    vendor_card_days: int = Field(default=365, ge=1)
    vendor_mend_days: int = Field(default=15, ge=1)
    vendor_appeal_days: int = Field(default=7, ge=0)
    vendor_offer_minutes: int = Field(default=10, ge=1)
    ring_seconds: int = 20
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_from: str | None = None

    @field_validator("data", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("tls_certificate", "tls_key", mode="after")
    @classmethod
    def _from_here(cls, value: Path | None) -> Path | None:
        """A later start, from another directory, finds the same files."""
        return value.expanduser().resolve() if value else None

    @field_validator("hotline_numbers")
    @classmethod
    def _dialable(cls, value: list[str]) -> list[str]:
        for number in value:
            if not re.fullmatch(r"[0-9]{3,15}", number):
                raise ValueError(f"{number!r} is not a hotline number: 3 to 15 digits")
        return value

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?", value):
            raise ValueError(f"{value!r} is not an address: https://, a name, and no path")
        return value.rstrip("/") if value else None

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        for address in value:
            ip_network(address)
        return value

    @field_validator("trunk_session_seconds")
    @classmethod
    def _as_rfc_4028_allows(cls, value: int) -> int:
        if value != 0 and value < SHORTEST_SESSION:
            raise ValueError(f"trunk_session_seconds is 0 or at least {SHORTEST_SESSION}")
        return value

    @model_validator(mode="after")
    def _media_ports_exist(self) -> Settings:
        if self.rtp_ports[1] > 65_535:
            raise ValueError(f"rtp_first {self.rtp_first} and rtp_count {self.rtp_count} reach beyond port 65535")
        return self

    @property
    def ami_port(self) -> int:
        return self.port + 1

    @property
    def agi_port(self) -> int:
        return self.port + 2

    @property
    def sip_port(self) -> int:
        """UDP: the hotline's own SIP address (trunk side and test lines)."""
        return self.port + 3

    @property
    def sip_host(self) -> str:
        """Where programs of this machine reach the hotline's SIP address."""
        return "127.0.0.1" if self.listen == "0.0.0.0" else self.listen  # noqa: S104  compared, not bound

    @property
    def asterisk_http_port(self) -> int:
        """Loopback only: Asterisk's WebSocket, reached by browsers through our web port."""
        return self.port + 4

    @property
    def carrier_port(self) -> int:
        """UDP on `trunk_source`: the demo carrier's own SIP address."""
        return self.port + 5

    @property
    def database_port(self) -> int:
        return self.port + 6

    @property
    def rtp_ports(self) -> tuple[int, int]:
        """First and last UDP port for media. As many neighbours (blocks of 20 web ports) as fit below the ports that Linux
        hands out by itself have ranges of their own: 18 with the default count."""
        first = self.rtp_first
        if first is None:
            ranges = (EPHEMERAL - LOWEST_RTP) // self.rtp_count
            first = LOWEST_RTP + self.rtp_count * (self.port // 20 % ranges)
        return first, first + self.rtp_count - 1

    @cached_property
    def secrets_dir(self) -> Path:
        return self.data / "secrets"

    @property
    def asterisk_dir(self) -> Path:
        """Rendered configuration, spool, run and log of the embedded Asterisk."""
        return self.data / "asterisk"

    @property
    def recordings_dir(self) -> Path:
        return self.data / "recordings"

    @property
    def grid_photos_dir(self) -> Path:
        """What workers photographed; never served as files."""
        return self.data / "grid-photos"

    @property
    def attachments_dir(self) -> Path:
        return self.data / "attachments"

    @property
    def vendor_scans_dir(self) -> Path:
        """Scans of licences; never served as files."""
        return self.data / "vendor-scans"

    @property
    def models_dir(self) -> Path:
        """Shared by all data directories: a speech model takes 40 MB to 1.3 GB."""
        return Path(os.environ.get("JIESU_MODELS", CACHE / "models"))

    @property
    def log_dir(self) -> Path:
        return self.data / "log"


def load_settings(data: Path | None = None, **changes: object) -> Settings:
    """The settings of a data directory: `settings.json` there, under the environment, under `changes`."""
    base = Settings(data=data) if data else Settings()
    saved_file = base.data / "settings.json"
    saved: dict[str, object] = json.loads(saved_file.read_text()) if saved_file.exists() else {}
    from_environment = base.model_dump(exclude_unset=True)
    given = {key: value for key, value in changes.items() if value is not None}
    return Settings.model_validate({**saved, **from_environment, **given, "data": base.data})


def valid_number(raw: str | None) -> str | None:
    """The caller's number where it enters: digits with an optional plus, at most 20; anything else is unknown (None)."""
    return raw if raw and NUMBER.fullmatch(raw) else None


def masked(number: str | None) -> str:
    """A phone number as logs and lists may show it: 139****0001."""
    if not number:
        return "unknown"
    return number[:3] + "****" + number[-4:] if len(number) >= 8 else "*" * len(number)
