"""The demo's citizens: invented numbers whose phones register at the built-in carrier, and their SIP passwords."""
from __future__ import annotations

from dataclasses import dataclass

from common.secrets import secret
from common.settings import Settings


@dataclass(frozen=True)
class DemoLine:
    """SIP users `line-NUMBER` (any client) and `web-NUMBER` (the page /phone)."""

    number: str
    name: str


DEMO_LINES = (
    DemoLine("13900000001", "王秀兰"),
    DemoLine("13900000002", "李建国"),
    DemoLine("13900000003", "赵小梅"),
    DemoLine("13900000004", "孙志强"),
    DemoLine("13900000005", "周海燕"),
    DemoLine("04795550001", "云溪县第一中学"),
)


def line_password(settings: Settings, number: str) -> str:
    """One for each line, made at first use."""
    return secret(settings.secrets_dir / "lines", number)
