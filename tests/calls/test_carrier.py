"""The demo carrier: test lines dial the hotline, the hotline rings test lines for a survey, and nothing else goes."""
from __future__ import annotations

import uuid

import pytest

from tests.calls.rig import agi
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.rig.hotline import Hotline, eventually


def a_line(hotline: Hotline) -> DeskPhone:
    phone = DeskPhone("line-13900000002", "line-two", hotline.sip)
    hotline.also_close(phone.close)
    assert phone.register() == 200
    return phone


def originate(hotline: Hotline, number: str, attempt: str) -> dict[str, str]:
    """What `Switch.originate` sends for a survey."""
    return hotline.ami.originate(
        Channel=f"PJSIP/{number}@trunk", Context="survey", Exten="s", Priority="1", Timeout="4000",
        Variable=f"JIESU_ATTEMPT={attempt}",
    )


def test_the_hotline_rings_a_citizen_for_a_survey(hotline: Hotline) -> None:
    server = agi.Silent(hotline.settings.agi_port)
    hotline.also_close(server.close)
    citizen, attempt = a_line(hotline), str(uuid.uuid4())

    assert originate(hotline, "13900000002", attempt)["Response"] == "Success"

    eventually(lambda: len(server.environments) == 1, 5, "the survey's script was not asked")
    assert server.environments[0]["agi_network_script"] == f"survey/{attempt}"
    assert "sip:12345@" in citizen.invites[0], "the citizen sees the hotline's number"
    citizen.hang_up()
    assert server.left.wait(5)
    hotline.gone()
    assert not hotline.ami.named("JiesuEntered"), "a survey is not an incoming call"


@pytest.mark.parametrize("attempt", ["", "1", "../../inbound", "a" * 36 + "/x", "x y"])
def test_a_survey_without_a_proper_attempt_hangs_up(hotline: Hotline, attempt: str) -> None:
    server = agi.Silent(hotline.settings.agi_port)
    hotline.also_close(server.close)
    citizen = a_line(hotline)

    originate(hotline, "13900000002", attempt)

    assert citizen.ended.wait(5)
    assert all(asked["agi_network_script"].startswith("survey/") for asked in server.environments)
    hotline.gone()


def test_a_hung_survey_script_does_not_keep_the_citizen(hotline: Hotline) -> None:
    server = agi.Hung(hotline.settings.agi_port)
    hotline.also_close(server.close)
    citizen = a_line(hotline)

    originate(hotline, "13900000002", str(uuid.uuid4()))

    assert citizen.ended.wait(8), "the limit of this test's conversations is 4 s"
    hotline.gone()


@pytest.mark.parametrize("number", ["13900000001", "13999999999", "12345"])
def test_numbers_that_nobody_answers(hotline: Hotline, number: str) -> None:
    """A line without a phone, a number that does not exist, and our own: the hotline never rings itself."""
    outcome = originate(hotline, number, str(uuid.uuid4()))

    assert outcome["Response"] == "Failure"
    assert not hotline.ami.named("JiesuEntered")
    hotline.gone()
