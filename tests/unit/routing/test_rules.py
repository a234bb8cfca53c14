"""What became of a call, and whom we owe a call back."""
from __future__ import annotations

import pytest

from routing.rules import LOST, Facts, call_id_of, gave_up, outcome, pause_reason, recall_reason


@pytest.mark.parametrize(
    ("facts", "expected", "owed"),
    [
        (Facts(answered=True, waited=True, noted=None, step="talked"), "answered", None),
        (Facts(answered=True, waited=True, noted=None, step=LOST), "answered", None),
        (Facts(answered=True, waited=True, noted="message", step="talked"), "answered", None),
        (Facts(answered=False, waited=True, noted=None, step="waiting"), "abandoned", "hung_up_waiting"),
        (Facts(answered=False, waited=False, noted=None, step="inbound"), "abandoned", "hung_up_before_waiting"),
        (Facts(answered=False, waited=False, noted="self_service", step="inbound"), "self_service", None),
        (Facts(answered=False, waited=True, noted="self_service", step="waiting"), "abandoned", "hung_up_waiting"),
        (Facts(answered=False, waited=True, noted="message", step="message"), "message", "message"),
        (Facts(answered=False, waited=True, noted=None, step=LOST), "failed", "failed"),
    ],
)
def test_outcome(facts: Facts, expected: str, owed: str | None):
    assert outcome(facts) == expected
    assert recall_reason(facts) == owed


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(answered=False, waited=True, noted=None, step="waiting"), True),
        (Facts(answered=False, waited=False, noted="self_service", step="inbound"), True),
        (Facts(answered=True, waited=True, noted=None, step="talked"), False),
        (Facts(answered=False, waited=True, noted="message", step="message"), False),
        (Facts(answered=False, waited=True, noted=None, step=LOST), False),
    ],
)
def test_only_who_hung_up_unheard_gave_up(facts: Facts, expected: bool):
    assert gave_up(facts) is expected


def test_a_uniqueid_becomes_an_id_that_is_safe_in_file_names():
    assert call_id_of("n1-1760000000.12") == "n1-1760000000.12"
    assert call_id_of("../n1;rm -1760000000.12") == "..n1rm-1760000000.12"


@pytest.mark.parametrize(
    ("status", "reason"),
    [("NOANSWER", "no_answer"), ("DECLINED", "declined"), ("CHANUNAVAIL", "unreachable"), ("LOST", "unreachable")],
)
def test_why_an_agent_is_paused(status: str, reason: str):
    assert pause_reason(status) == reason
