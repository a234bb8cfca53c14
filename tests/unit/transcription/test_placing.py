"""Places as they are said, and names put right by their sound."""
from __future__ import annotations

import pytest

from transcription.placing import find_places
from transcription.sounds import corrected, same_sound


@pytest.mark.parametrize(("text", "value", "short"), [
    ("我住在云溪县城关镇和平小区三号楼二单元五零一。", "云溪县城关镇和平小区3号楼2单元501", "和平小区"),
    ("地址是人民路十二号", "人民路12号", "人民路"),
    ("就在清水镇大桥村，村口那座桥", "清水镇大桥村", "大桥村"),
    ("东关街的幸福家园南边有工地", "东关街幸福家园南边", "幸福家园"),
    ("阳光小区，三号楼停水", "阳光小区3号楼", "阳光小区"),
    ("在云溪县新区的安居花园工地干活", "云溪县新区安居花园工地", "安居花园"),
    ("五一路和平小区", "五一路和平小区", "和平小区"),
])
def test_places_are_found(text: str, value: str, short: str) -> None:
    best = find_places(text)[0]
    assert (best.value, best.short) == (value, short)
    assert text[best.start : best.end]


@pytest.mark.parametrize("text", [
    "我们村里没有水", "这个小区太吵", "门口的道路坏了", "在农村种地", "我去超市买东西", "我一路走过来",
    "隔壁村", "马路上", "", "打一二三四五",
])
def test_common_words_are_no_places(text: str) -> None:
    assert find_places(text) == []


def test_the_most_exact_place_comes_first() -> None:
    places = find_places("我在云溪县，住阳光小区三号楼")
    assert [place.value for place in places] == ["阳光小区3号楼", "云溪县"]


def test_the_gazetteer_knows_names_without_a_suffix() -> None:
    assert find_places("我在老爷庙那边", ["老爷庙"])[0].value == "老爷庙"
    assert find_places("我在老爷庙那边") == []


def test_names_are_known_by_their_sound() -> None:
    assert same_sound("云西线", "云溪县")
    assert not same_sound("云西", "云溪县")
    heard = "我住在云西县城观阵"
    assert corrected(heard, ["云溪县", "城关镇"]) == "我住在云溪县城关镇"
    assert corrected("公暖不热", ["供暖"]) == "公暖不热", "two characters are too often another word"
    assert corrected("", ["云溪县"]) == ""
