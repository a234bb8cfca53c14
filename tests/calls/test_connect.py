"""From waiting to an agent and back: the connection, its failures, its recording."""
from __future__ import annotations

from collections.abc import Callable

import psutil
import pytest

from telephony.ami.translate import translate
from telephony.events import OfferFailed
from tests.calls.rig import sound
from tests.calls.rig.ami import Heartbeat
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.rig.hotline import DESK, Hotline, eventually
from tests.calls.rig.sipp import SippCall


def test_the_agent_answers_talks_and_hangs_up(hotline: Hotline, a_waiting_caller: SippCall, a_desk_phone: DeskPhone) -> None:
    waiting = hotline.ami.wait("JiesuWaiting")

    hotline.offer(waiting["Channel"])

    ringing = hotline.ami.wait("DialBegin")
    assert (ringing["Uniqueid"], ringing["DestChannel"][:16]) == (waiting["CallId"], f"PJSIP/agent-{DESK}")
    answered = hotline.ami.wait("JiesuAnswered")
    assert answered["CallId"] == waiting["CallId"]
    assert (answered["Extension"], answered["Fallback"]) == (DESK, "0")
    assert f"X-Jiesu-Call: {waiting['CallId']}" in a_desk_phone.invites[0]
    a_desk_phone.hang_up()
    assert hotline.ami.wait("JiesuTalkEnded")["Extension"] == DESK
    a_waiting_caller.end()
    assert hotline.ami.wait("JiesuEnded")["Step"] == "connect"
    hotline.gone()


def test_a_call_with_an_agent_takes_four_of_the_media_ports(
    hotline: Hotline, a_waiting_caller: SippCall, a_desk_phone: DeskPhone
) -> None:
    first, last = hotline.settings.rtp_ports

    def media_ports() -> set[int]:
        assert hotline.asterisk.pid is not None
        sockets = psutil.Process(hotline.asterisk.pid).net_connections("udp4")
        return {socket.laddr.port for socket in sockets if first <= socket.laddr.port <= last}

    assert len(media_ports()) == 2
    hotline.offer(hotline.ami.wait("JiesuWaiting")["Channel"])
    hotline.ami.wait("JiesuAnswered")
    assert len(media_ports()) == 4
    a_desk_phone.hang_up()
    a_waiting_caller.end()
    hotline.gone()
    eventually(lambda: not media_ports(), 5, "media ports are not given back")


def test_both_legs_are_recorded_apart_and_together(
    hotline: Hotline, a_living_matcher: Heartbeat, a_menu: object, a_desk_phone: DeskPhone
) -> None:
    speech = sound.write_a_law(hotline.home / "speech.al", sound.CALLER_HZ)
    caller = hotline.call("speak_stay", media=speech)
    entered = hotline.ami.wait("JiesuEntered")
    hotline.offer(hotline.ami.wait("JiesuWaiting")["Channel"])
    hotline.ami.wait("JiesuAnswered")
    assert not a_desk_phone.ended.wait(3)

    a_desk_phone.hang_up()

    caller.end()
    hotline.ami.wait("JiesuEnded")
    hotline.gone()
    folder = hotline.settings.recordings_dir / entered["Folder"]
    mix, from_caller, from_agent = (folder / f"{entered['CallId']}{leg}.wav" for leg in ("", "-caller", "-agent"))
    assert sound.heard(from_caller, sound.CALLER_HZ) > 0.9
    assert sound.heard(from_agent, sound.AGENT_HZ) > 0.9
    assert min(sound.heard(mix, sound.CALLER_HZ), sound.heard(mix, sound.AGENT_HZ)) > 0.2
    assert all(2.5 < sound.seconds(file) < 4.5 for file in (mix, from_caller, from_agent))
    assert mix.stat().st_mode & 0o077 == 0, "recordings are nobody else's to read"


@pytest.mark.parametrize(
    ("refusal", "status"), [(0, "NOANSWER"), (486, "DECLINED"), (600, "DECLINED"), (603, "DECLINED"), (404, "CHANUNAVAIL")]
)
def test_a_failed_offer_leads_back_to_waiting(
    hotline: Hotline, a_waiting_caller: SippCall, refusal: int, status: str
) -> None:
    hotline.desk_phone(answer_after=None, status=refusal)
    waiting = hotline.ami.wait("JiesuWaiting")
    since = len(hotline.ami.events)

    hotline.offer(waiting["Channel"])

    failed = hotline.ami.wait("JiesuOfferFailed")
    assert translate(failed) == OfferFailed(waiting["CallId"], DESK, status)
    assert hotline.ami.wait("JiesuWaiting", since=since)["CallId"] == waiting["CallId"]
    hotline.hang_up(waiting["Channel"])
    a_waiting_caller.end()


