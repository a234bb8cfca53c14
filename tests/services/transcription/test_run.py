"""From a sealed recording to words and a drafted ticket; and all the ways in which there are none."""
from __future__ import annotations

import uuid

import psycopg
import pytest
from sqlalchemy import text

from common.database import Database
from common.settings import Settings
from tests.services.transcription.conftest import CALL, Record, Told, ToldEngine, leg_file, suggested, transcript_of
from transcription import queries
from transcription.errors import RecogniserError
from transcription.model import Transcript
from transcription.service import Transcription


def test_a_call_becomes_words_and_a_drafted_ticket(
    database: Database, real_transcription: Transcription, record: Record, a_draft: uuid.UUID
) -> None:
    """Real sound, telephone quality, real recogniser."""
    with database.transaction() as session:
        real_transcription.requested(session, record(session))
    assert real_transcription.run_due() == 1
    done = transcript_of(database)
    assert (done.state, done.engine, done.model, done.reason) == ("done", "whisper", "whisper-base", None)
    assert {word["speaker"] for word in done.words} == {"caller", "agent"}
    assert [word["start"] for word in done.words] == sorted(word["start"] for word in done.words)
    first, second = done.text.splitlines()[:2]
    assert first.startswith("agent: ")
    assert "投诉" in second
    assert second.startswith("caller: ")
    assert done.cpu_seconds
    assert done.audio_seconds == pytest.approx(90.4, abs=0.5)
    found = suggested(database, a_draft)
    assert found["kind"].value == "complaint"
    assert found["category"].value.startswith("0101"), "城乡建设/供热"
    assert found["place"].value.startswith("阳光小区3号")
    assert found["urgency"].value == "urgent"
    assert "诉求人：" in found["body"].value
    assert all(0 < row.confidence < 1 and row.start < row.end and row.words for row in found.values())


def test_a_recording_is_queued_once(database: Database, transcription: Transcription, record: Record) -> None:
    with database.transaction() as session:
        row = record(session)
        assert transcription.requested(session, row).id == transcription.requested(session, row).id
        assert queries.states_of_calls(session, [CALL, "n1-0.0"]) == {CALL: "queued"}


def test_both_legs_in_order_of_time(database: Database, transcription: Transcription, a_queued_call: uuid.UUID) -> None:
    assert transcription.run(a_queued_call)
    done = transcript_of(database)
    assert done.text.splitlines() == ["caller: 我要投诉阳光小区停水了", "agent: 好的"]
    assert not transcription.run(a_queued_call), "once only"


def test_without_a_model_the_ticket_says_why_and_a_later_model_makes_good(
    database: Database, transcription: Transcription, a_queued_call: uuid.UUID, told: Told
) -> None:
    engine, told.engine = told.engine, None
    transcription.run_due()
    row = transcript_of(database)
    assert row.state == "none"
    assert "no transcript: no speech model installed; run ./jiesu models install" in (row.reason or "")
    assert transcription.run_due() == 0
    told.engine = engine
    assert transcription.run_due() == 1
    assert transcript_of(database).state == "done"


@pytest.mark.parametrize("state", ["failed", "missing"])
def test_a_call_without_a_recording(database: Database, transcription: Transcription, record: Record, state: str) -> None:
    with database.transaction() as session:
        row = transcription.requested(session, record(session, legs=(), state=state))
        assert row.state == "none"
        assert "no recording" in (row.reason or "")
    assert transcription.run_due() == 0


def test_a_message_is_all_the_callers(database: Database, transcription: Transcription, record: Record) -> None:
    with database.transaction() as session:
        transcription.requested(session, record(session, legs=("mix",)))
    transcription.run_due()
    assert {word["speaker"] for word in transcript_of(database).words} == {"caller"}


def test_nobody_spoke(database: Database, transcription: Transcription, a_queued_call: uuid.UUID, told: Told) -> None:
    told.engine = ToldEngine("")
    transcription.run(a_queued_call)
    row = transcript_of(database)
    assert (row.state, row.words) == ("done", [])
    assert "nobody speaks" in (row.reason or "")


def test_a_broken_file_is_named(
    database: Database, settings: Settings, transcription: Transcription, a_queued_call: uuid.UUID
) -> None:
    leg_file(settings, "agent").write_bytes(b"RIFF")
    transcription.run(a_queued_call)
    row = transcript_of(database)
    assert row.state == "failed"
    assert f"{CALL}-agent.wav" in (row.reason or "")


def test_a_recogniser_that_refuses_is_no_crash(
    database: Database, transcription: Transcription, a_queued_call: uuid.UUID, told: Told
) -> None:
    told.engine = ToldEngine(RecogniserError("out of memory"))
    transcription.run(a_queued_call)
    row = transcript_of(database)
    assert row.state == "failed"
    assert "out of memory" in (row.reason or "")
    told.engine = ToldEngine("停水了")
    with database.transaction() as session:
        transcription.again(session, session.get_one(Transcript, row.id))
    assert transcription.run_due() == 1
    assert transcript_of(database).state == "done"


def test_a_crash_is_tried_once_more_then_told(
    database: Database, transcription: Transcription, a_queued_call: uuid.UUID, told: Told
) -> None:
    """SystemExit stands for kill -9: nothing after it runs but PostgreSQL letting go of the lock."""
    told.engine = ToldEngine(SystemExit())
    with pytest.raises(SystemExit):
        transcription.run_due()
    assert transcript_of(database).state == "running"
    with pytest.raises(SystemExit):
        transcription.run_due()
    assert transcript_of(database).tries == 2
    assert transcription.run_due() == 0
    row = transcript_of(database)
    assert row.state == "failed"
    assert "crashed twice" in (row.reason or "")


def test_a_crash_followed_by_success(
    database: Database, transcription: Transcription, a_queued_call: uuid.UUID, told: Told
) -> None:
    told.engine = ToldEngine(SystemExit(), "停水了", "好的")
    with pytest.raises(SystemExit):
        transcription.run_due()
    assert transcription.run_due() == 1
    row = transcript_of(database)
    assert (row.state, row.tries) == ("done", 2)


def test_what_another_worker_has_is_left_alone(
    database: Database, transcription: Transcription, a_queued_call: uuid.UUID, told: Told
) -> None:
    seen: list[int] = []

    class Curious(ToldEngine):
        def transcribe(self, samples, rate):
            seen.append(transcription.recover())
            seen.append(transcription.run(a_queued_call))
            return super().transcribe(samples, rate)

    told.engine = Curious("停水了")
    assert transcription.run_due() == 1
    assert not any(seen)
    assert transcript_of(database).state == "done"


def test_the_database_away_while_recognising_costs_nothing(
    database: Database, database_url: str, transcription: Transcription, a_queued_call: uuid.UUID, told: Told
) -> None:
    class Unlucky(ToldEngine):
        def transcribe(self, samples, rate):
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            return super().transcribe(samples, rate)

    told.engine = Unlucky("停水了")
    assert transcription.run_due() == 1
    assert transcript_of(database).state == "done"
    assert told.engine.heard == 2, "each leg once"


def test_no_transaction_is_open_while_recognising(
    database: Database, transcription: Transcription, a_queued_call: uuid.UUID, told: Told
) -> None:
    open_ones: list[int] = []

    class Watching(ToldEngine):
        def transcribe(self, samples, rate):
            with database.transaction() as session:
                open_ones.append(session.scalar(text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND state LIKE 'idle in transaction%'"
                )))
            return super().transcribe(samples, rate)

    told.engine = Watching("停水了")
    transcription.run(a_queued_call)
    assert open_ones == [0, 0]
