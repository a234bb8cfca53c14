"""Listening over HTTP: byte ranges, the waveform, who may, and the log."""
from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.services.web_tickets.conftest import Browser, SignIn


@pytest.fixture
def recording(operator: Browser, a_call_taken: UUID) -> str:
    return f"/api/recordings/{operator.get(f'/api/tickets/{a_call_taken}').json()['recording']['id']}"


def test_the_operator_of_the_call_hears_all_or_a_piece(operator: Browser, recording: str) -> None:
    whole = operator.get(f"{recording}/audio")
    assert (whole.status_code, whole.headers["content-type"], len(whole.content)) == (200, "audio/wav", 160_044)
    assert whole.headers["accept-ranges"] == "bytes"
    assert "no-store" in whole.headers["cache-control"]
    piece = operator.client.get(f"{recording}/audio?leg=caller", headers={"Range": "bytes=44-143"})
    assert (piece.status_code, len(piece.content)) == (206, 100)
    assert piece.headers["content-range"] == "bytes 44-143/160044"
    beyond = operator.client.get(f"{recording}/audio", headers={"Range": "bytes=999999-"})
    assert beyond.status_code == 416


def test_the_waveform(operator: Browser, recording: str) -> None:
    found = operator.get(f"{recording}/peaks", points=50).json()
    assert found == {"points": [0.5] * 50, "seconds": 10.0}
    assert operator.get(f"{recording}/peaks", points=0).status_code == 422
    assert operator.get(f"{recording}/peaks", leg="../../etc/passwd").status_code == 422


def test_others_do_not_hear_it_and_supervisors_see_who_did(
    sign_in: SignIn, operator: Browser, recording: str
) -> None:
    handler, dispatcher, supervisor = sign_in("handler"), sign_in("dispatcher"), sign_in("supervisor")
    for path in ("audio", "peaks"):
        assert handler.get(f"{recording}/{path}").status_code == 404
    for path in ("audio", "peaks", "playbacks"):
        assert dispatcher.get(f"{recording}/{path}").status_code == 403
    operator.get(f"{recording}/audio")
    supervisor.get(f"{recording}/audio")
    log = supervisor.get(f"{recording}/playbacks").json()
    assert [row["person_name"] for row in log] == ["某supervisor", "某operator"]
    assert operator.get(f"{recording}/playbacks").status_code == 403


def test_no_such_recording(operator: Browser) -> None:
    for path in ("audio", "peaks"):
        assert operator.get(f"/api/recordings/{uuid4()}/{path}").status_code == 404
