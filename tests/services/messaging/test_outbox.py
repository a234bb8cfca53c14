"""The outbox against a server posing as Twilio: each message once, or uncertain; never twice."""
from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import httpx
import pytest
from sqlalchemy import select, update

from common.clock import FakeClock
from common.database import Database
from messaging import queries
from messaging.console import ConsoleSms
from messaging.gateway import SmsGateway
from messaging.model import Message, SmsTwin
from messaging.outbox import Outbox
from messaging.service import Messaging
from messaging.twilio import TwilioSms

CITIZEN = "13900000001"
Answer = tuple[int, bytes] | None


class PosingAsTwilio:
    """Answers what `answer` says; None: reads the request and says nothing until the client has given up."""

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        self.answer: Callable[[int], Answer] = lambda n: (201, json.dumps({"sid": f"SM{n}"}).encode())
        posing = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                posing.requests.append({
                    **{key: values[0] for key, values in body.items()},
                    "path": self.path, "authorization": self.headers["Authorization"],
                })
                answer = posing.answer(len(posing.requests))
                if answer is None:
                    time.sleep(0.6)
                    return
                self.send_response(answer[0])
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def twilio() -> Iterator[PosingAsTwilio]:
    posing = PosingAsTwilio()
    yield posing
    posing.server.shutdown()
    posing.server.server_close()


def gateway_to(url: str) -> TwilioSms:
    return TwilioSms("AC0", "secret", "+8613900000099", api=url, timeout=httpx.Timeout(0.3))


@pytest.fixture
def outbox(database: Database, clock: FakeClock, twilio: PosingAsTwilio) -> Iterator[Outbox]:
    gateway = gateway_to(twilio.url)
    yield Outbox(database, gateway, clock)
    gateway.close()


@pytest.fixture
def a_queued_message(database: Database, clock: FakeClock) -> None:
    with database.transaction() as session:
        Messaging(clock, "云溪县").queue(session, key="k1", to=CITIZEN, body="您好", purpose="test")


def the_message(database: Database) -> Message:
    with database.transaction() as session:
        return session.scalars(select(Message)).one()


def test_a_message_is_sent_once(
    database: Database, outbox: Outbox, twilio: PosingAsTwilio, a_queued_message: None
) -> None:
    assert outbox.send_due() == 1
    assert outbox.send_due() == 0
    sent = the_message(database)
    assert (sent.state, sent.provider, sent.provider_id) == ("sent", "twilio", "SM1")
    assert twilio.requests == [{
        "To": "+8613900000001", "Body": "您好", "From": "+8613900000099",
        "path": "/2010-04-01/Accounts/AC0/Messages.json", "authorization": httpx.BasicAuth("AC0", "secret")._auth_header,
    }]


@pytest.mark.parametrize(("answer", "state"), [
    ((400, b'{"code": 21211, "message": "invalid number"}'), "failed"),
    ((401, b"not json"), "failed"),
    ((404, b"[]"), "failed"),
    ((500, b"oops"), "uncertain"),
    ((503, b"{}"), "uncertain"),
    ((302, b""), "uncertain"),
    ((201, b"not json"), "uncertain"),
    ((201, b'{"sid": 7}'), "uncertain"),
    (None, "uncertain"),
])
def test_a_no_is_final_and_doubt_is_never_resent(
    database: Database, clock: FakeClock, outbox: Outbox, *, twilio: PosingAsTwilio, a_queued_message: None,
    answer: Answer, state: str,
) -> None:
    twilio.answer = lambda _: answer
    outbox.send_due()
    clock.advance(86_400)
    outbox.send_due()
    found = the_message(database)
    assert found.state == state
    assert found.problem
    assert len(twilio.requests) == 1


def test_slow_down_is_tried_later_and_not_for_ever(
    database: Database, clock: FakeClock, outbox: Outbox, twilio: PosingAsTwilio, a_queued_message: None
) -> None:
    twilio.answer = lambda n: (429, b"{}") if n < 3 else (201, b'{"sid": "SM3"}')
    outbox.send_due()
    assert outbox.send_due() == 0
    for _ in range(2):
        clock.advance(3600)
        outbox.send_due()
    assert the_message(database).state == "sent"
    assert len(twilio.requests) == 3


def test_nobody_there_is_tried_five_times(database: Database, clock: FakeClock, a_queued_message: None) -> None:
    gateway = gateway_to("http://127.0.0.1:9")
    outbox = Outbox(database, gateway, clock)
    for _ in range(8):
        outbox.send_due()
        clock.advance(3600)
    found = the_message(database)
    assert (found.state, found.tries) == ("failed", 5)
    gateway.close()


def test_a_row_that_a_crash_left_sending_goes_to_a_person(
    database: Database, clock: FakeClock, outbox: Outbox, twilio: PosingAsTwilio, a_queued_message: None
) -> None:
    with database.transaction() as session:
        session.execute(update(Message).values(state="sending", claimed_at=clock.now()))
    outbox.send_due()
    assert the_message(database).state == "sending", "it may be under way in another worker"
    clock.advance(121)
    outbox.send_due()
    with database.transaction() as session:
        lost = queries.uncertain_messages(session)
    assert [message.key for message in lost] == ["k1"]
    assert twilio.requests == []


def test_three_workers_send_thirty_messages_once_each(
    database: Database, clock: FakeClock, outbox: Outbox, twilio: PosingAsTwilio
) -> None:
    with database.transaction() as session:
        for n in range(30):
            Messaging(clock, "x").queue(session, key=f"k{n}", to=f"139000000{n:02d}", body=str(n), purpose="test")
    threads = [threading.Thread(target=outbox.send_due) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(request["Body"]) for request in twilio.requests) == list(range(30))


def test_the_same_occasion_is_queued_once(database: Database, clock: FakeClock, a_queued_message: None) -> None:
    with database.transaction() as session:
        assert Messaging(clock, "x").queue(session, key="k1", to=CITIZEN, body="again", purpose="test") is None
        assert Messaging(clock, "x").queue(session, key="k2", to="0479-5551234", body="x", purpose="test") is None
    assert the_message(database).body == "您好"


def test_the_twin_shows_a_message_once(database: Database, clock: FakeClock, a_queued_message: None) -> None:
    twin: SmsGateway = ConsoleSms(database, clock)
    Outbox(database, twin, clock).send_due()
    sent = the_message(database)
    assert sent.provider_id == f"twin-{sent.id}"
    assert twin.send(sent.to_number, sent.body, "k1") == sent.provider_id
    with database.transaction() as session:
        assert len(session.scalars(select(SmsTwin)).all()) == 1
        assert [row.body for row in queries.twin_messages(session, CITIZEN)] == ["您好"]
        assert queries.twin_messages(session, "13900000002") == []
