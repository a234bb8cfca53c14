"""A caller's side that dies without a goodbye: a gateway without power, a carrier's route cut. Noticed in bounded time."""
from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from common.settings import Settings
from tests.calls.rig import agi, sound
from tests.calls.rig.ami import Heartbeat
from tests.calls.rig.hotline import Hotline
from tests.calls.rig.sipp import SippCall

Build = Callable[..., Hotline]
SESSION = 90  # the shortest that RFC 4028 allows
QUICK_TIME_OUT = 6.4  # seconds instead of 32: SIP's timers with a T1 of 100 ms
OTHER_DESK = "8010"


@pytest.fixture
def a_hotline_that_waits(a_hotline_with: Build) -> Build:
    """With a menu and a matcher that lives."""

    def build(prepare: Callable[[Settings], None] = lambda _: None, **settings: int) -> Hotline:
        hotline = a_hotline_with(settings=settings, prepare=prepare)
        server = agi.Menu(hotline.settings.agi_port)
        hotline.also_close(server.close)
        hotline.also_close(Heartbeat(hotline.ami).start().stop)
        return hotline

    return build


def waits(hotline: Hotline, scenario: str = "stay", **options: object) -> tuple[SippCall, dict[str, str]]:
    since = len(hotline.ami.events)
    running = hotline.call(scenario, **options)
    return running, hotline.ami.wait("JiesuWaiting", since=since)


@pytest.mark.timeout(240)
def test_the_session_timer_finds_the_dead_in_any_state(a_hotline_that_waits: Build) -> None:
    """None of these callers ever sends a sound, as with silence suppression: no other sign would tell."""
    hotline = a_hotline_that_waits(quick_time_outs, trunk_session_seconds=SESSION)
    phone, other = hotline.desk_phone(), hotline.desk_phone(OTHER_DESK)
    talking, talk = waits(hotline)
    hotline.offer(talk["Channel"])
    assert phone.talking.wait(5)
    waiting, wait = waits(hotline)
    offered, late = waits(hotline)
    for caller in (talking, waiting, offered):
        caller.kill()

    hotline.offer(late["Channel"], OTHER_DESK)  # nobody knows yet that this one is dead

    assert other.talking.wait(5)
    steps = {}
    for call in (talk, wait, late):
        ended = hotline.ami.wait("JiesuEnded", seconds=SESSION / 2 + 2 * QUICK_TIME_OUT + 15, CallId=call["CallId"])
        steps[call["CallId"]] = ended["Step"]
    assert steps == {talk["CallId"]: "connect", wait["CallId"]: "waiting", late["CallId"]: "connect"}
    assert phone.ended.wait(5) and other.ended.wait(5), "both agents are free again"
    hotline.gone()


def quick_time_outs(settings: Settings) -> None:
    file = settings.asterisk_dir / "etc" / "pjsip.conf"
    content = file.read_text()
    assert "timer_t1 = 500" in content
    file.write_text(content.replace("timer_t1 = 500", f"timer_t1 = 100\ntimer_b = {QUICK_TIME_OUT * 1000:.0f}"))


@pytest.mark.parametrize("talking", [False, True], ids=["waiting", "talking"])
def test_a_caller_without_any_sound_is_hung_up_in_the_end(a_hotline_that_waits: Build, *, talking: bool) -> None:
    """Where the carrier goes on answering for a caller whose sound is dead."""
    hotline = a_hotline_that_waits(caller_silence_seconds=4)
    phone = hotline.desk_phone()
    caller, call = waits(hotline, "speak_stay", media=sound.write_a_law(hotline.home / "speech.al", sound.CALLER_HZ))
    if talking:
        hotline.offer(call["Channel"])
        assert phone.talking.wait(5)
    assert not phone.ended.wait(6) and not hotline.ami.named("JiesuEnded"), "who speaks stays"

    caller.kill()

    ended = hotline.ami.wait("JiesuEnded")
    assert (ended["Step"], ended["Cause"]) == ("connect" if talking else "waiting", "44")
    assert not talking or phone.ended.wait(5)
    assert not hotline.ami.named("JiesuOfferFailed"), "the agent's phone was not at fault"


def test_by_default_a_caller_who_only_listens_may_do_so_for_long(hotline: Hotline) -> None:
    said = re.sub(r" +: ", ": ", hotline.asterisk.control("pjsip show endpoint trunk"))

    for wanted in ("rtp_timeout: 900", "timers: always", "timers_sess_expires: 120"):
        assert wanted in said
