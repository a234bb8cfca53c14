"""The dialplan carries the call when the FastAGI server does not (telephony.md: refused, crashed, hung, black hole)."""
from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import pytest

from tests.calls.rig import agi
from tests.calls.rig.ami import Heartbeat
from tests.calls.rig.hotline import Hotline


class Closable(Protocol):
    def close(self) -> None: ...


def refused(port: int) -> Closable | None:
    return None


FAILURES: dict[str, tuple[Callable[[int], Closable | None], str]] = {
    "refused": (refused, "FAILURE"),
    "black hole": (agi.BlackHole, "FAILURE"),
    "crashed": (agi.Crashing, "SUCCESS"),
    "hung": (agi.Hung, ""),
    "nonsense": (agi.Nonsense, ""),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_caller_gets_to_wait_without_agi(hotline: Hotline, a_living_matcher: Heartbeat, failure: str) -> None:
    build, status = FAILURES[failure]
    server = build(hotline.settings.agi_port)
    if server is not None:
        hotline.also_close(server.close)
    caller = hotline.call("stay")

    fallback = hotline.ami.wait("JiesuFallback")
    waiting = hotline.ami.wait("JiesuWaiting")

    if status:
        assert fallback["Status"] == status
    assert waiting["Fallback"] == "1"
    assert waiting["Caller"] == "13900000001"
    hotline.hang_up(waiting["Channel"])
    caller.end()
    ended = hotline.ami.wait("JiesuEnded")
    assert (ended["Step"], ended["CallId"]) == ("waiting", waiting["CallId"])
    hotline.gone()


def test_a_healthy_script_is_believed(hotline: Hotline, a_living_matcher: Heartbeat, a_menu: agi.Menu) -> None:
    caller = hotline.call("hang_up", hold_ms=1000)

    waiting = hotline.ami.wait("JiesuWaiting")

    assert waiting["Fallback"] == "0"
    assert not hotline.ami.named("JiesuFallback")
    assert a_menu.environments[0]["agi_network_script"] == "inbound"
    caller.end()


def test_a_script_that_said_goodbye_ends_the_call(hotline: Hotline) -> None:
    server = agi.Menu(hotline.settings.agi_port, following="goodbye")
    hotline.also_close(server.close)

    hotline.call("stay").end()

    assert hotline.ami.wait("JiesuEnded")["Step"] == "inbound"
    assert not hotline.ami.named("JiesuWaiting")


def test_after_three_refusals_callers_are_not_kept_waiting_for_agi(hotline: Hotline, a_living_matcher: Heartbeat) -> None:
    hole = agi.BlackHole(hotline.settings.agi_port)
    for _ in range(3):
        hotline.call("hang_up", hold_ms=3000).end()
    since = len(hotline.ami.events)

    caller = hotline.call("hang_up", hold_ms=1500)

    entered = hotline.ami.wait("JiesuEntered", since=since)
    fallback = hotline.ami.wait("JiesuFallback", since=since)
    assert float(fallback["_at"]) - float(entered["_at"]) < 1, "this one did not wait for the black hole"
    caller.end()
    hole.close()


def test_the_server_is_tried_again_after_a_while(hotline: Hotline, a_living_matcher: Heartbeat) -> None:
    for _ in range(5):
        hotline.call("hang_up", hold_ms=200).end()
    server = agi.Menu(hotline.settings.agi_port)
    hotline.also_close(server.close)
    since = len(hotline.ami.events)

    hotline.call("hang_up", hold_ms=500).end()

    assert hotline.ami.wait("JiesuWaiting", since=since)["Fallback"] == "0"


def test_missing_prompts_break_no_call(a_hotline_with: Callable[..., Hotline]) -> None:
    hotline = a_hotline_with(prompt_seconds=0)
    heart = Heartbeat(hotline.ami).start()
    hotline.also_close(heart.stop)

    caller = hotline.call("stay")

    hotline.hang_up(hotline.ami.wait("JiesuWaiting")["Channel"])
    caller.end()
