"""Speaks what changed: prompts and samples. Runs where the voice packages are installed: `python -m ivr.speech CACHE`."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from ivr.prompts.catalogue import LEDGER, Line, ledger, lines
from ivr.sound import MASTER_RATE, write
from ivr.speech import phonemes
from ivr.speech.finish import master
from ivr.speech.kokoro import SOURCE_RATE, Speaker


def stale(folder: Path) -> list[Line]:
    """The lines whose text, voice or recipe changed since their file was made, or whose file is gone."""
    made = ledger(folder)
    return [
        line
        for line in lines(folder)
        if made.get(line.key, {}).get("mark") != line.mark or not line.file(folder).exists()
    ]


def drop_unnamed(folder: Path) -> None:
    """Remove the files of prompts that the catalogue no longer names."""
    made = ledger(folder)
    named = {line.key for line in lines(folder)}
    for gone in sorted(made.keys() - named):
        (folder / f"{gone}.wav").unlink(missing_ok=True)
        del made[gone]
    _keep(folder, made)


def speak(folder: Path, wanted: list[Line], speaker: Speaker) -> Iterator[Path]:
    """Yields each file written. Interrupted, it goes on where it stopped: the ledger is kept line by line."""
    for line in wanted:
        file = line.file(folder)
        sounds = line.phonemes or phonemes.of_text(line.text, line.locale)
        write(file, master(speaker.speak(sounds, line.voice, line.speed), SOURCE_RATE), MASTER_RATE)
        made = ledger(folder)
        made[line.key] = {"mark": line.mark, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        _keep(folder, made)
        yield file


def _keep(folder: Path, made: dict[str, dict[str, str]]) -> None:
    (folder / LEDGER).write_text(json.dumps(made, indent=0, sort_keys=True) + "\n")
