"""Which numbers get an SMS, and how a provider wants them."""
from __future__ import annotations

import pytest

from messaging.rules import e164
from messaging.texts import text_for


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("13900000001", "+8613900000001"),
        ("139 0000-0001", "+8613900000001"),
        ("+8613900000001", "+8613900000001"),
        ("8613900000001", "+8613900000001"),
        ("008613900000001", "+8613900000001"),
        ("+14155550100", "+14155550100"),
        ("+861290000000", None),
        ("04795551234", None),
        ("12345", None),
        ("12900000001", None),
        ("139000000012", None),
        ("+123", None),
        ("13900000001;rm", None),
        ("١٣٩٠٠٠٠٠٠٠١", None),
        ("", None),
        (None, None),
    ],
)
def test_numbers(raw: str | None, wanted: str | None) -> None:
    assert e164(raw) == wanted


def test_the_text_is_in_the_citizens_language_or_in_chinese() -> None:
    values = {"ticket_no": "202611230001", "line": "12345", "area": "云溪县"}
    assert "202611230001" in text_for("acknowledgement", "zh-CN", **values)
    assert " https://a.cn/progress " in text_for("acknowledgement_online", "zh-CN", **values, url="https://a.cn/progress")
    assert text_for("acknowledgement", "en-GB", **values).startswith("[云溪县 12345] Your request")
    assert text_for("acknowledgement", "fr", **values) == text_for("acknowledgement", "zh", **values)
