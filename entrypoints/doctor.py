"""`./jiesu doctor`: every need of the system, whether it is met, and the command that mends it."""
from __future__ import annotations

from collections.abc import Iterator

from common.settings import Settings
from entrypoints import console_build, preflight, state_file
from entrypoints.preflight import Finding
from telephony.embedded import install as asterisk
from telephony.embedded.packages import RUN_PACKAGES
from transcription.models import ModelStore


def findings(settings: Settings) -> Iterator[Finding]:
    yield preflight.check_python()
    yield preflight.check_writable(settings)
    yield preflight.check_space(settings)
    yield preflight.check_certificate(settings)
    yield from preflight.check_ports(settings)
    yield preflight.check_media(settings)
    if asterisk.find_native() is None:
        yield preflight.check_packages(RUN_PACKAGES)
    yield _asterisk()
    yield _console()
    yield _speech(settings)
    yield _database(settings)
    up = state_file.running(settings.data)
    yield Finding("system", True, f"running on {settings.data}" if up else f"not running on {settings.data}")


def _asterisk() -> Finding:
    found = asterisk.find()
    words = f"{found.version} ({found.root or found.binary})" if found else "neither on PATH nor built"
    mend = "sudo ./jiesu up builds it once (about 2 minutes, 0.5 GB); or install Asterisk 20 or newer"
    return Finding("Asterisk", found is not None, words, mend)


def _console() -> Finding:
    built = console_build.is_built()
    return Finding("console", built, "built" if built else "not built from the present sources", "./jiesu up builds it")


def _speech(settings: Settings) -> Finding:
    names = [model.name for model in ModelStore(settings.models_dir).installed()]
    words = ", ".join(names) if names else "no speech model: calls work, tickets say «no transcript»"
    return Finding("speech", bool(names), words, "./jiesu models install")


def _database(settings: Settings) -> Finding:
    if settings.database_url is None:
        made = (settings.data / "postgres" / "jiesu-ready").exists()
        return Finding("database", True, "embedded PostgreSQL" + ("" if made else ", made at the first start"))
    from entrypoints.database_server import answers  # noqa: PLC0415  loads the driver

    good = answers(settings.database_url.get_secret_value())
    words = "JIESU_DATABASE_URL answers" if good else "JIESU_DATABASE_URL does not answer"
    return Finding("database", good, words, "check its address, its password and that the server runs")
