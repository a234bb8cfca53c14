"""The table of rights: whole, and without a way around it."""
from __future__ import annotations

import pytest

from accounts.rights import HOLDERS, RIGHTS, ROLES, may

WRITES = [right for right in RIGHTS if right.endswith(".change") or right == "import"]


def test_every_right_has_words_and_holders_that_are_roles() -> None:
    assert set(RIGHTS) == set(HOLDERS)
    assert all(holders and holders <= set(ROLES) for holders in HOLDERS.values())


@pytest.mark.parametrize("right", WRITES)
@pytest.mark.parametrize("role", ["auditor", "higher", "inspector"])
def test_dx17_who_only_reads_changes_nothing(role: str, right: str) -> None:
    assert not may([role], right)


def test_several_posts_hold_what_one_of_them_holds() -> None:
    assert may(["operator", "auditor"], "audit.see")
    assert not may(["operator", "handler"], "audit.see")
    assert not may([], "units.see")


def test_a_right_that_is_not_in_the_table_is_an_error() -> None:
    with pytest.raises(KeyError):
        may(["admin"], "audit.sea")
