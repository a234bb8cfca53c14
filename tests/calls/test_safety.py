"""The matcher falls silent: app_queue connects callers, or a message is taken; then matching takes over again."""
from __future__ import annotations

import time

from tests.calls.rig import agi, sound
from tests.calls.rig.ami import Heartbeat
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.rig.hotline import DESK, Hotline
from tests.calls.rig.sipp import SippCall


def test_a_waiting_caller_is_connected_by_the_safety_net(
    hotline: Hotline, a_living_matcher: Heartbeat, a_waiting_caller: SippCall, a_desk_phone: DeskPhone
) -> None:
    hotline.sign_on()

    a_living_matcher.stop()

    silent = hotline.ami.wait("JiesuWaiting")
    safety = hotline.ami.wait("JiesuSafety")
    assert 5 < float(safety["_at"]) - float(silent["_at"]) < 12
    answered = hotline.ami.wait("JiesuAnswered")
    assert (answered["CallId"], answered["Extension"], answered["Fallback"]) == (safety["CallId"], DESK, "1")
    assert not a_desk_phone.ended.wait(1)
    a_desk_phone.hang_up()
    assert hotline.ami.wait("JiesuTalkEnded")["CallId"] == safety["CallId"]
    a_waiting_caller.end()
    assert hotline.ami.wait("JiesuEnded")["Step"] == "safety"
    hotline.gone()
    assert len(hotline.recordings("*/*/*/*.wav")) == 3


def test_when_the_heart_beats_again_callers_return_to_matching(
    hotline: Hotline, a_living_matcher: Heartbeat, a_waiting_caller: SippCall
) -> None:
    hotline.desk_phone(answer_after=None)
    hotline.sign_on()
    a_living_matcher.stop()
    hotline.ami.wait("JiesuSafety")
    since = len(hotline.ami.events)

    hotline.ami.ask("Setvar", Variable="MATCHER_BEAT", Value="1000")

    back = hotline.ami.wait("JiesuWaiting", since=since)
    hotline.hang_up(back["Channel"])
    a_waiting_caller.end()


def test_with_agi_and_matcher_down_a_caller_still_reaches_an_agent(hotline: Hotline, a_desk_phone: DeskPhone) -> None:
    hotline.sign_on()

    caller = hotline.call("stay")

    answered = hotline.ami.wait("JiesuAnswered")
    assert (answered["Extension"], answered["Fallback"]) == (DESK, "1")
    assert not hotline.ami.named("JiesuWaiting"), "no detour over a matcher that never lived"
    assert a_desk_phone.talking.wait(2)
    a_desk_phone.hang_up()
    caller.end()


def test_a_message_is_taken_when_nobody_is_signed_on(hotline: Hotline) -> None:
    speech = sound.write_a_law(hotline.home / "speech.al", sound.CALLER_HZ)

    hotline.call("speak_stay", media=speech).end(60)

    message = hotline.ami.wait("JiesuMessage")
    (file,) = hotline.recordings("messages/*.wav")
    assert file.stem == message["CallId"]
    assert sound.heard(file, sound.CALLER_HZ) > 0.8
    assert 4 < sound.seconds(file) < 7
    assert hotline.ami.wait("JiesuEnded")["Step"] == "message"
    assert len(hotline.ami.named("JiesuMessage")) == 1


def test_a_caller_who_hangs_up_while_speaking_has_left_a_message(hotline: Hotline) -> None:
    speech = sound.write_a_law(hotline.home / "speech.al", sound.CALLER_HZ)

    hotline.call("speak", media=speech, hold_ms=8500).end(60)

    message = hotline.ami.wait("JiesuMessage")
    (file,) = hotline.recordings("messages/*.wav")
    assert file.stem == message["CallId"]
    assert sound.seconds(file) > 0.5
    assert hotline.ami.wait("JiesuEnded")["Step"] == "message"


def test_an_agent_whose_phone_is_gone_does_not_keep_callers_from_leaving_a_message(hotline: Hotline) -> None:
    """A member of the queue, but not registered: nobody would ever answer."""
    hotline.sign_on("8001")

    caller = hotline.call("hang_up", hold_ms=9000)

    caller.end()
    assert hotline.ami.wait("JiesuEnded")["Step"] == "message"


def test_members_survive_a_restart_of_asterisk(hotline: Hotline) -> None:
    hotline.sign_on()
    time.sleep(1.5)  # Asterisk commits its own database once a second

    hotline.asterisk.kill()
    hotline.asterisk.start()

    assert f"PJSIP/agent-{DESK}" in hotline.asterisk.control("queue show hotline")


def test_the_script_may_send_a_caller_on_while_the_matcher_is_silent(hotline: Hotline, a_desk_phone: DeskPhone) -> None:
    server = agi.Menu(hotline.settings.agi_port)
    hotline.also_close(server.close)
    hotline.sign_on()

    caller = hotline.call("stay")

    assert hotline.ami.wait("JiesuAnswered")["Fallback"] == "1"
    a_desk_phone.hang_up()
    caller.end()
