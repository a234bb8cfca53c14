"""`./jiesu bench asr`: what recognising costs and how much of it is right, for every installed model.

The speech: people reading Mandarin (wide-band, and over A-law at 8 kHz), both legs of a call, and the shipped sample calls of
citizens, whose texts and ticket fields are known. A Korean model is measured for its cost alone.
"""
from __future__ import annotations

import multiprocessing
import os
import platform
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import yaml

from common.settings import PROJECT, Settings
from tests.speech_samples import clips
from transcription import lexicon
from transcription.audio import read_wav
from transcription.draft import draft
from transcription.engine import Engine, Samples, Speaker
from transcription.engines import load
from transcription.models import InstalledModel, ModelStore
from transcription.recognise import recognise

Progress = Callable[[str, float], None]
Sound = tuple[Samples, int]
DRAFTED = ("kind", "category", "place", "urgency")


def run(settings: Settings, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """Figures of each installed model under `models`, and the machine.

    Of each: `load_seconds`, `memory_mb` (resident, the model loaded and used), and for `wide` and `telephone` speech
    `cpu_per_second` (seconds of CPU a second of audio, silence included) and `error_rate` (characters, None where the model
    does not speak Mandarin); `silence_gain` (CPU without the voice gate ÷ with it, on a call's leg);
    `draft` {field: share of the sample calls whose drafted field is right}.
    """
    models = ModelStore(settings.models_dir).installed()
    figures = {}
    for done, model in enumerate(models):
        progress(model.name, done / max(1, len(models)))
        figures[model.name] = _in_a_process_of_its_own(model)
    return {"models": figures, "machine": {"cpus": os.cpu_count(), "processor": platform.machine(),
                                           "python": platform.python_version()}}


def _in_a_process_of_its_own(model: InstalledModel) -> dict[str, Any]:
    """So that memory is this model's alone."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (model,))


def measure(model: InstalledModel) -> dict[str, Any]:
    process = psutil.Process()
    before, started = process.memory_info().rss, time.monotonic()
    engine = load(model.engine, model.folder, model.name, model.languages)
    loaded = time.monotonic() - started
    mandarin = bool({"zh", "*"} & set(model.languages))
    wide = [(samples, rate) for _name, samples, rate, _text in clips.mandarin()] if mandarin else [clips.korean()] * 4
    texts = [text for *_, text in clips.mandarin()] if mandarin else None
    found: dict[str, Any] = {
        "engine": model.engine,
        "load_seconds": round(loaded, 2),
        "wide": _measured(engine, wide, texts),
        "telephone": _measured(engine, [clips.over_a_telephone(*sound) for sound in wide], texts),
    }
    found["memory_mb"] = round((process.memory_info().rss - before) / 1e6)
    found["silence_gain"] = _silence_gain(model, engine)
    if mandarin:
        found["draft"] = drafts(engine)
    return found


def _measured(engine: Engine, sounds: list[Sound], texts: list[str] | None) -> dict[str, Any]:
    seconds = sum(len(samples) / rate for samples, rate in sounds)
    started = time.process_time()
    heard = [clips.bare(engine.transcribe(samples, rate)) for samples, rate in sounds]
    used = time.process_time() - started
    wrong = sum(distance(text, words) for text, words in zip(texts, heard, strict=True)) if texts else None
    return {
        "cpu_per_second": round(used / seconds, 3),
        "error_rate": round(wrong / sum(map(len, texts)), 3) if texts and wrong is not None else None,
        "audio_seconds": round(seconds, 1),
    }


def _silence_gain(model: InstalledModel, gated: Engine) -> float:
    samples, rate = read_wav(clips.CALL["caller"])
    everything = load(model.engine, model.folder, model.name, model.languages, skip_silence=False)
    return round(_cpu(everything, samples, rate) / max(0.01, _cpu(gated, samples, rate)), 2)


def _cpu(engine: Engine, samples: Samples, rate: int) -> float:
    started = time.process_time()
    engine.transcribe(samples, rate)
    return time.process_time() - started


def drafts(engine: Engine) -> dict[str, float]:
    """Field → share of the shipped sample calls, as a telephone carries them, whose draft has it right."""
    right = dict.fromkeys(DRAFTED, 0)
    paths = {leaf.code: leaf.path for leaf in lexicon.categories()}
    scripts = sorted((PROJECT / "ivr" / "samples").glob("*.yaml"))
    for script in scripts:
        expected = yaml.safe_load(script.read_text(encoding="utf-8"))["expected"]
        leg: dict[Speaker, Path] = {"caller": script.with_suffix(".wav")}
        found = {proposal.field: proposal.value for proposal in draft(recognise(_Telephone(engine), leg).words, ["云溪县"])}
        right["kind"] += found.get("kind") == expected["kind"]
        right["category"] += expected["category_keyword"] in paths.get(found.get("category", ""), "")
        right["place"] += _ends_alike(found.get("place", ""), expected["place"])
        right["urgency"] += found.get("urgency", "normal") == expected["urgency"]
    return {field: round(count / len(scripts), 2) for field, count in right.items()}


def _ends_alike(drafted: str, expected: str) -> bool:
    """The expected place, give or take two misheard characters, whatever larger area the draft puts before it."""
    wanted = _digitless(expected)
    return distance(wanted, _digitless(drafted)[-len(wanted) :]) <= 2


def _digitless(place: str) -> str:
    """Without the house number: recognisers and writers spell it differently."""
    return "".join(char for char in place if char not in "0123456789零一二三四五六七八九十的号楼单元")


class _Telephone:
    """An engine at the far end of a line."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.model, self.languages = engine.name, engine.model, engine.languages

    def transcribe(self, samples: Samples, rate: int) -> list[Any]:
        return list(self._engine.transcribe(*clips.over_a_telephone(samples, rate)))


def distance(one: Iterable[str], other: Iterable[str]) -> int:
    """Levenshtein's: substitutions, deletions and insertions from one text to the other."""
    target = list(other)
    row = np.arange(len(target) + 1)
    for char in one:
        changed = row[:-1] + np.array([char != wanted for wanted in target], dtype=int)
        best = np.minimum(row[1:] + 1, changed)
        next_row = np.concatenate([[row[0] + 1], best])
        row = np.minimum.accumulate(next_row - np.arange(len(next_row))) + np.arange(len(next_row))
    return int(row[-1])
