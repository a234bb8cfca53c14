"""What may stand in a ticket."""
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidError
from tickets import rules


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("title", "很" * 101, "too_long"),
        ("title", 5, "not_text"),
        ("kind", "rumour", "not_an_option"),
        ("urgency", None, "not_an_option"),
        ("urgency", ["urgent"], "not_an_option"),
        ("secrecy", "top", "not_an_option"),
        ("contact", "call me", "not_a_number"),
        ("contact", "1" * 21, "not_a_number"),
        ("contact", 13900000001, "not_a_number"),
        ("occurred_at", "yesterday", "not_a_time"),
        ("occurred_at", "2026-03-01T10:00:00", "time_without_zone"),
        ("occurred_at", "0001-01-01T00:00:00+00:00", "not_a_time"),
        ("occurred_at", 12, "not_a_time"),
        ("language", "'; --", "not_a_language"),
        ("state", "closed", "unknown_field"),
        ("public_reply", "ok", "unknown_field"),
    ],
)
def test_a_bad_value_is_named_with_its_reason(field: str, value: Any, reason: str) -> None:
    with pytest.raises(InvalidError) as refused:
        rules.clean({field: value})
    assert refused.value.details["fields"] == {field: reason}


def test_good_values_come_out_clean() -> None:
    cleaned = rules.clean({
        "title": "  路灯不亮 ", "body": "一行\r\n二行", "kind": "", "contact": "0479-555 1234",
        "occurred_at": "2026-03-01T10:00:00+08:00", "language": "zh-CN", "place": "",
    })
    assert cleaned == {
        "title": "路灯不亮", "body": "一行\n二行", "kind": None, "contact": "04795551234",
        "occurred_at": datetime(2026, 3, 1, 2, 0, tzinfo=UTC), "language": "zh-CN", "place": None,
    }


@given(st.text(max_size=200))
def test_no_control_character_and_no_marker_survives(text: str) -> None:
    cleaned = rules.clean_text("body", text, 1000) or ""
    assert not [c for c in cleaned if (ord(c) < 32 and c not in "\n\t") or "\ue000" <= c <= "\uf8ff"]
    cleaned.encode()


def test_a_number_can_be_keyed_on_a_phone() -> None:
    number = rules.ticket_number(date(2026, 11, 23), 1)
    assert number == "202611230001"
    assert rules.valid_ticket_number(number)
    assert rules.valid_ticket_number(rules.ticket_number(date(2026, 11, 23), 12345))
    assert not rules.valid_ticket_number("2026112300011111111111")
    assert not rules.valid_ticket_number("١٢٣٤٥٦٧٨٩٠١٢")


def test_dwell_times_end_with_what_still_runs() -> None:
    start = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    moments = [start, start + timedelta(seconds=30)]
    assert rules.dwell_seconds(moments, start + timedelta(seconds=90)) == [30.0, 60.0]
    assert rules.dwell_seconds(moments, None) == [30.0, None]
    assert rules.dwell_seconds([], start) == []
