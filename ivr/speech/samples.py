"""Citizens' calls for the demo phone and the tests: `ivr/samples/<name>.yaml` (text, voice, noise) → `<name>.wav`."""
from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from ivr.prompts.catalogue import LEDGER
from ivr.sound import MASTER_RATE, Samples, resample, write
from ivr.speech import phonemes
from ivr.speech.finish import level, trim
from ivr.speech.kokoro import SOURCE_RATE, Speaker
from ivr.speech.noise import noise_of

PAUSE = 0.45  # seconds between sentences; a caller thinks while speaking
LEAD = 0.6


def stale(folder: Path) -> list[Path]:
    """The scripts whose text, voice or noise changed since their `wav` was made."""
    made = _ledger(folder)
    return [
        script
        for script in sorted(folder.glob("*.yaml"))
        if made.get(script.stem) != fingerprint(_read(script)) or not script.with_suffix(".wav").exists()
    ]


def speak(folder: Path, scripts: list[Path], speaker: Speaker) -> Iterator[Path]:
    """Yields each file written."""
    for script in scripts:
        told = _read(script)
        sound = script.with_suffix(".wav")
        write(sound, call_of(told, script.stem, speaker), MASTER_RATE)
        made = _ledger(folder) | {script.stem: fingerprint(told)}
        (folder / LEDGER).write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")
        yield sound


def _read(script: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(script.read_text(encoding="utf-8")))


def _ledger(folder: Path) -> dict[str, str]:
    file = folder / LEDGER
    return dict(json.loads(file.read_text())) if file.exists() else {}


def fingerprint(told: dict[str, Any]) -> str:
    heard = {key: told[key] for key in ("text", "voice", "speed", "noise")}
    return hashlib.sha256(json.dumps(heard, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def call_of(told: dict[str, Any], name: str, speaker: Speaker) -> Samples:
    """One call at MASTER_RATE: the sentences with pauses between, over the noise of the place."""
    speed = float(told["speed"])
    parts: list[Samples] = [_silence(LEAD)]
    for sentence in told["text"].splitlines():
        spoken = speaker.speak(phonemes.of_text(sentence, "zh"), told["voice"], speed)
        parts += [trim(resample(spoken, SOURCE_RATE, MASTER_RATE), MASTER_RATE), _silence(PAUSE)]
    speech = level(np.concatenate([*parts, _silence(LEAD)]), MASTER_RATE)
    noise = told["noise"]
    seed = zlib.crc32(name.encode())
    return speech + noise_of(noise["kind"], len(speech), MASTER_RATE, float(noise["level_db"]), seed)


def _silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * MASTER_RATE), dtype=np.float32)
