"""From words to a draft ticket: the shipped sample calls as told, and single sentences."""
from __future__ import annotations

from typing import Any

import pytest
import yaml

from common.settings import PROJECT
from tests.unit.transcription.conftest import said
from transcription.draft import SURE, Proposal, cleaned, draft, without_opening
from transcription.lexicon import categories
from transcription.normalise import NUMERAL, written_number

CALLS: dict[str, dict[str, Any]] = {
    script.stem: yaml.safe_load(script.read_text(encoding="utf-8")) for script in (PROJECT / "ivr" / "samples").glob("*.yaml")
}


def fields(*words, gazetteer=()) -> dict[str, Proposal]:
    return {proposal.field: proposal for proposal in draft([word for some in words for word in some], gazetteer)}


def value(text: str, field: str, gazetteer=()) -> str | None:
    found = fields(said(text), gazetteer=gazetteer).get(field)
    return found.value if found else None


@pytest.mark.parametrize("name", CALLS)
def test_a_sample_call_becomes_the_expected_ticket(name: str) -> None:
    expected = CALLS[name]["expected"]
    text = CALLS[name]["text"].replace("\n", "")
    found = fields(said(text), gazetteer=["云溪县"])
    assert found["kind"].value == expected["kind"]
    path = {leaf.code: leaf.path for leaf in categories()}[found["category"].value]
    assert expected["category_keyword"] in path
    assert path.count("/") == 2, "three levels, GB/T 39666"
    assert (found["urgency"].value if "urgency" in found else "normal") == expected["urgency"]
    assert in_digits(found["place"].value).replace("的", "").endswith(in_digits(expected["place"]).replace("的", ""))
    assert 3 <= len(found["title"].value) <= 40
    assert found["body"].value.startswith("诉求人：")
    for proposal in found.values():
        assert 0 < proposal.confidence <= SURE
        assert proposal.words.replace("\n", "") in text.replace("\n", "") or proposal.field == "body"
        assert 0 <= proposal.start < proposal.end


def in_digits(text: str) -> str:
    import re

    return re.sub(f"[{NUMERAL}]+(?=号楼|单元|$)|(?<=单元)[{NUMERAL}]+", lambda match: written_number(match.group()), text)


@pytest.mark.parametrize(("text", "kind"), [
    ("我要投诉物业公司", "complaint"),
    ("我不是投诉，我就是咨询一下低保怎么办理", "consult"),
    ("举报有人违法占地", "report"),
    ("建议你们把公交末班车延长到晚上十点", "suggest"),
    ("我要表扬三路公交车的司机，非常感谢", "praise"),
    ("我们村里停水了，请尽快派人来修", "help"),
    ("路灯坏了", "help"),
])
def test_kind(text: str, kind: str) -> None:
    assert value(text, "kind") == kind


@pytest.mark.parametrize(("text", "urgency"), [
    ("楼下着火了冒着黑烟", "critical"),
    ("厨房里煤气好像泄漏了", "critical"),
    ("有人受伤流血", "critical"),
    ("没有受伤，就是想问一下", None),
    ("我担心着火", None),
    ("从昨天起停电", "urgent"),
    ("家里暖气一点都不热", "urgent"),
    ("路灯不亮", None),
    ("表扬消防员，昨天着火的时候非常感谢他们", None),
])
def test_urgency(text: str, urgency: str | None) -> None:
    assert value(text, "urgency") == urgency


@pytest.mark.parametrize(("text", "contact"), [
    ("我的电话是幺三九零零零零零零零幺", "13900000001"),
    ("电话一三九，零零零零，零零零二", "13900000002"),
    ("我手机是要三九零零零零零零零三", "13900000003"),
    ("联系电话零四七九五五五零零零一", "04795550001"),
    ("一共欠了二十一万元", None),
    ("打一二三四五没有人接", None),
])
def test_contact(text: str, contact: str | None) -> None:
    assert value(text, "contact") == contact


@pytest.mark.parametrize(("text", "subject"), [
    ("我要投诉阳光物业公司", "阳光物业公司"),
    ("我给热力公司打过电话", "热力公司"),
    ("我要举报一个养猪肠往河里排污水", "养猪场"),
    ("我要投诉施工地点没有围挡", None),
])
def test_subject(text: str, subject: str | None) -> None:
    assert value(text, "subject") == subject


def test_both_speakers_stand_in_the_body_and_the_agents_repetition_helps_the_place() -> None:
    found = fields(
        said("您好，请讲。", "agent", 0), said("嗯，我们这里停水了。", "caller", 3),
        said("是阳光小区三号楼吗？", "agent", 7), said("对。", "caller", 12),
    )
    assert found["body"].value == "接线员：请讲。\n诉求人：我们这里停水了。\n接线员：是阳光小区三号楼吗？"
    assert found["place"].value == "阳光小区3号楼"
    assert (found["place"].start, found["place"].end) == (7.2, 8.6)
    assert found["title"].value == "阳光小区停水了"


def test_what_the_agent_offers_is_not_what_the_caller_wants() -> None:
    found = fields(said("您是要投诉还是咨询？", "agent"), said("我想问一下医保怎么办理", "caller", 5))
    assert found["kind"].value == "consult"


def test_a_doubtful_hearing_is_a_doubtful_proposal() -> None:
    sure = fields(said("我要投诉小区停水了", confidence=1.0))["kind"].confidence
    doubtful = fields(said("我要投诉小区停水了", confidence=0.4))["kind"].confidence
    assert doubtful == pytest.approx(0.4 * sure, abs=0.01)


@pytest.mark.parametrize("text", ["", "。", "嗯", "喂喂喂", "，，，", "abc def", "一二三四五六七八九十" * 40, "的" * 500])
def test_nothing_sensible_makes_no_trouble(text: str) -> None:
    proposals = draft(said(text))
    assert {proposal.field for proposal in proposals} <= {"title", "body"}


def test_an_agent_alone_makes_no_draft() -> None:
    assert draft(said("您好，请问有什么可以帮您？", "agent")) == []


def test_openings_and_fillers_go() -> None:
    assert without_opening("喂你好我想反映一下我们家的暖气不热") == "暖气不热"
    assert cleaned("喂，你好，那个，我家停水了，嗯") == "我家停水了。"
