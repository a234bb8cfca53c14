"""`./jiesu prompts build`: speak the catalogue's lines whose text, voice or recipe changed; remove what it no longer names."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ivr.catalogue import LEDGER, Line, ledger, lines
from ivr.sound import MASTER_RATE, Samples, write
from ivr.speech import phonemes
from ivr.speech.finish import master
from ivr.speech.kokoro import SOURCE_RATE


class Speaker(Protocol):
    def speak(self, phonemes: str, voice: str, speed: float = 1.0) -> Samples: ...


def build(folder: Path, speaker: Speaker) -> Iterator[Path]:
    """Yields each file written. Interrupted, it goes on where it stopped: the ledger is kept line by line."""
    made = ledger(folder)
    wanted = {f"{line.locale}/{line.name}": line for line in lines(folder)}
    for gone in sorted(made.keys() - wanted.keys()):
        (folder / f"{gone}.wav").unlink(missing_ok=True)
        del made[gone]
        _keep(folder, made)
    for key, line in wanted.items():
        file = line.file(folder)
        if file.exists() and made.get(key, {}).get("mark") == line.mark:
            continue
        write(file, master(spoken(line, speaker), SOURCE_RATE), MASTER_RATE)
        made[key] = {"mark": line.mark, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        _keep(folder, made)
        yield file


def spoken(line: Line, speaker: Speaker) -> Samples:
    sounds = line.phonemes or phonemes.of_text(line.text, line.locale)
    return speaker.speak(sounds, line.voice, line.speed)


def _keep(folder: Path, made: dict[str, dict[str, str]]) -> None:
    (folder / LEDGER).write_text(json.dumps(made, indent=0, sort_keys=True) + "\n")
