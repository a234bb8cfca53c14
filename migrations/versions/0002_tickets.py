"""The rest of the first tables: tickets and what hangs on them."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.database import append_only_statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
TABLES = ["calls", "presence", "presence_log", "suggestions", "surveys", "timeline", "attempts", "offers", "recalls", "verdicts"]
APPEND_ONLY = ["presence_log", "timeline", "verdicts"]


def upgrade() -> None:
    op.create_table('calls',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('node', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=True),
    sa.Column('line', sa.String(), nullable=False),
    sa.Column('caller', sa.String(), nullable=True),
    sa.Column('direction', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('skills', postgresql.JSONB(), nullable=False),
    sa.Column('language', sa.String(), nullable=True),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('talking_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('talk_ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('talk_seconds', sa.Double(), nullable=True),
    sa.Column('cause', sa.Integer(), nullable=True),
    sa.Column('ended_step', sa.String(), nullable=True),
    sa.Column('agent_id', sa.UUID(), nullable=True),
    sa.Column('ticket_id', sa.UUID(), nullable=True),
    sa.Column('fallback', sa.Boolean(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('excluded', postgresql.JSONB(), nullable=False),
    sa.Column('backoff_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("outcome IN ('answered', 'abandoned', 'self_service', 'message', 'failed')", name=op.f('ck_calls_outcome')),
    sa.CheckConstraint("state IN ('entered', 'waiting', 'offered', 'talking', 'ended')", name=op.f('ck_calls_state')),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.person_id'], name=op.f('fk_calls_agent_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_calls_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calls'))
    )
    op.create_index(op.f('ix_calls_agent_id'), 'calls', ['agent_id'], unique=False)
    op.create_index(op.f('ix_calls_caller_entered_at'), 'calls', ['caller', 'entered_at'], unique=False)
    op.create_index(op.f('ix_calls_entered_at'), 'calls', ['entered_at'], unique=False)
    op.create_index('ix_calls_live', 'calls', ['node', 'state'], unique=False, postgresql_where=sa.text("state <> 'ended'"))
    op.create_index(op.f('ix_calls_ticket_id'), 'calls', ['ticket_id'], unique=False)
    op.create_table('presence',
    sa.Column('agent_id', sa.UUID(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pause_after', sa.String(), nullable=True),
    sa.Column('tab', sa.String(), nullable=True),
    sa.Column('reachable', sa.Boolean(), nullable=False),
    sa.Column('credentials_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sip_password', sa.String(), nullable=True),
    sa.Column('call_id', sa.String(), nullable=True),
    sa.Column('wrap_up_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('idle_since', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('offline', 'ready', 'paused', 'ringing', 'talking', 'wrap_up')", name=op.f('ck_presence_state')),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.person_id'], name=op.f('fk_presence_agent_id')),
    sa.PrimaryKeyConstraint('agent_id', name=op.f('pk_presence'))
    )
    op.create_table('presence_log',
    sa.Column('id', sa.BigInteger(), autoincrement=True, nullable=False),
    sa.Column('agent_id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('before', sa.String(), nullable=False),
    sa.Column('after', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('call_id', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.person_id'], name=op.f('fk_presence_log_agent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presence_log')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_presence_log_agent_id_at'), 'presence_log', ['agent_id', 'at'], unique=False)
    op.create_table('suggestions',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('ticket_id', sa.UUID(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('start', sa.Double(), nullable=False),
    sa.Column('end', sa.Double(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('offered', 'accepted', 'refused')", name=op.f('ck_suggestions_state')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_suggestions_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggestions')),
    sa.UniqueConstraint('ticket_id', 'field', name=op.f('uq_suggestions_ticket_id_field'))
    )
    op.create_table('surveys',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('ticket_id', sa.UUID(), nullable=False),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('enqueued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('due', 'running', 'done', 'unreached', 'uncertain', 'cancelled')", name=op.f('ck_surveys_state')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_surveys_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_surveys')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_surveys_ticket_id'))
    )
    op.create_index('ix_surveys_state_next_at', 'surveys', ['state', 'next_at'], unique=False)
    op.create_table('timeline',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.UUID(), nullable=True),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('details', postgresql.JSONB(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['people.id'], name=op.f('fk_timeline_actor_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_timeline_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timeline')),
    info={'append_only': True}
    )
    op.create_index('ix_timeline_ticket_id_id', 'timeline', ['ticket_id', 'id'], unique=False)
    op.create_table('attempts',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('survey_id', sa.UUID(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('instruction_id', sa.UUID(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('call_uniqueid', sa.Text(), nullable=True),
    sa.CheckConstraint("state IN ('claimed', 'dialling', 'answered', 'no_answer', 'busy', 'failed', 'hung_up', 'uncertain', 'done')", name=op.f('ck_attempts_state')),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_attempts_survey_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempts')),
    sa.UniqueConstraint('survey_id', 'n', name=op.f('uq_attempts_survey_id_n'))
    )
    op.create_index('ix_attempts_number_at', 'attempts', ['number', 'at'], unique=False)
    op.create_table('offers',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.String(), nullable=False),
    sa.Column('agent_id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rang_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.person_id'], name=op.f('fk_offers_agent_id')),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_offers_call_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offers'))
    )
    op.create_index(op.f('ix_offers_call_id'), 'offers', ['call_id'], unique=False)
    op.create_index('uq_offers_open_agent', 'offers', ['agent_id'], unique=True, postgresql_where=sa.text('outcome IS NULL'))
    op.create_index('uq_offers_open_call', 'offers', ['call_id'], unique=True, postgresql_where=sa.text('outcome IS NULL'))
    op.create_table('recalls',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.String(), nullable=False),
    sa.Column('caller', sa.String(), nullable=False),
    sa.Column('line', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('done_by', sa.UUID(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('open', 'cancelled', 'done')", name=op.f('ck_recalls_state')),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_recalls_call_id')),
    sa.ForeignKeyConstraint(['done_by'], ['people.id'], name=op.f('fk_recalls_done_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recalls')),
    sa.UniqueConstraint('call_id', name=op.f('uq_recalls_call_id'))
    )
    op.create_index('ix_recalls_open', 'recalls', ['caller'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_table('verdicts',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('survey_id', sa.UUID(), nullable=False),
    sa.Column('attempt_id', sa.UUID(), nullable=False),
    sa.Column('solved', sa.Boolean(), nullable=True),
    sa.Column('satisfaction', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('satisfaction BETWEEN 1 AND 5', name=op.f('ck_verdicts_satisfaction')),
    sa.CheckConstraint('solved IS NOT NULL OR satisfaction IS NOT NULL', name=op.f('ck_verdicts_something')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_verdicts_attempt_id')),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_verdicts_survey_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verdicts')),
    sa.UniqueConstraint('survey_id', name=op.f('uq_verdicts_survey_id')),
    info={'append_only': True}
    )
    for table in APPEND_ONLY:
        for statement in append_only_statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
