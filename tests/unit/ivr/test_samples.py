"""Citizens' calls: each has its text and what a ticket should say, and sounds like a call."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml

from common.settings import PROJECT
from ivr.sound import MASTER_RATE, read
from tickets.rules import KINDS, SECRECIES, URGENCIES

SCRIPTS = sorted((PROJECT / "ivr" / "samples").glob("*.yaml"))
TOLD: dict[str, dict[str, Any]] = {script.stem: yaml.safe_load(script.read_text(encoding="utf-8")) for script in SCRIPTS}


def test_there_is_a_choice_of_calls() -> None:
    assert len(TOLD) >= 8
    assert {told["expected"]["kind"] for told in TOLD.values()} >= set(KINDS) - {"suggest"}
    assert len({told["voice"] for told in TOLD.values()}) >= 4


@pytest.mark.parametrize("name", TOLD)
def test_expected_fields_are_a_tickets(name: str) -> None:
    told = TOLD[name]
    expected = told["expected"]
    assert expected["kind"] in KINDS
    assert expected["urgency"] in URGENCIES
    assert expected.get("secrecy", "open") in SECRECIES
    assert expected["place"] in told["text"], "the place is said in so many words"
    assert "云溪县" in told["text"]
    assert told["title"]
    assert told["title_en"].isascii()


@pytest.mark.parametrize("name", TOLD)
def test_the_recording_fits_the_text(name: str) -> None:
    samples, rate = read(PROJECT / "ivr" / "samples" / f"{name}.wav")
    assert rate == MASTER_RATE
    assert 15 <= len(samples) / rate <= 40
    assert 3 < len(TOLD[name]["text"]) / (len(samples) / rate) < 8, "characters a second"
    assert 0.2 < np.abs(samples).max() < 1
    lead = samples[: rate // 2]
    assert 0 < np.sqrt(np.mean(lead**2)) < 0.03, "there is some noise before the first word, and no word"
