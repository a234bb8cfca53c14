"""The disk runs full in the middle of a talk: the talk goes on, what is missing is told, and room made again is used."""
from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.clock import SystemClock
from entrypoints.preflight import PreflightError, before_start
from recordings.sealing import Sealed, seal_files
from recordings.service import Recordings
from tests.calls.rig import agi, sound
from tests.calls.rig.ami import Heartbeat, Message
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.rig.hotline import Hotline
from tests.calls.rig.small_disk import SmallDisk, small_disk

ROOM = 150_000  # bytes; three files of 16 kB a second fill it in 3 s
TALK = 8.0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Where this test's hotline keeps everything."""
    with small_disk(tmp_path / "data", 64) as made:
        yield made


@pytest.fixture
def hotline(disk: SmallDisk, a_hotline_with: Callable[..., Hotline]) -> Hotline:
    """With a menu and a matcher that lives; `a_desk_phone` is registered at this one."""
    hotline = a_hotline_with()
    server = agi.Menu(hotline.settings.agi_port)
    hotline.also_close(server.close)
    hotline.also_close(Heartbeat(hotline.ami).start().stop)
    return hotline


def talk(hotline: Hotline, phone: DeskPhone, meanwhile: Callable[[], None]) -> tuple[Message, float]:
    """A citizen who speaks and an agent; the call's JiesuEntered and how long they talked, in seconds."""
    since = len(hotline.ami.events)
    phone.talking.clear()
    phone.ended.clear()
    caller = hotline.call("speak_stay", media=sound.write_a_law(hotline.home / "speech.al", sound.CALLER_HZ))
    hotline.offer(hotline.ami.wait("JiesuWaiting", since=since)["Channel"])
    answered = hotline.ami.wait("JiesuAnswered", since=since)
    meanwhile()
    phone.hang_up()
    ended = hotline.ami.wait("JiesuTalkEnded", since=since)
    caller.end()
    hotline.ami.wait("JiesuEnded", since=since)
    hotline.gone()
    return hotline.ami.wait("JiesuEntered", since=since), float(ended["_at"]) - float(answered["_at"])


def sealed(hotline: Hotline, call: Message, talked: float, *, disk_full: bool) -> Sealed:
    made = seal_files(hotline.settings.recordings_dir, call["CallId"], datetime.now(UTC), talked, disk_full=disk_full)
    assert made is not None, "Asterisk has closed the files"
    return made


def test_the_disk_runs_full_in_a_talk(hotline: Hotline, disk: SmallDisk, a_desk_phone: DeskPhone) -> None:
    asterisk = hotline.asterisk.pid
    assert asterisk is not None
    guard = Recordings(SystemClock(), hotline.settings.recordings_dir, 1)
    assert not guard.space().low

    def it_runs_full() -> None:
        disk.fill(ROOM, asterisk)
        time.sleep(TALK)
        assert not a_desk_phone.ended.is_set() and hears_the_caller(a_desk_phone), "the talk goes on"

    call, talked = talk(hotline, a_desk_phone, it_runs_full)

    assert guard.space().low == disk.real
    found = sealed(hotline, call, talked, disk_full=True)
    assert (found.state, str(found.problem)[:6], str(found.problem)[-10:]) == ("short", "short:", ";disk_full"), found
    assert found.seconds is not None and 0.5 < found.seconds < talked - 2
    if disk.real:
        with pytest.raises(PreflightError, match=r"disk: \d+ MB free"):
            before_start(hotline.settings)

    disk.clear(asterisk)
    call, talked = talk(hotline, a_desk_phone, lambda: time.sleep(3))

    assert not guard.space().low
    assert sealed(hotline, call, talked, disk_full=False).state == "sealed", "there is room: nothing has to be restarted"


def hears_the_caller(phone: DeskPhone) -> bool:
    """Sound that comes now, not what waited in the socket."""
    phone._media.setblocking(False)
    with pytest.raises(BlockingIOError):
        while phone._media.recv(4096):
            pass
    phone._media.settimeout(2)
    return all(len(phone._media.recv(4096)) > 100 for _ in range(10))