def test_an_agent_who_is_not_there_leads_back_to_waiting(hotline: Hotline, a_waiting_caller: SippCall) -> None:
    waiting = hotline.ami.wait("JiesuWaiting")

    hotline.offer(waiting["Channel"], "8001")

    assert translate(hotline.ami.wait("JiesuOfferFailed")) == OfferFailed(waiting["CallId"], "8001", "CHANUNAVAIL")
    hotline.hang_up(waiting["Channel"])
    a_waiting_caller.end()


def test_the_caller_hangs_up_while_it_rings(hotline: Hotline, a_living_matcher: Heartbeat, a_menu: object) -> None:
    phone = hotline.desk_phone(answer_after=None)
    caller = hotline.call("hang_up", hold_ms=1500)
    hotline.offer(hotline.ami.wait("JiesuWaiting")["Channel"])
    assert phone.rang.wait(5)

    caller.end()

    assert hotline.ami.wait("JiesuEnded")["Step"] == "connect"
    assert not hotline.ami.named("JiesuAnswered")
    hotline.gone()


def test_the_caller_hangs_up_in_the_talk(
    hotline: Hotline, a_living_matcher: Heartbeat, a_menu: object, a_desk_phone: DeskPhone
) -> None:
    caller = hotline.call("hang_up", hold_ms=2500)
    hotline.offer(hotline.ami.wait("JiesuWaiting")["Channel"])
    hotline.ami.wait("JiesuAnswered")

    caller.end()

    assert a_desk_phone.ended.wait(5)
    assert hotline.ami.wait("JiesuEnded")["Step"] == "connect"
    hotline.gone()


def test_an_agent_whose_phone_was_lost_gets_the_same_call_again(
    hotline: Hotline, a_waiting_caller: SippCall, a_desk_phone: DeskPhone
) -> None:
    """What `rejoin` does after a reload of the console: the same caller, the same agent, one recording."""
    channel = hotline.ami.wait("JiesuWaiting")["Channel"]
    hotline.offer(channel)
    hotline.ami.wait("JiesuAnswered")
    since = len(hotline.ami.events)

    hotline.offer(channel)

    again = hotline.ami.wait("JiesuAnswered", since=since)
    assert again["Extension"] == DESK
    a_desk_phone.hang_up()
    a_waiting_caller.end()
    assert len(hotline.recordings("*/*/*/*-caller.wav")) == 1


def test_the_position_is_told_from_recorded_digits(hotline: Hotline, a_waiting_caller: SippCall) -> None:
    """Also the wait in which nothing happens: the loop survives an announcement."""
    channel = hotline.ami.wait("JiesuWaiting")["Channel"]
    hotline.ami.ask("Setvar", Channel=channel, Variable="JIESU_POSITION", Value="12")
    hotline.ami.ask("Setvar", Channel=channel, Variable="TICKS", Value="14")

    def value(name: str) -> str:
        return hotline.ami.ask("Getvar", Channel=channel, Variable=name).get("Value", "")

    eventually(lambda: value("PLACE") == "12", 8, "the position was not told")
    eventually(lambda: value("TICKS") in {"0", "1"}, 8, "the caller does not wait on")
    assert value("PLAYBACKSTATUS") == "SUCCESS"
    hotline.hang_up(channel)
    a_waiting_caller.end()


def test_a_caller_whose_agent_was_lost_waits_for_another(a_hotline_with: Callable[..., Hotline]) -> None:
    """The agent's phone falls silent without a goodbye: a browser that crashed, a cable pulled."""
    hotline = a_hotline_with(silence=2)
    heart = Heartbeat(hotline.ami).start()
    hotline.also_close(heart.stop)
    phone = hotline.desk_phone()
    caller = hotline.call("stay")
    hotline.offer(hotline.ami.wait("JiesuWaiting")["Channel"])
    assert phone.talking.wait(5)
    since = len(hotline.ami.events)

    phone.close()

    failed = hotline.ami.wait("JiesuOfferFailed", since=since)
    assert failed["Status"] == "LOST"
    hotline.hang_up(hotline.ami.wait("JiesuWaiting", since=since)["Channel"])
    caller.end()
