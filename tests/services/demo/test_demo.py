"""The invented county: complete, the same everywhere, made once, its passwords private."""
from __future__ import annotations

import json
import stat
from uuid import UUID

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from accounts.model import Person, Post, Unit
from accounts.rights import ROLES
from agents.model import Agent, Presence
from common.embedded_postgres import EmbeddedPostgres
from common.settings import Settings
from entrypoints import demo, demo_grid, demo_lives
from entrypoints.demo_clocks import BEGINS_NOW
from entrypoints.wiring import Rooms, wire
from surveys.queries import verdicts_of_tickets
from telephony.lines import DEMO_LINES
from tickets.clocks.model import Deadline
from tickets.grid import queries
from tickets.grid.model import Grid, GridTask
from tickets.grid.sight import Viewer
from tickets.grid.state import OPEN
from tickets.model import Ticket
from tickets.queries import history
from tickets.rules import FIELDS, clean
from tickets.state import OPEN_STATES, OVER_STATES, SYSTEM, Actor
from tickets.vendors import queries as vendor_queries
from tickets.vendors import rules as vendor_rules
from tickets.vendors.model import VendorPerson
from tickets.vendors.orders.model import Order
from tickets.vendors.state import ORDER_STATES

ACCOUNTS, GRIDS = 23, 60


@pytest.fixture(scope="module")
def a_demo(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Filled once: every test here only looks at it, or fills it again, which changes nothing."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE a_demo TEMPLATE template_jiesu")
    url = SecretStr(postgres.url("a_demo"))
    filled = Settings(data=tmp_path_factory.mktemp("demo") / "data", demo=True, database_url=url)
    demo.fill(filled)
    return filled


@pytest.fixture
def rooms(a_demo: Settings):
    found = wire(a_demo)
    yield found
    found.database.close()


def accounts_of(settings: Settings) -> list[dict[str, str]]:
    accounts: list[dict[str, str]] = json.loads((settings.secrets_dir / "demo-accounts.json").read_text())
    return accounts


def test_the_county_is_complete(a_demo: Settings, rooms: Rooms):
    with rooms.database.transaction() as session:
        assert session.scalars(select(func.count()).select_from(Unit)).one() >= 60
        assert sorted(session.scalars(select(Agent.extension))) == [str(n) for n in range(8001, 8011)]
        assert set(session.scalars(select(Presence.state))) == {"offline"}
        assert set(session.scalars(select(Post.role))) >= {
            "operator", "dispatcher", "signer", "handler", "unit_leader", "reviewer", "supervisor", "leader", "grid_worker",
            "admin", "vendor",
        }
        tickets = session.scalars(select(Ticket).order_by(Ticket.filed_at)).all()
        assert len(tickets) == demo_lives.TICKETS
        assert {"dispatched", "in_progress", "in_review", "on_hold", "closed", "declined"} <= {one.state for one in tickets}
        assert len({ticket.unit_id for ticket in tickets}) > 20
        for ticket in tickets:
            passed = (ticket.created_at, ticket.filed_at, ticket.replied_at, ticket.closed_at)
            moments = [moment for moment in passed if moment]
            assert moments == sorted(moments)
            assert (ticket.closed_at is not None) == (ticket.state in OVER_STATES)
            clean({field: getattr(ticket, field) for field in FIELDS})
        judged = verdicts_of_tickets(session, [one.id for one in tickets])
        assert len(judged) > 100 and {one.state for one in tickets if one.id in judged} <= {*OPEN_STATES, "closed"}
        assert any(history(session, SYSTEM, line.number) for line in DEMO_LINES)


def test_the_grids_are_staffed_and_have_work(rooms: Rooms):
    with rooms.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Grid)) == GRIDS
        tasks = session.scalars(select(GridTask)).all()
        assert len(tasks) == demo_grid.TASKS
        worker = session.scalars(select(Person).where(Person.login == demo_grid.WORKER)).one()
        mine = queries.mine(session, Viewer(worker.id, worker.name), rooms.clock.now(), (111.8, 40.402))
        assert {one.task.state for one in mine} & set(OPEN)
        for task in tasks:
            assert task.lon is not None and task.lat is not None
            moments = [one for one in (task.created_at, task.responded_at, task.arrived_at, task.restored_at) if one]
            assert moments == sorted(moments)


def test_every_printed_account_signs_in(a_demo: Settings, rooms: Rooms):
    printed = accounts_of(a_demo)
    assert len(printed) == ACCOUNTS
    with rooms.database.transaction() as session:
        for account in (printed[0], printed[-1]):
            person = rooms.accounts.sign_in(session, account["login"], account["password"], "127.0.0.1").person
            assert account["role"] in person.roles


def test_the_passwords_are_private_and_unlike_each_other(a_demo: Settings):
    file = a_demo.secrets_dir / "demo-accounts.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len({account["password"] for account in accounts_of(a_demo)}) == ACCOUNTS


def test_a_second_start_changes_nothing_and_mends_the_file(a_demo: Settings, rooms: Rooms):
    before = accounts_of(a_demo)
    (a_demo.secrets_dir / "demo-accounts.json").unlink()
    demo.fill(a_demo)
    assert accounts_of(a_demo) == before
    with rooms.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Person)) > 30
        assert session.scalar(select(func.count()).select_from(Ticket)) == demo_lives.TICKETS
        assert session.scalar(select(func.count()).select_from(Grid)) == GRIDS


def test_the_past_is_the_same_for_the_same_day(a_demo: Settings, rooms: Rooms, clock):
    organisation = demo_lives.read("organisation.yaml")
    units = {code: UUID(int=n) for n, code in enumerate(organisation["units"])}
    someone = Actor(UUID(int=1), "a")
    staff = demo_lives.Staff(dict.fromkeys(ROLES, (someone,)), dict.fromkeys(units, someone))
    first, second = (demo_lives.a_past(clock.now(), a_demo, units, staff) for _ in range(2))
    assert first == second


def test_dl6_the_demo_has_vendors_orders_and_cards(a_demo: Settings, rooms: Rooms):
    with rooms.database.transaction() as session:
        found = vendor_queries.listed(session, vendor_queries.Wanted(), rooms.vendors.terms, rooms.clock.now())
        assert len(found) == 40
        assert {one.card.card for one in found} == {"none", "yellow", "red"}
        assert any(one.stops == ("licence_expired",) for one in found)
        orders = session.scalars(select(Order)).all()
        assert (len(orders), {order.state for order in orders}) == (200, set(ORDER_STATES))
        works_for = session.scalars(select(VendorPerson.vendor_id)).one()
        assert any(order.vendor_id == works_for and order.state == "offered" for order in orders)
        for one in found:
            vendor_rules.licence(one.vendor.licence_no)


def test_open_tickets_have_their_clocks_and_nobodys_turn_is_over_yet(a_demo: Settings, rooms: Rooms):
    with rooms.database.transaction() as session:
        alive = session.scalars(select(Deadline).where(Deadline.stopped_at.is_(None))).all()
        waiting = session.scalars(select(Ticket.id).where(Ticket.state.in_(BEGINS_NOW))).all()
        due = dict(session.execute(select(Ticket.id, Ticket.due_at).where(Ticket.due_at.isnot(None))).all())
    assert {one.clock for one in alive} >= {"forward", "respond", "handle", "return_review"}
    assert set(waiting) <= set(due)
    assert all(due[one] > rooms.clock.now() for one in waiting)
    assert any(moment < rooms.clock.now() for moment in due.values())
