"""Every prompt that a flow, the survey or the dialplan names is there, in both languages, spoken from the text beside it."""
from __future__ import annotations

import hashlib
import re
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from common.settings import PROJECT
from ivr import menu, steps, survey
from ivr.menu import FLOWS
from ivr.prompts.catalogue import LOCALES, PROMPTS, Line, ledger, lines, load
from ivr.sound import MASTER_RATE, read
from tickets.progress.rules import PHASES
from tickets.state import STATES

CATALOGUE = load()
LINES = list(lines())
PROMPT_IN_DIALPLAN = re.compile(r"\$\{PROMPTS\}/([a-z0-9/-]+)(\$\{)?")
PROMPT_IN_CODE = re.compile(r'"((?:survey|menu|progress)/[a-z-]+|goodbye|thanks)"')


def named_by_flows() -> Iterator[str]:
    for file in FLOWS.glob("*.yaml"):
        yield from menu.load(file.stem).prompts()
        yield menu.load(file.stem).notice


def named_in_code() -> Iterator[str]:
    for module in (steps, survey):
        yield from PROMPT_IN_CODE.findall(Path(str(module.__file__)).read_text(encoding="utf-8"))


def named_by_the_dialplan() -> Iterator[str]:
    """A name that is completed by a variable (`digits/${…}`) stands for all its endings."""
    dialplan = (PROJECT / "asterisk-conf" / "extensions.conf.j2").read_text(encoding="utf-8")
    for name, completed in PROMPT_IN_DIALPLAN.findall(dialplan):
        yield from (f"{name}{digit}" for digit in range(1, 10)) if completed else (name,)


def test_flows_name_only_prompts_of_the_catalogue() -> None:
    assert set(named_by_flows()) <= CATALOGUE.keys()


def test_the_code_names_only_prompts_of_the_catalogue() -> None:
    named = set(named_in_code())
    assert "survey/satisfaction" in named
    assert named <= CATALOGUE.keys()


def test_the_dialplan_names_only_prompts_of_the_catalogue() -> None:
    named = set(named_by_the_dialplan())
    assert {"welcome", "waiting/hold-on", "all-busy", "leave-message"} <= named
    assert named <= CATALOGUE.keys()


def test_every_ticket_state_can_be_told() -> None:
    assert {f"progress/state-{PHASES[state]}" for state in STATES} <= CATALOGUE.keys()


def test_digits_places_and_days_are_complete() -> None:
    wanted = {f"digits/{n}" for n in range(10)} | {f"numbers/{n}" for n in range(1, 51)}
    wanted |= {f"dates/month-{n}" for n in range(1, 13)} | {f"dates/day-{n}" for n in range(1, 32)}
    assert wanted <= CATALOGUE.keys()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_prompt_is_spoken_from_the_text_beside_it(locale: str) -> None:
    made = ledger()
    for line in LINES:
        if line.locale == locale:
            assert made[line.key]["mark"] == line.mark, f"{line.key}: the text changed: ./jiesu prompts build"
            assert made[line.key]["sha256"] == hashlib.sha256(line.file().read_bytes()).hexdigest(), line.key


def test_no_file_is_without_a_text() -> None:
    files = {str(file.relative_to(PROMPTS).with_suffix("")) for locale in LOCALES for file in (PROMPTS / locale).rglob("*.wav")}
    assert files == {line.key for line in LINES} == ledger().keys()


def test_texts_write_numbers_as_words() -> None:
    assert not [line.key for line in LINES if re.search(r"[0-9]", line.text)]


def test_prompts_are_wide_mono_and_small() -> None:
    for line in LINES:
        with wave.open(str(line.file())) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (MASTER_RATE, 1, 2), line.key
    assert sum(file.stat().st_size for file in PROMPTS.rglob("*.wav")) < 17_000_000


@pytest.mark.parametrize("locale", LOCALES)
def test_prompts_are_equally_loud_and_never_clip(locale: str) -> None:
    for line in (line for line in LINES if line.locale == locale):
        samples, _ = read(line.file())
        assert np.abs(samples).max() < 0.95, line.key
        assert -26 < 20 * np.log10(loudness(samples)) < -16, line.key


def loudness(samples: np.ndarray) -> float:
    """RMS of the louder half of 20 ms frames."""
    frames = samples[: len(samples) // 320 * 320].reshape(-1, 320)
    energy = np.sort(np.sqrt(np.mean(frames**2, axis=1)))
    return float(np.sqrt(np.mean(energy[len(energy) // 2 :] ** 2)))


@pytest.mark.parametrize("line", [line for line in LINES if line.name in ("welcome", "menu/main", "digits/7")], ids=str)
def test_a_prompt_is_as_long_as_its_text(line: Line) -> None:
    """A model that stumbles is silent or babbles: seconds for each syllable or letter stay within what people speak."""
    samples, rate = read(line.file())
    sounds = len(re.findall(r"[一-鿿]", line.text)) if line.locale == "zh" else len(line.text) / 3
    assert 0.1 < len(samples) / rate / sounds < 0.6
