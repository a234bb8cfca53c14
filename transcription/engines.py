"""From an installed model to a loaded engine; each model is loaded once a process."""
from __future__ import annotations

import threading
from pathlib import Path
from typing import Protocol, runtime_checkable

from transcription.catalogue import short_code
from transcription.engine import Engine
from transcription.errors import RecogniserError


class Installed(Protocol):
    """What an engine must know of a model on disk (`models.InstalledModel`)."""

    @property
    def name(self) -> str: ...
    @property
    def engine(self) -> str: ...
    @property
    def languages(self) -> tuple[str, ...]: ...
    @property
    def folder(self) -> Path: ...


@runtime_checkable
class Polyglot(Protocol):
    """An engine whose one model must be told which language is spoken."""

    def speaking(self, language: str) -> Engine: ...


class Models(Protocol):
    def best_for(self, language: str) -> Installed | None: ...


def load(engine: str, folder: Path, name: str, languages: tuple[str, ...], skip_silence: bool = True) -> Engine:
    """Load a model. The libraries are imported here: together they take a second and 150 MB, and many processes of the
    system never recognise anything. Raises RecogniserError."""
    if engine == "vosk":
        from transcription.vosk_engine import VoskEngine  # noqa: PLC0415  see the docstring

        return VoskEngine(folder, name, languages, skip_silence=skip_silence)
    if engine == "whisper":
        from transcription.whisper_engine import WhisperEngine  # noqa: PLC0415  see the docstring

        return WhisperEngine(folder, name, languages, skip_silence=skip_silence)
    raise RecogniserError(f"{name}: there is no adapter for an engine called {engine!r}")


class Engines:
    """Chooses at run time: the best installed model of a call's language, looked up anew for each call."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._lock = threading.Lock()
        self._loaded: dict[tuple[str, Path], Engine] = {}

    def has(self, language: str) -> bool:
        """Whether a model for this language is installed; loads none."""
        return self._models.best_for(language) is not None

    def for_language(self, language: str) -> Engine | None:
        """None when no model for this language is installed. Raises RecogniserError when it does not load."""
        model = self._models.best_for(language)
        if model is None:
            return None
        with self._lock:
            key = (model.name, model.folder)
            if key not in self._loaded:
                self._loaded[key] = load(model.engine, model.folder, model.name, model.languages)
            return self._speaking(self._loaded[key], language)

    @staticmethod
    def _speaking(engine: Engine, language: str) -> Engine:
        return engine.speaking(short_code(language)) if isinstance(engine, Polyglot) else engine
