"""How a call of ours to a citizen ended, as our own switch tells it, over a carrier's trunk (SIPp) and the demo carrier."""
from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from common.settings import Settings
from telephony.ami.adapter import AmiSwitch
from telephony.embedded.secrets import AMI_USER, ami_secret
from telephony.switch import OriginateOutcome, SwitchRefusedError
from tests.calls.rig import sipp
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.rig.hotline import Hotline
from tests.ports import take_block

CITIZEN = "13900000002"
REFUSALS = {486: "busy", 600: "busy", 603: "busy", 480: "no_answer", 404: "failed", 403: "failed", 503: "congestion"}
Build = Callable[..., Hotline]


@contextmanager
def our_switch(settings: Settings) -> Iterator[AmiSwitch]:
    switch = AmiSwitch("127.0.0.1", settings.ami_port, AMI_USER, ami_secret(settings), lambda _: None)
    switch.start()
    assert switch.wait_connected(10)
    yield switch
    switch.stop()


def rung(switch: AmiSwitch, number: str = CITIZEN, key: str | None = None, seconds: int = 2) -> OriginateOutcome:
    attempt = key or str(uuid.uuid4())
    return switch.originate(
        number=number, context="survey", variables={"JIESU_ATTEMPT": attempt}, key=attempt, ring_seconds=seconds
    )


@pytest.fixture(scope="session")
def carrier_port() -> int:
    return take_block()


@pytest.fixture
def on_a_trunk(a_hotline_with: Build, carrier_port: int) -> Hotline:
    """A hotline with a carrier's trunk instead of the demo's."""
    return a_hotline_with(settings={"demo": False, "trunk_host": "127.0.0.2", "trunk_port": carrier_port})


@pytest.mark.parametrize("status", REFUSALS)
def test_a_citizen_who_cannot_be_reached(on_a_trunk: Hotline, carrier_port: int, status: int) -> None:
    citizen = sipp.citizen(on_a_trunk.home / "citizen", ("127.0.0.2", carrier_port), "citizen", status=status)
    on_a_trunk.also_close(citizen.kill)
    with our_switch(on_a_trunk.settings) as switch:
        attempt = str(uuid.uuid4())

        assert rung(switch, key=attempt) == OriginateOutcome(REFUSALS[status], f"o-{attempt}")

        with pytest.raises(SwitchRefusedError):
            rung(switch, key=attempt)
    citizen.end()
    on_a_trunk.gone()


def test_a_citizen_who_lets_it_ring(on_a_trunk: Hotline, carrier_port: int) -> None:
    citizen = sipp.citizen(on_a_trunk.home / "citizen", ("127.0.0.2", carrier_port), "citizen_silent")
    on_a_trunk.also_close(citizen.kill)
    with our_switch(on_a_trunk.settings) as switch:
        assert rung(switch).ending == "no_answer"
    citizen.end()
    on_a_trunk.gone()


def test_a_trunk_that_leads_nowhere(a_hotline_with: Build) -> None:
    hotline = a_hotline_with(settings={"demo": False, "trunk_host": None})
    with our_switch(hotline.settings) as switch:
        assert rung(switch).ending == "failed"
    hotline.gone()


@pytest.mark.parametrize(("behaviour", "ending"), [((0, 486), "busy"), ((None, 0), "no_answer")], ids=["busy", "no answer"])
def test_at_the_demo_carrier(hotline: Hotline, behaviour: tuple[float | None, int], ending: str) -> None:
    phone = DeskPhone("line-13900000002", "line-two", hotline.sip, answer_after=behaviour[0], status=behaviour[1])
    hotline.also_close(phone.close)
    assert phone.register() == 200
    with our_switch(hotline.settings) as switch:
        assert rung(switch).ending == ending
    hotline.gone()
