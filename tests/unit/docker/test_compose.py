"""The containers: structure, and that every path, command and setting they name exists."""
from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from common.settings import PROJECT, Settings

DOCKER = PROJECT / "docker"
IMAGES = ("app.Dockerfile", "asterisk.Dockerfile")
OURS = ("prepare", "asterisk", "telephony", "web", "worker")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return loaded


def instructions(name: str) -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n", " ", (DOCKER / name).read_text())
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def test_the_services_are_those_of_the_architecture(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", *OURS}


def test_every_dependency_is_a_service_with_the_health_it_is_asked_for(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, need in service.get("depends_on", {}).items():
            other = compose["services"][name]
            assert need["condition"] != "service_healthy" or "healthcheck" in other
            assert need["condition"] != "service_completed_successfully" or other["restart"] == "no"


def test_every_volume_is_declared(compose: dict[str, Any]) -> None:
    used = {mount.split(":")[0] for service in compose["services"].values() for mount in service.get("volumes", [])}

    assert used == set(compose["volumes"])


def test_every_command_is_a_module_that_exists(compose: dict[str, Any]) -> None:
    commands = [service["command"] for service in compose["services"].values() if "command" in service]

    assert all(importlib.util.find_spec(command[0]) for command in commands)
    assert importlib.util.find_spec("telephony.embedded.__main__")


def test_the_ports_are_those_of_the_settings(compose: dict[str, Any]) -> None:
    default = Settings(data=Path("/data"), port=8345)

    assert str(default.ami_port) in " ".join(compose["services"]["asterisk"]["healthcheck"]["test"])
    assert compose["services"]["postgres"]["ports"] == [f"127.0.0.1:{default.database_port}:5432"]
    assert f"@127.0.0.1:{default.database_port}/" in (DOCKER / "example.env").read_text()


def test_nothing_of_ours_runs_as_root_or_with_rights(compose: dict[str, Any]) -> None:
    assert all(compose["services"][name]["cap_drop"] == ["ALL"] for name in OURS)
    for image in IMAGES:
        assert ("USER", "jiesu") in instructions(image)


@pytest.mark.parametrize("image", IMAGES)
def test_what_is_copied_exists(image: str) -> None:
    sources = [
        source for word, rest in instructions(image) if word == "COPY" and "--from" not in rest for source in rest.split()[:-1]
    ]

    assert sources
    assert all((PROJECT / source).exists() for source in sources)


@pytest.mark.parametrize("image", IMAGES)
def test_both_images_have_the_same_user_and_data_directory(image: str) -> None:
    words = instructions(image)

    assert any("useradd --uid 10001" in rest for _, rest in words)
    assert any(word == "ENV" and "JIESU_DATA=/data" in rest for word, rest in words)


def test_the_example_names_only_settings_that_exist() -> None:
    names = re.findall(r"(?m)^#?(JIESU_\w+)=", (DOCKER / "example.env").read_text())

    assert names
    assert {name.removeprefix("JIESU_").lower() for name in names} <= set(Settings.model_fields)


def test_the_asterisk_image_has_what_its_code_imports() -> None:
    """Only what telephony.embedded and what it stands on import: nothing from the lock file is installed there."""
    installed = next(rest for word, rest in instructions("asterisk.Dockerfile") if word == "RUN")
    allowed = {"jinja2", "numpy", "psutil", "pydantic", "pydantic_settings"}
    code = [*(PROJECT / "telephony" / "embedded").glob("*.py"), PROJECT / "telephony" / "lines.py",
            *(PROJECT / "common" / f"{name}.py" for name in ("settings", "secrets", "errors", "logs"))]  # fmt: skip

    imported = {name for file in code for name in re.findall(r"(?m)^(?:from|import) (\w+)", file.read_text())}

    assert {name for name in imported if importlib.util.find_spec(name) and _foreign(name)} <= allowed
    assert all(f"python3-{name.replace('_', '-')}" in installed for name in allowed)


def test_the_client_accepts_the_file_where_there_is_one() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode != 0:
        return  # the checks above always run
    done = subprocess.run(
        [docker, "compose", "-f", str(DOCKER / "compose.yaml"), "--env-file", str(DOCKER / "example.env"), "config", "-q",
         "--no-env-resolution"], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _foreign(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return bool(spec and spec.origin and "site-packages" in spec.origin)
