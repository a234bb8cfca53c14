"""Citizens' calls for the demo phone and the tests: `ivr/samples/<name>.yaml` (text, voice, noise) → `<name>.wav`."""
from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

from ivr.sound import MASTER_RATE, Samples, resample, write
from ivr.speech import phonemes
from ivr.speech.finish import level, trim
from ivr.speech.kokoro import SOURCE_RATE, Kokoro
from ivr.speech.noise import noise_of

PAUSE = 0.45  # seconds between sentences; a caller thinks while speaking
LEAD = 0.6


def build(folder: Path, speaker: Kokoro) -> Iterator[Path]:
    """Speak every sample whose text, voice or noise changed since its `wav` was made; yields each file it wrote."""
    ledger_file = folder / "made.json"
    ledger = json.loads(ledger_file.read_text()) if ledger_file.exists() else {}
    for script in sorted(folder.glob("*.yaml")):
        told = yaml.safe_load(script.read_text(encoding="utf-8"))
        mark = fingerprint(told)
        sound = script.with_suffix(".wav")
        if sound.exists() and ledger.get(script.stem) == mark:
            continue
        write(sound, call_of(told, script.stem, speaker), MASTER_RATE)
        ledger[script.stem] = mark
        ledger_file.write_text(json.dumps(ledger, indent=1, sort_keys=True) + "\n")
        yield sound


def fingerprint(told: dict[str, object]) -> str:
    heard = {key: told[key] for key in ("text", "voice", "speed", "noise")}
    return hashlib.sha256(json.dumps(heard, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def call_of(told: dict[str, object], name: str, speaker: Kokoro) -> Samples:
    """One call at MASTER_RATE: the sentences with pauses between, over the noise of the place."""
    speed = float(str(told["speed"]))
    parts: list[Samples] = [_silence(LEAD)]
    for sentence in str(told["text"]).splitlines():
        spoken = speaker.speak(phonemes.of_text(sentence, "zh"), str(told["voice"]), speed)
        parts += [trim(resample(spoken, SOURCE_RATE, MASTER_RATE), MASTER_RATE), _silence(PAUSE)]
    speech = level(np.concatenate([*parts, _silence(LEAD)]), MASTER_RATE)
    noise = told["noise"]
    assert isinstance(noise, dict)
    seed = zlib.crc32(name.encode())
    return speech + noise_of(noise["kind"], len(speech), MASTER_RATE, float(noise["level_db"]), seed)


def _silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * MASTER_RATE), dtype=np.float32)
