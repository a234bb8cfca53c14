"""From AMI to events: a table of what Asterisk writes, and whatever else may come."""
from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panoramisk.message import Message

from telephony.ami.translate import translate
from telephony.events import (
    AgentReachable,
    AgentRinging,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallWaiting,
    Event,
    Held,
    MessageLeft,
    OfferFailed,
    TalkEnded,
)

ID, CALLER, AGENT = "n1-1760000000.12", "PJSIP/trunk-0000000a", "PJSIP/agent-8001-0000000b"


def user(name: str, **headers: str) -> dict[str, str]:
    """A UserEvent as app_userevent writes it: the channel's snapshot, then the dialplan's headers."""
    snapshot = {"Event": "UserEvent", "Privilege": "user,all", "Channel": CALLER, "Uniqueid": ID, "Linkedid": ID}
    return {**snapshot, "UserEvent": name, "CallId": ID, **headers}


TABLE: list[tuple[dict[str, str], Event]] = [
    (user("JiesuEntered", Caller="13900000001", Line="12345"), CallEntered(ID, CALLER, "13900000001", "12345")),
    (user("JiesuEntered", Caller="+8613900000001", Line="12345"), CallEntered(ID, CALLER, "+8613900000001", "12345")),
    (user("JiesuEntered", Caller="", Line="12345"), CallEntered(ID, CALLER, None, "12345")),
    (user("JiesuEntered", Caller="1390000'; DROP", Line="12345"), CallEntered(ID, CALLER, None, "12345")),
    (user("JiesuEntered", Caller="1" * 21, Line="12345"), CallEntered(ID, CALLER, None, "12345")),
    (user("JiesuEntered", Caller="１２３", Line="12345"), CallEntered(ID, CALLER, None, "12345")),
    (user("JiesuWaiting", Caller="13900000001", Line="12345", Fallback="0"),
     CallWaiting(ID, CALLER, "13900000001", "12345", False)),
    (user("JiesuWaiting", Caller="", Line="96118", Fallback="1"), CallWaiting(ID, CALLER, None, "96118", True)),
    (user("JiesuOfferFailed", Extension="8001", Status="NOANSWER"), OfferFailed(ID, "8001", "NOANSWER")),
    (user("JiesuOfferFailed", Extension="8001", Status="NOANSWER", Cause="21"), OfferFailed(ID, "8001", "NOANSWER")),
    (user("JiesuOfferFailed", Extension="8001", Status="BUSY", Cause="17"), OfferFailed(ID, "8001", "DECLINED")),
    (user("JiesuOfferFailed", Extension="8001", Status="CHANUNAVAIL", Cause="21"), OfferFailed(ID, "8001", "DECLINED")),
    (user("JiesuOfferFailed", Extension="8001", Status="CHANUNAVAIL", Cause="3"), OfferFailed(ID, "8001", "CHANUNAVAIL")),
    (user("JiesuOfferFailed", Extension="8001", Status="???"), OfferFailed(ID, "8001", "CHANUNAVAIL")),
    (user("JiesuAnswered", Extension="8001"), CallAnswered(ID, "8001", False)),
    (user("JiesuAnswered", Extension="8001", Fallback="1"), CallAnswered(ID, "8001", True)),
    (user("JiesuTalkEnded", Extension="8001"), TalkEnded(ID, "8001")),
    (user("JiesuMessage"), MessageLeft(ID)),
    (user("JiesuEnded", Cause="16", Step="waiting"), CallEnded(ID, 16, "waiting")),
    (user("JiesuEnded", Cause="", Step=""), CallEnded(ID, 0, "unknown")),
    (user("JiesuEnded", Cause="-1; x", Step="<b>"), CallEnded(ID, 0, "unknown")),
    ({"Event": "DialBegin", "Channel": CALLER, "Uniqueid": ID, "DestChannel": AGENT, "DialString": "agent-8001"},
     AgentRinging(ID, "8001")),
    ({"Event": "Hold", "Channel": AGENT, "Uniqueid": "n1-1760000001.13", "Linkedid": ID}, Held(ID, "8001", True)),
    ({"Event": "Unhold", "Channel": AGENT, "Uniqueid": "n1-1760000001.13", "Linkedid": ID}, Held(ID, "8001", False)),
    ({"Event": "ContactStatus", "AOR": "agent-8001", "ContactStatus": "Reachable"}, AgentReachable("8001", True)),
    ({"Event": "ContactStatus", "AOR": "agent-8001", "ContactStatus": "NonQualified"}, AgentReachable("8001", True)),
    ({"Event": "ContactStatus", "AOR": "agent-8001", "ContactStatus": "Removed"}, AgentReachable("8001", False)),
    ({"Event": "ContactStatus", "AOR": "agent-8001", "ContactStatus": "Unreachable"}, AgentReachable("8001", False)),
]  # fmt: skip


@pytest.mark.parametrize(("message", "event"), TABLE)
def test_table(message: dict[str, str], event: Event) -> None:
    assert translate(Message(message)) == event


NOTHING = [
    user("SomebodyElses"),
    user("JiesuEntered", Line="12345", CallId=""),
    user("JiesuEntered", Line="12345", CallId="../../etc"),
    user("JiesuEntered", Line="12345", Channel="not a channel"),
    user("JiesuEntered", Line="<b>1</b>"),
    user("JiesuEntered"),
    user("JiesuAnswered", Extension="9001"),
    user("JiesuAnswered", Extension="8000"),
    user("JiesuAnswered"),
    user("JiesuOfferFailed", Status="BUSY"),
    {"Event": "DialBegin", "Uniqueid": ID, "DestChannel": "PJSIP/trunk-00000001"},
    {"Event": "DialBegin", "DestChannel": AGENT},
    {"Event": "Hold", "Channel": CALLER, "Linkedid": ID},
    {"Event": "ContactStatus", "AOR": "line-13900000001", "ContactStatus": "Reachable"},
    {"Event": "ContactStatus", "AOR": "agent-8001", "ContactStatus": "Dancing"},
    {"Event": "Newchannel", "Channel": CALLER},
    {"Event": ""},
    {"Response": "Success"},
]


@pytest.mark.parametrize("message", NOTHING)
def test_nothing(message: dict[str, str]) -> None:
    assert translate(Message(message)) is None


NAMES = [*{message["Event"] for message, _ in TABLE}, "Newchannel"]
USER_NAMES = [*{message["UserEvent"] for message, _ in TABLE if "UserEvent" in message}, "Other"]
ANYTHING = st.one_of(st.text(max_size=40), st.sampled_from([ID, CALLER, AGENT, "8001", "12345", "1", "agent-8001", "BUSY"]))


@settings(max_examples=400, deadline=None)
@given(
    st.fixed_dictionaries(
        {"Event": st.sampled_from(NAMES), "UserEvent": st.sampled_from(USER_NAMES)},
        optional={
            name: ANYTHING
            for name in ("CallId", "Channel", "Caller", "Line", "Extension", "Status", "Cause", "Step", "Fallback",
                         "Uniqueid", "Linkedid", "DestChannel", "AOR", "ContactStatus")
        },
    )
)  # fmt: skip
def test_whatever_comes_only_clean_values_pass(message: dict[str, str]) -> None:
    event = translate(Message(message))
    if event is None:
        return
    for value in asdict(event).values():
        if isinstance(value, str):
            assert re.fullmatch(r"[A-Za-z0-9_.@/;:+-]{1,128}", value)
