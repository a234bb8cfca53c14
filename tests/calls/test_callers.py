"""Who may call what, and what a hostile caller id comes to."""
from __future__ import annotations

import socket

import pytest

from tests.calls.rig import agi
from tests.calls.rig.ami import Heartbeat
from tests.calls.rig.hotline import Hotline, eventually

HOSTILE = {
    # how it looks in From: (display, user) → what the hotline takes for the caller's number
    "withheld": ("", "anonymous", ""),
    "letters": ("", "abc", ""),
    "quote": ("", "139%2200001", ""),
    "dialplan": ("", "$%7BSHELL(id)%7D", ""),
    "expression": ("", "1%22%20=%20%221%22%20%7C%20%221", ""),
    "comma and paren": ("", "139),System(id", ""),
    "newline": ("", "139%0D%0AUserEvent:%20x", ""),
    "non-ascii": ("", "139%E4%B8%AD%E6%96%87", ""),
    "over-long": ("", "1" * 400, ""),
    "21 digits": ("", "1" * 21, ""),
    "20 digits": ("", "1" * 20, "1" * 20),
    "plus": ("", "+8613900000001", "+8613900000001"),
    "plus inside": ("", "139+00000001", ""),
    "plain": ("", "13900000001", "13900000001"),
    "html name": ('"<b onmouseover=alert(1)>x</b>" ', "13900000001", "13900000001"),
    "name with quotes and newline": ('"a\\"b\\\\ Event: Fake" ', "13900000001", "13900000001"),
    "chinese name": ('"王小明" ', "13900000001", "13900000001"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_number_is_taken_only_if_it_is_one(hotline: Hotline, case: str) -> None:
    display, user, expected = HOSTILE[case]
    server = agi.Menu(hotline.settings.agi_port, following="goodbye")
    hotline.also_close(server.close)

    hotline.call("stay", caller=user, display=display).end()

    entered, ended = hotline.ami.wait("JiesuEntered"), hotline.ami.wait("JiesuEnded")
    assert entered.get("Caller", "") == expected
    assert ended.get("Caller", "") == expected
    environment = server.environments[0]
    assert environment["agi_callerid"] in {expected, "unknown"}
    assert environment["agi_calleridname"] == "unknown"
    assert "Fake" not in {event["Event"] for event in hotline.ami.events}
    hotline.gone()


def test_a_number_that_is_not_ours_is_not_found(hotline: Hotline) -> None:
    hotline.call("not_found", to="99999").end()

    assert not hotline.ami.named("JiesuEntered")


@pytest.mark.parametrize("inside", ["s", "8001", "8009", "T", "done"])
def test_the_carrier_cannot_dial_our_insides(hotline: Hotline, inside: str) -> None:
    hotline.call("not_found", to=inside).end()


def test_a_stranger_is_not_let_in(hotline: Hotline) -> None:
    """From an address that is not the trunk's."""
    hotline.call("refused", source="127.0.0.3").end()

    assert not hotline.ami.named("JiesuEntered")


def test_nothing_tells_the_version(hotline: Hotline) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as scanner:
        scanner.bind(("127.0.0.3", 0))
        scanner.settimeout(5)
        me = f"127.0.0.3:{scanner.getsockname()[1]}"
        scanner.sendto(
            f"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK1\r\nFrom: <sip:x@{me}>;tag=1\r\n"
            f"To: <sip:x@127.0.0.1>\r\nCall-ID: scan@{me}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
            "Content-Length: 0\r\n\r\n".encode(),
            hotline.sip,
        )
        answer = scanner.recv(4096).decode()

    assert "22." not in answer
    assert "sterisk" not in answer


@pytest.mark.parametrize(("step", "milliseconds"), [("inbound", 1200), ("waiting", 1500)])
def test_hanging_up_is_told_with_the_step(hotline: Hotline, a_living_matcher: Heartbeat, step: str, milliseconds: int) -> None:
    server: agi.AgiServer = agi.Silent(hotline.settings.agi_port) if step == "inbound" else agi.Menu(hotline.settings.agi_port)
    hotline.also_close(server.close)

    hotline.call("hang_up", hold_ms=milliseconds).end()

    ended = hotline.ami.wait("JiesuEnded")
    assert (ended["Step"], ended["Cause"]) == (step, "16")
    if isinstance(server, agi.Silent):
        assert server.left.wait(2), "the script was told"
    hotline.gone()


def test_a_burst_of_calls(hotline: Hotline, a_living_matcher: Heartbeat, a_menu: agi.Menu) -> None:
    hotline.call("hang_up", hold_ms=1000, calls=60, rate=20).end()

    hotline.gone()
    eventually(lambda: len(hotline.ami.named("JiesuEnded")) >= 60, 10, "a call ended untold")
    ids = [event["CallId"] for event in hotline.ami.named("JiesuEnded")]
    assert len(ids) == len(set(ids)) == 60
