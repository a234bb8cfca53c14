"""What is made from the program says what the program is."""
from __future__ import annotations

import pytest

from common.settings import PROJECT
from entrypoints.documents import DOCUMENTS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_made_document_is_up_to_date(name: str) -> None:
    assert (PROJECT / name).read_text(encoding="utf-8") == DOCUMENTS[name](), "run ./jiesu docs"
