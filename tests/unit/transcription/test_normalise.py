"""One spelling for all engines."""
from __future__ import annotations

import pytest

from transcription.engine import Word
from transcription.normalise import normalised, simplified, spoken_numbers, written_number


@pytest.mark.parametrize(("written", "spoken"), [
    ("15米", "十五米"),
    ("2011年8月", "二零一一年八月"),
    ("13900000001", "一三九零零零零零零零一"),
    ("0479-5550001", "零四七九五五五零零零一"),
    ("12.5%", "百分之十二点五"),
    ("105号", "一百零五号"),
    ("20,000元", "二万元"),
    ("打12345和110", "打一二三四五和一一零"),
    ("10", "十"),
    ("0", "零"),
    ("2号楼1203室", "二号楼一二零三室"),
    ("007", "零零七"),
    ("没有数字", "没有数字"),
])
def test_numbers_are_spelled_as_spoken(written: str, spoken: str) -> None:
    assert spoken_numbers(written) == spoken


@pytest.mark.parametrize(("spoken", "written"), [
    ("十二", "12"), ("一二零三", "1203"), ("幺三九零", "1390"), ("一百零五", "105"), ("两", "2"), ("三千五", "3500"),
    ("五〇一", "501"), ("12", "12"), ("暖气", "暖气"),
])
def test_spoken_numbers_are_written(spoken: str, written: str) -> None:
    assert written_number(spoken) == written


def test_traditional_characters_are_simplified_in_their_context() -> None:
    assert simplified("廣州市房地產,乾淨,後面") == "广州市房地产,干净,后面"
    assert simplified("困著兩個人,非常著急,著名作家") == "困着两个人,非常着急,著名作家"


def words(*texts: str) -> list[Word]:
    return [Word(text, index * 1.0, index + 0.9, 0.9 - index / 10) for index, text in enumerate(texts)]


def test_digits_split_over_words_are_one_word() -> None:
    joined = normalised(words("于", "20", "11", "年", "8", "月", ","))
    assert [word.text for word in joined] == ["于", "二零一一", "年", "八", "月", "，"]
    year = joined[1]
    assert (year.start, year.end) == (1.0, 2.9)
    assert year.confidence == pytest.approx(0.7), "as sure as its least sure part"


def test_blank_words_vanish_and_times_stay() -> None:
    result = normalised(words(" ", "廣", "州", "?"))
    assert [(word.text, word.start) for word in result] == [("广", 1.0), ("州", 2.0), ("？", 3.0)]
