"""Why somebody may see a whole number: a code, or words that the audit trail can show."""
from __future__ import annotations

import pytest

from accounts.rules import NOTE_LENGTH, REVEAL_REASONS, reveal_reason
from common.errors import InvalidError


@pytest.mark.parametrize("reason", [reason for reason in REVEAL_REASONS if reason != "other"])
def test_a_coded_reason_stands_alone(reason: str) -> None:
    assert reveal_reason(reason, None) == {"reason": reason}
    assert reveal_reason(reason, "  ") == {"reason": reason}


def test_other_is_said_in_words() -> None:
    assert reveal_reason("other", " 与派出所核对 ") == {"reason": "other", "note": "与派出所核对"}


@pytest.mark.parametrize(("reason", "note", "field", "why"), [
    ("curious", None, "reason", "not_an_option"),
    ("", None, "reason", "not_an_option"),
    ("call_back", "extra", "note", "not_wanted"),
    ("other", None, "note", "required"),
    ("other", " \t ", "note", "required"),
    ("other", "x" * (NOTE_LENGTH + 1), "note", "too_long"),
    ("other", "a\nb", "note", "not_text"),
    ("other", "a\x00b", "note", "not_text"),
    ("other", "a\u202eb", "note", "not_text"),
    ("other", "a\ud800b", "note", "not_text"),
])
def test_what_cannot_be_kept_is_named(reason: str, note: str | None, field: str, why: str) -> None:
    with pytest.raises(InvalidError) as refused:
        reveal_reason(reason, note)
    assert refused.value.details["fields"] == {field: why}
