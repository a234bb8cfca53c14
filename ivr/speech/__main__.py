"""`python -m ivr.speech CACHE VOICES`: make what changed; one line of standard output for each file: DONE TOTAL FILE."""
from __future__ import annotations

import sys
from pathlib import Path

from ivr.prompts.catalogue import PROMPTS
from ivr.sound import MASTER_RATE, write
from ivr.speech import render, samples
from ivr.speech.kokoro import Kokoro
from ivr.speech.music import calm

SAMPLES = PROMPTS.parent / "samples"
MUSIC = PROMPTS / "music" / "calm.wav"


def main(cache: Path, voices: Path) -> None:
    render.drop_unnamed(PROMPTS)
    if not MUSIC.exists():
        write(MUSIC, calm(), MASTER_RATE)
    wanted, calls = render.stale(PROMPTS), samples.stale(SAMPLES)
    if not wanted and not calls:
        return
    total = len(wanted) + len(calls)
    speaker = Kokoro(cache, voices)
    files = [render.speak(PROMPTS, wanted, speaker), samples.speak(SAMPLES, calls, speaker)]
    for done, file in enumerate((file for made in files for file in made), start=1):
        print(done, total, file, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
