"""Flow files: the shipped ones load, and a wrong one is refused in words that say where and why."""
from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr import menu
from ivr.menu import FLOWS, FlowError


@pytest.mark.parametrize("profile", ["menu", "direct"])
def test_shipped_profiles_load(profile: str) -> None:
    assert menu.load(profile).profile == profile


def test_direct_asks_nothing() -> None:
    kinds = {type(step) for step in menu.load("direct").steps.values()}
    assert kinds == {menu.Say, menu.Finish}


def told(**changes: Any) -> dict[str, Any]:
    """The menu's file with something changed: dots lead into it, None removes."""
    flow: dict[str, Any] = copy.deepcopy(yaml.safe_load((FLOWS / "menu.yaml").read_text()))
    for path, value in changes.items():
        *way, last = path.split("__")
        place = flow
        for part in way:
            place = place[part]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return flow


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps__main__keys": {"1": "agnt"}}, "step main: leads to 'agnt', which is not a step"),
        ({"steps__main__keys": {"0": "number"}}, "0 always leads to the agent"),
        ({"steps__main__keys": {"12": "number"}}, "step main: keys"),
        ({"steps__main__keys": {}}, "step main: keys"),
        ({"steps__main__seconds": 0}, "step main: seconds"),
        ({"steps__main__second": 5}, "step main: second: Extra inputs"),
        ({"steps__main__ask": ["../../etc/passwd"]}, "step main: ask.0"),
        ({"steps__main__ask": ["$password"]}, "step main: $password is not known"),
        ({"steps__main": {"dance": True}}, "step main: needs one of"),
        ({"steps__main": "agent"}, "step main: needs one of"),
        ({"steps__agent": None}, "step `agent`"),
        ({"steps__agent__finish": "goodbye"}, "step `agent`"),
        ({"steps__welcome__then": "welcome"}, "step welcome: speaks in a circle"),
        ({"steps__welcome__then": "look_up"}, "looks up without asking"),
        ({"steps__number__digits": [8, 4]}, "step number: digits: at least 8 is more than at most 4"),
        ({"steps__number__then": "repeat"}, "leads to 'repeat'"),
        ({"start": "nowhere"}, "start: 'nowhere'"),
        ({"start": "look_up"}, "start: 'look_up'"),
        ({"limits__wrong_keys": 0}, "limits.wrong_keys"),
        ({"limits": None}, "limits: Field required"),
        ({"steps": None}, "`steps`"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(FlowError, match=r"^city\.yaml: ") as refusal:
        menu.parse(told(**changes), "city.yaml")
    assert words in str(refusal.value)


@pytest.mark.parametrize("content", ["steps: [", "", "- 1", "steps: 3", "\ufffe"])
def test_an_unreadable_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "city.yaml").write_text(content)
    with pytest.raises(FlowError, match=r"city\.yaml"):
        menu.load("city", tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"city\.yaml: cannot be read"):
        menu.load("city", tmp_path)
