"""Seats and calls over HTTP, as the bench uses them."""
from __future__ import annotations

import pytest

from tests.services.floor import CITIZEN, Floor


def test_a_shift(browse, telephony, floor: Floor):
    floor.an_agent("8001")
    tab = browse("agent8001")
    assert tab.get("/api/presence").json()["state"] == "offline"
    signed_on = tab.post("/api/presence/sign-on", tab="tab-1")
    assert signed_on.status_code == 200, signed_on.text
    sip = signed_on.json()["sip"]
    assert (sip["uri"], sip["username"], sip["path"]) == ("sip:agent-8001@jiesu", "agent-8001", "/sip")
    assert floor.switch.passwords["8001"] == sip["password"]  # Asterisk knows it before the browser does
    assert signed_on.json()["presence"]["state"] == "paused"
    floor.do(floor.agents.set_reachable, "8001", True)
    assert tab.post("/api/presence/state", state="ready").json()["state"] == "ready"
    call_id = floor.a_talk()
    now = tab.get("/api/presence").json()
    assert (now["state"], now["call"]["call_id"], now["call"]["caller"]) == ("talking", call_id, CITIZEN)
    assert tab.post("/api/presence/state", state="paused", reason="meal").json()["pause_after"] == "meal"
    assert tab.post("/api/presence/sign-off").json()["code"] == "illegal_step"
    floor.hangs_up(call_id, "talked")
    assert tab.post("/api/presence/wrap-up-done").json()["reason"] == "meal"
    assert tab.post("/api/presence/renew", tab="tab-1").json()["sip"]["password"] == sip["password"]
    assert tab.post("/api/presence/sign-off").json()["state"] == "offline"


def test_a_second_tab_takes_over(browse, telephony, floor: Floor):
    floor.an_agent("8001")
    first, second = browse("agent8001"), browse("agent8001")
    first.post("/api/presence/sign-on", tab="tab-1")
    assert second.post("/api/presence/sign-on", tab="tab-2").json()["presence"]["tab"] == "tab-2"
    refused = first.post("/api/presence/renew", tab="tab-1")
    assert (refused.status_code, refused.json()["code"]) == (409, "taken_over")


def test_without_asterisk_a_sign_on_says_so(browse, floor: Floor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("web.agents.SWITCH_SECONDS", 0.1)
    floor.an_agent("8001")
    refused = browse("agent8001").post("/api/presence/sign-on", tab="tab-1")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


def test_who_has_no_seat_is_told(browse, floor: Floor):
    floor.a_person("leader", "leader")
    tab = browse("leader")
    for answer in (tab.get("/api/presence"), tab.post("/api/presence/sign-on", tab="t"), tab.post("/api/presence/sign-off")):
        assert answer.status_code == 403
    assert [one["state"] for one in tab.get("/api/agents").json()] == []


def test_nonsense_is_refused(browse, floor: Floor):
    floor.a_ready_agent("8001")
    tab = browse("agent8001")
    assert tab.post("/api/presence/sign-on", tab="../<script>").status_code == 422
    assert tab.post("/api/presence/state", state="asleep").status_code == 422
    assert tab.post("/api/presence/state", state="paused").json()["code"] == "pause_reason"
    assert tab.get("/api/calls", page=0).status_code == 422
    assert tab.get("/api/calls", q="x" * 51).status_code == 422
    assert tab.get("/api/calls", q="a\x00").status_code == 422
    assert tab.get("/api/calls/%00/pop").status_code == 422
    assert tab.get("/api/calls/n1-404.1/pop").status_code == 404


def test_the_pop_is_for_who_has_the_call_and_for_supervisors(browse, floor: Floor):
    floor.a_ready_agent("8001")
    floor.an_agent("8002")
    floor.a_person("supervisor", "supervisor")
    call_id = floor.an_offered_call()
    path = f"/api/calls/{call_id}/pop"
    assert browse("agent8001").get(path).json()["caller"] == CITIZEN
    assert browse("agent8002").get(path).status_code == 403
    overseen = browse("supervisor").get(path)
    assert (overseen.status_code, overseen.json()["caller"], overseen.json()["caller_masked"]) == (200, None, "139****0001")


def test_the_pop_keeps_the_number_until_the_wrap_up_is_done(browse, floor: Floor):
    floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    tab = browse("agent8001")
    floor.hangs_up(call_id, "talked")
    path = f"/api/calls/{call_id}/pop"
    assert tab.get(path).json()["caller"] == CITIZEN
    assert tab.post("/api/presence/wrap-up-done").status_code == 200
    after = tab.get(path)
    assert (after.json()["caller"], CITIZEN in after.text) == (None, False)


def test_after_a_reload_the_caller_is_sent_to_my_phone_again(browse, telephony, floor: Floor):
    floor.a_ready_agent("8001")
    floor.an_agent("8002")
    call_id = floor.a_talk()
    floor.switch.redirects.clear()
    assert browse("agent8002").post(f"/api/calls/{call_id}/rejoin").status_code == 403
    assert browse("agent8001").post(f"/api/calls/{call_id}/rejoin").status_code == 204
    assert [(context, extension) for _, context, extension in floor.switch.redirects] == [("connect", "8001")]
    floor.hangs_up(call_id, "talked")
    assert browse("agent8001").post(f"/api/calls/{call_id}/rejoin").json()["code"] == "illegal_step"


def test_hanging_up_from_the_console(browse, telephony, floor: Floor):
    floor.a_ready_agent("8001")
    floor.a_person("supervisor", "supervisor")
    call_id = floor.a_talk()
    assert browse("supervisor").post(f"/api/calls/{call_id}/hangup").status_code == 204
    assert floor.switch.hung_up == [floor.call(call_id).channel]


def test_the_lists(browse, floor: Floor):
    floor.a_ready_agent("8001")
    floor.a_waiting_caller("n1-7.1", "13900000007")
    floor.hangs_up("n1-7.1")
    tab = browse("agent8001")
    calls = tab.get("/api/calls").json()
    assert (calls["total"], calls["items"][0]["outcome"], calls["items"][0]["caller_masked"]) == (1, "abandoned", "139****0007")
    assert calls["items"][0]["transcript_state"] is None
    assert [one["extension"] for one in tab.get("/api/agents").json()] == ["8001"]
