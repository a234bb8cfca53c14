"""Rendering Asterisk's configuration: what goes in is checked, what comes out is closed by default."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from common.settings import Settings
from telephony.embedded.configure import ConfigurationError, Line, conf_value, configure


def rendered(
    tmp_path: Path, *, lines: tuple[Line, ...] = (), desk_phones: tuple[str, ...] = (), **settings: Any
) -> dict[str, str]:
    made = Settings(**({"data": tmp_path / "data", "port": 20_000} | settings))
    main = configure(made, lines=lines, agents=["8001"], desk_phones=desk_phones)
    return {file.name: file.read_text() for file in main.parent.iterdir()}


def active(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith(";")]


def test_nothing_listens_beyond_this_machine_by_default(tmp_path: Path) -> None:
    files = rendered(tmp_path, demo=True)

    binds = re.findall(r"(?m)^(?:bind|bindaddr) = (.*)$", "\n".join(files.values()))
    assert binds
    assert all(bind.startswith("127.0.0.") for bind in binds)


def test_opened_the_signalling_and_the_media_listen_and_nothing_else(tmp_path: Path) -> None:
    files = rendered(tmp_path, listen="0.0.0.0")

    assert "bind = 0.0.0.0:20003" in active(files["pjsip.conf"])
    assert not re.search(r"(?m)^(bind_rtp_to_media_address|media_address)", files["pjsip.conf"])
    assert "bindaddr = 127.0.0.1" in active(files["manager.conf"])
    assert "bindaddr = 127.0.0.1" in active(files["http.conf"])


def test_no_pattern_lets_a_caller_dial_anything(tmp_path: Path) -> None:
    patterns = re.findall(r"(?m)^exten => (_[^,]+),", rendered(tmp_path, demo=True)["extensions.conf"])

    assert set(patterns) == {"_8XXX"}


def test_each_hotline_number_and_each_test_line_is_dialled_by_name(tmp_path: Path) -> None:
    dialplan = rendered(
        tmp_path, demo=True, hotline_numbers=["12345", "96118"], lines=(Line("13900000001", "x"),)
    )["extensions.conf"]

    assert {"12345", "96118", "13900000001"} <= set(re.findall(r"(?m)^exten => (\d+),1", dialplan))


def test_no_text_of_the_callers_stands_in_an_expression(tmp_path: Path) -> None:
    dialplan = rendered(tmp_path, demo=True)["extensions.conf"]

    expressions = re.findall(r"\$\[[^\]]*\]", dialplan)
    assert expressions
    assert not [text for text in expressions if "CALLERID" in text or "PJSIP_HEADER" in text]


def test_the_ami_account_has_no_dangerous_class(tmp_path: Path) -> None:
    (written,) = (line for line in active(rendered(tmp_path)["manager.conf"]) if line.startswith("write ="))

    assert not {"command", "system", "config", "all"} & {name.strip() for name in written.split("=")[1].split(",")}


def test_without_demo_there_is_no_carrier_and_no_test_line(tmp_path: Path) -> None:
    files = rendered(tmp_path, lines=(Line("13900000001", "x"),))

    assert "transport-carrier" not in files["pjsip.conf"]
    assert "line-13900000001" not in files["pjsip.conf"] + files["extensions.conf"]


def test_a_real_trunk_takes_the_place_of_the_demo_carrier(tmp_path: Path) -> None:
    pjsip = active(rendered(
        tmp_path, demo=True, trunk_host="sip.carrier.example", trunk_port=5080, trunk_user="0479555", trunk_password="p;w",
        trunk_source="192.0.2.7,192.0.2.8/31", external_address="198.51.100.4", listen="0.0.0.0",
    )["pjsip.conf"])  # fmt: skip

    assert "contact = sip:sip.carrier.example:5080" in pjsip
    assert "match = 192.0.2.7,192.0.2.8/31" in pjsip
    assert "password = p\\;w" in pjsip
    assert "type = registration" in pjsip
    assert "external_media_address = 198.51.100.4" in pjsip
    assert not [line for line in pjsip if "carrier]" in line]


def test_a_desk_phone_is_no_browser(tmp_path: Path) -> None:
    pjsip = rendered(tmp_path, desk_phones=("8001",))["pjsip.conf"]

    assert "webrtc" not in pjsip
    assert "auth_type = userpass" in pjsip


@pytest.mark.parametrize(
    "settings",
    [
        {"listen": "localhost"},
        {"node": "n1,System(id)"},
        {"node": ""},
        {"trunk_host": "host\n[evil]"},
        {"trunk_host": "-x"},
        {"trunk_source": "127.0.0.2\nendpoint = x"},
        {"trunk_user": "a;b"},
        {"external_address": "router"},
    ],
)
def test_a_value_that_would_change_the_configuration_is_refused(tmp_path: Path, settings: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        rendered(tmp_path, **settings)


@pytest.mark.parametrize("name", ["a,b", "a&b", "a(b", "a;b", "a$b", "a\nb", 'a"b', "a|b"])
def test_a_data_directory_that_the_dialplan_could_not_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="choose a data directory"):
        rendered(tmp_path, data=tmp_path / name)


@pytest.mark.parametrize("name", ["with space", "数据", "a.b-c_d+e@f"])
def test_ordinary_names_are_fine(tmp_path: Path, name: str) -> None:
    assert str(tmp_path / name) in rendered(tmp_path, data=tmp_path / name)["asterisk.conf"]


@pytest.mark.parametrize("extension", ["9001", "801", "80010", "8x01"])
def test_an_extension_outside_the_pattern_is_refused(tmp_path: Path, extension: str) -> None:
    with pytest.raises(ConfigurationError, match="8000 to 8999"):
        configure(Settings(data=tmp_path), agents=[extension])


@pytest.mark.parametrize("value", ["", " x", "x ", "a\nb", "a\x00b", "a\x7fb"])
def test_a_password_that_cannot_be_written_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError):
        conf_value(value)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    assert rendered(tmp_path)["manager.conf"] == rendered(tmp_path)["manager.conf"]


def test_the_trunks_patience_can_be_switched_off(tmp_path: Path) -> None:
    pjsip = rendered(tmp_path, trunk_session_seconds=0, caller_silence_seconds=0)["pjsip.conf"]
    trunk = active(pjsip.partition("; The carrier's SIP trunk")[2].partition("; Agents.")[0])

    assert "timers = yes" in trunk
    assert not [line for line in trunk if line.startswith(("rtp_timeout", "timers_sess_expires"))]


IMPOSSIBLE = ({"trunk_session_seconds": 89}, {"trunk_session_seconds": -1}, {"caller_silence_seconds": -1})


@pytest.mark.parametrize("settings", IMPOSSIBLE)
def test_a_patience_that_rfc_4028_does_not_know_is_refused(tmp_path: Path, settings: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="seconds"):
        rendered(tmp_path, **settings)
