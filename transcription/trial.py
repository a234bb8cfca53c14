"""Whether a model loads and runs, found out in a process of its own: `python -m transcription.trial ENGINE FOLDER`."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from transcription.engines import load
from transcription.errors import ModelDamagedError

PROJECT = Path(__file__).resolve().parent.parent
SECONDS = 180


def try_model(engine: str, folder: Path) -> None:
    """Load the model in a child process (a damaged one may abort it) and give it a second of noise.

    Raises ModelDamagedError with the last line that the child wrote.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", "transcription.trial", engine, str(folder.resolve())],
            cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelDamagedError(f"{folder.name}: did not load within {SECONDS} s") from error
    if child.returncode != 0:
        said = child.stderr.strip().splitlines()
        raise ModelDamagedError(f"{folder.name} does not load: {said[-1] if said else f'exit {child.returncode}'}")


def main(engine: str, folder: str) -> None:
    noise = np.random.default_rng(0).normal(0, 500, 16_000).astype(np.int16)
    load(engine, Path(folder), Path(folder).name, ("*",), skip_silence=False).transcribe(noise, 16_000)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
