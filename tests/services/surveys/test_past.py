"""Past surveys for demo data: as whole as lived ones, and out of the workflow's way."""
from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from common.clock import FakeClock
from common.database import Database
from surveys import queries
from surveys.bulk import PastSurvey, insert_past
from surveys.model import Survey
from tests.services.people import somebody
from tickets.bulk import PastStep, PastTicket
from tickets.bulk import insert_past as insert_tickets


def test_past_verdicts_show_at_their_tickets_and_nobody_is_called(database: Database, clock: FakeClock) -> None:
    closed = clock.now() - timedelta(days=2)
    operator = somebody(database, "李敏", "operator")
    tickets = [
        PastTicket(
            fields={"title": f"第{n}件", "kind": "help"}, caller=f"1390000000{n}", line="12345", operator=operator,
            opened_at=closed - timedelta(days=1),
            steps=(PastStep(closed - timedelta(hours=20), "file", operator), PastStep(closed, "answer", operator, "好")),
        )
        for n in range(3)
    ]
    judged = [(True, 5), (False, 2), (None, None)]
    with database.transaction() as session:
        ids = insert_tickets(session, tickets, "Asia/Shanghai")
        insert_past(session, [
            PastSurvey(ticket_id, ticket.caller or "", closed, closed + timedelta(hours=1), solved, satisfaction)
            for ticket_id, ticket, (solved, satisfaction) in zip(ids, tickets, judged, strict=True)
        ])
    with database.transaction() as session:
        verdicts = queries.verdicts_of_tickets(session, ids)
        assert {ids.index(key): (one.solved, one.satisfaction) for key, one in verdicts.items()} == {
            0: (True, 5), 1: (False, 2),
        }
        unreached = queries.of_ticket(session, ids[2])
        assert unreached is not None
        assert [one.state for one in unreached.attempts] == ["no_answer"] * 3
        assert session.scalars(select(Survey.id).where(Survey.state.in_(("due", "running")))).all() == []
