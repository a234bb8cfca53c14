"""Who may register: agents with the password of this sign-on, test lines and desk phones with theirs, nobody else."""
from __future__ import annotations

import hashlib

import pytest

from telephony.embedded.configure import REALM
from telephony.embedded.secrets import ami_secret
from tests.calls.rig.ami import Ami, Message
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.rig.hotline import DESK, Hotline
from tests.calls.rig.web_phone import register


def put(hotline: Hotline, extension: str, digest: str) -> Message:
    """What `Switch.put_credentials` sends."""
    return hotline.ami.originate(
        Channel=f"Local/{extension}@credentials/n", Context="credentials", Exten="done", Priority="1", Timeout="5000",
        Variable=f"JIESU_DIGEST={digest}",
    )


def digest(extension: str, password: str) -> str:
    return hashlib.md5(f"agent-{extension}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def test_an_agent_registers_with_the_latest_password_only(hotline: Hotline) -> None:
    port = hotline.settings.asterisk_http_port
    assert register(port, "agent-8001", "anything") >= 400, "never signed on: not let in"

    assert put(hotline, "8001", digest("8001", "first"))["Response"] == "Success"
    assert register(port, "agent-8001", "first") == 200
    assert register(port, "agent-8001", "wrong") == 401
    assert register(port, "agent-8002", "first") >= 400, "another agent's password"

    assert put(hotline, "8001", digest("8001", "second"))["Response"] == "Success"
    assert register(port, "agent-8001", "first") == 401
    assert register(port, "agent-8001", "second") == 200
    hotline.gone()


def test_registering_is_told(hotline: Hotline) -> None:
    put(hotline, "8001", digest("8001", "first"))

    register(hotline.settings.asterisk_http_port, "agent-8001", "first")

    assert hotline.ami.wait("ContactStatus", AOR="agent-8001")["ContactStatus"] in {"Created", "NonQualified", "Reachable"}
    gone = hotline.ami.wait("ContactStatus", AOR="agent-8001", ContactStatus="Removed")
    assert gone["URI"], "the closed socket's registration is gone at once"


@pytest.mark.parametrize("bad", ["", "short", "g" * 32, "0" * 31, "${SHELL(id)}", '0"},"x":"' + "0" * 24])
def test_what_is_no_digest_is_refused(hotline: Hotline, bad: str) -> None:
    assert put(hotline, "8001", bad)["Response"] == "Failure"

    assert register(hotline.settings.asterisk_http_port, "agent-8001", bad) >= 400


def test_a_password_outlives_a_restart_of_asterisk(hotline: Hotline) -> None:
    put(hotline, "8001", digest("8001", "first"))

    hotline.asterisk.stop(patience=0)
    hotline.asterisk.start()

    assert register(hotline.settings.asterisk_http_port, "agent-8001", "first") == 200


def test_a_desk_phone_has_a_password_of_its_own(hotline: Hotline) -> None:
    hotline.desk_phone()

    intruder = DeskPhone(f"agent-{DESK}", "wrong", hotline.sip)
    hotline.also_close(intruder.close)
    assert intruder.register() == 401


def test_a_test_line_registers_as_browser_and_as_any_phone(hotline: Hotline) -> None:
    assert register(hotline.settings.asterisk_http_port, "web-13900000001", "line;one") == 200
    assert register(hotline.settings.asterisk_http_port, "web-13900000001", "line-two") == 401
    phone = DeskPhone("line-13900000002", "line-two", hotline.sip)
    hotline.also_close(phone.close)
    assert phone.register() == 200


@pytest.mark.parametrize(
    ("action", "headers"),
    [
        ("Command", {"Command": "core show version"}),
        ("DBPut", {"Family": "ps_auths/auth", "Key": "agent-8001", "Val": "{}"}),
        ("UpdateConfig", {"SrcFilename": "pjsip.conf", "DstFilename": "pjsip.conf"}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("Setvar", {"Variable": "DB(ps_auths/auth/agent-8001)", "Value": "{}"}),
        ("Setvar", {"Variable": "SHELL(id)", "Value": "x"}),
        ("Originate", {"Channel": "Local/8001@credentials", "Application": "System", "Data": "id"}),
        ("ModuleLoad", {"Module": "app_system.so", "LoadType": "load"}),
    ],
)
def test_our_ami_account_can_do_no_harm(hotline: Hotline, action: str, headers: dict[str, str]) -> None:
    assert hotline.ami.ask(action, **headers)["Response"] == "Error"


def test_ami_wants_the_secret(hotline: Hotline) -> None:
    intruder = Ami(hotline.settings.ami_port, ami_secret(hotline.settings)[::-1])

    assert intruder.login["Response"] == "Error"
    intruder.close()
