"""What kind of model a folder holds, and for which language, judged by its files and its name."""
from __future__ import annotations

import re
from pathlib import Path

from transcription.errors import ModelDamagedError

NEEDED = {
    "vosk": ("am/final.mdl", "conf/mfcc.conf"),
    "whisper": ("model.bin", "config.json", "tokenizer.json"),
}
# The Vosk project's names use country codes for some languages.
LANGUAGE_CODES = {"cn": "zh", "kz": "kk", "ua": "uk", "vn": "vi", "cs": "cs"}


def guess_engine(folder: Path) -> str:
    """`vosk` or `whisper`. Raises ModelDamagedError naming what is missing."""
    for engine, files in NEEDED.items():
        if all((folder / file).is_file() for file in files):
            return engine
    wanted = "; ".join(f"{engine}: {', '.join(files)}" for engine, files in NEEDED.items())
    raise ModelDamagedError(f"{folder.name} is no speech model we know (needed: {wanted})")


def guess_languages(name: str, engine: str) -> tuple[str, ...]:
    """From a name like `vosk-model-small-en-us-0.15`; a Whisper model understands many."""
    if engine == "whisper":
        return ("en",) if name.endswith(".en") else ("*",)
    match = re.match(r"vosk-model-(?:small-|spk-)?([a-z]{2})(?:-|$)", name)
    return (LANGUAGE_CODES.get(match[1], match[1]),) if match else ("*",)
