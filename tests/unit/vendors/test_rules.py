"""Papers to the day, prices, words, and the tables of states."""
from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from common.errors import IllegalStepError, InvalidError
from tickets.vendors import rules, state
from tickets.vendors.cards import Standing
from tickets.vendors.rules import Papers, clean, ends_soon, local_day, stops

CLEAN = Standing(0, "none")
TODAY = date(2026, 3, 2)


def papers(**changes: object) -> Papers:
    values = {"state": "active", "licence_until": date(2026, 12, 31), "agreement_from": date(2026, 1, 1),
              "agreement_until": date(2026, 12, 31), **changes}
    return Papers(**values)


def test_dl6_a_licence_is_good_on_its_last_day_and_not_after() -> None:
    assert stops(papers(licence_until=TODAY), CLEAN, TODAY) == ()
    assert stops(papers(licence_until=TODAY), CLEAN, TODAY + timedelta(days=1)) == ("licence_expired",)
    assert stops(papers(licence_until=None), CLEAN, date(2100, 1, 1)) == ("agreement_expired",)


def test_the_last_day_ends_at_midnight_of_the_city_not_of_the_server() -> None:
    before, after = datetime(2026, 3, 2, 15, 59, tzinfo=UTC), datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert local_day(before, "Asia/Shanghai") == TODAY
    assert local_day(after, "Asia/Shanghai") == TODAY + timedelta(days=1)
    assert local_day(after, "America/New_York") == TODAY


def test_dl6_an_agreement_binds_from_its_first_to_its_last_day() -> None:
    assert stops(papers(agreement_from=TODAY, agreement_until=TODAY), CLEAN, TODAY) == ()
    assert stops(papers(agreement_from=TODAY + timedelta(days=1)), CLEAN, TODAY) == ("agreement_not_in_force",)
    assert stops(papers(agreement_until=TODAY - timedelta(days=1)), CLEAN, TODAY) == ("agreement_expired",)
    assert stops(papers(agreement_from=None, agreement_until=None), CLEAN, TODAY) == ("agreement_not_in_force",)


def test_every_state_but_active_gets_no_orders_and_says_why() -> None:
    for each in state.VENDOR_STATES:
        assert (stops(papers(state=each), CLEAN, TODAY) == ()) == (each == "active")


def test_cards_stop() -> None:
    assert stops(papers(), Standing(1, "yellow"), TODAY) == ()
    assert stops(papers(), Standing(2, "red", stopped=True), TODAY) == ("red_card",)
    assert stops(papers(), Standing(2, "red"), TODAY) == ()
    assert stops(papers(), Standing(3, "red", stopped=True, terminated=True), TODAY) == ("terminated",)


def test_papers_that_end_soon_are_seen_thirty_days_ahead() -> None:
    assert ends_soon(papers(licence_until=TODAY + timedelta(days=30)), TODAY) == 30
    assert ends_soon(papers(licence_until=TODAY + timedelta(days=31)), TODAY) is None
    assert ends_soon(papers(agreement_until=TODAY), TODAY) == 0
    assert ends_soon(papers(licence_until=TODAY - timedelta(days=1)), TODAY) is None


@pytest.mark.parametrize(("value", "why"), [
    (-1, "negative"), (rules.MAX_PRICE + 1, "too_high"), (10**30, "too_high"), (1.5, "not_a_price"), ("100", "not_a_price"),
    (True, "not_a_price"), (None, "not_a_price"),
])
def test_a_price_is_fen_between_nothing_and_the_most(value: object, why: str) -> None:
    with pytest.raises(InvalidError) as refused:
        rules.checked("fen", rules.price, value)
    assert refused.value.details["fields"] == {"fen": why}
    assert rules.price(0) == 0
    assert rules.price(rules.MAX_PRICE) == rules.MAX_PRICE


@pytest.mark.parametrize("value", [
    "", "12345", "91150105MA0NOTREAL1", "91150105MA0N1RE<1", None, "９１１５０１０５ＭＡ０Ｎ１ＲＥ１Ｘ", "9" * 4000,
])
def test_what_is_no_licence_number(value: object) -> None:
    with pytest.raises(InvalidError):
        clean({"licence_no": value}, rules.VENDOR_FIELDS)


def test_fields_are_cleaned_and_every_bad_one_is_named() -> None:
    good = clean({"name": " 云溪\x00家政 ", "licence_no": "91150105ma0n1re21x", "licence_until": ""}, rules.VENDOR_FIELDS)
    assert good == {"name": "云溪 家政", "licence_no": "91150105MA0N1RE21X", "licence_until": None}
    with pytest.raises(InvalidError) as refused:
        clean({"name": " ", "agreement_from": "2026-02-30", "phone": "x", "card": "none", "standard": "x" * 5000,
               "licence_until": "0001-01-01"}, rules.VENDOR_FIELDS)
    assert refused.value.details["fields"] == {
        "name": "required", "agreement_from": "not_a_day", "phone": "not_a_number", "card": "unknown_field",
        "standard": "too_long", "licence_until": "not_a_day",
    }


def test_an_agreement_does_not_end_before_it_begins() -> None:
    with pytest.raises(InvalidError):
        clean({"agreement_from": "2026-03-02", "agreement_until": "2026-03-01"}, rules.VENDOR_FIELDS)


TABLES = [
    (state.VENDOR, state.VENDOR_STATES, state.VENDOR_STEPS), (state.ORDER, state.ORDER_STATES, (*state.ORDER_STEPS, "time_out")),
    (state.COMPLAINT, state.COMPLAINT_STATES, state.COMPLAINT_STEPS),
]


@pytest.mark.parametrize("table", TABLES)
def test_a_step_leads_where_the_table_says_or_is_refused(table) -> None:
    transitions, states, steps = table
    assert {step for _, step in transitions} == set(steps)
    for now, step in itertools.product(states, steps):
        if (now, step) in transitions:
            assert state.after(transitions, "it", now, step) in states
        else:
            with pytest.raises(IllegalStepError):
                state.after(transitions, "it", now, step)


def test_what_is_over_stays_over() -> None:
    for table, over in ((state.ORDER, ("closed", "cancelled")), (state.COMPLAINT, ("dismissed", "confirmed", "overturned"))):
        assert not [key for key in table if key[0] in over]


def test_nobody_terminates_a_vendor_by_a_step() -> None:
    assert "terminated" not in {*state.VENDOR_STATES, *state.VENDOR.values()}


def test_a_step_says_why_it_may_not_be_taken() -> None:
    found = {one.step: one for one in state.allowed(state.ORDER, state.ORDER_STEPS, "offered", state.VENDORS_STEPS)}
    assert (found["accept"].allowed, found["accept"].why) == (True, "")
    assert (found["cancel"].allowed, found["cancel"].why) == (False, "role")
    assert (found["finish"].allowed, found["finish"].why) == (False, "state")
