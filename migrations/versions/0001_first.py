"""The first tables: people, agents, calls, messages."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.database import append_only_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
TABLES = ["instructions", "messages", "people", "recordings", "sign_in_attempts", "ticket_counters", "units", "agents", "audit", "playbacks", "posts", "sessions", "sms_twin", "tickets", "transcripts"]
APPEND_ONLY = ["audit", "playbacks"]


def upgrade() -> None:
    op.create_table('instructions',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('node', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('args', postgresql.JSONB(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('result', postgresql.JSONB(), nullable=True),
    sa.Column('problem', sa.String(), nullable=True),
    sa.CheckConstraint("kind IN ('credentials', 'rejoin', 'hangup', 'survey_call')", name=op.f('ck_instructions_kind')),
    sa.CheckConstraint("state IN ('queued', 'taken', 'done', 'failed', 'expired', 'uncertain')", name=op.f('ck_instructions_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instructions'))
    )
    op.create_index('ix_instructions_pending', 'instructions', ['node', 'created_at'], unique=False, postgresql_where=sa.text("state IN ('queued', 'taken')"))
    op.create_table('messages',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('to_number', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('ticket_id', sa.UUID(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=True),
    sa.Column('provider_id', sa.Text(), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'uncertain')", name=op.f('ck_messages_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('key', name=op.f('uq_messages_key'))
    )
    op.create_index('ix_messages_queued', 'messages', ['not_before'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending')"))
    op.create_index('ix_messages_ticket_id', 'messages', ['ticket_id'], unique=False)
    op.create_table('people',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('login', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.CheckConstraint("locale IN ('zh-CN', 'en')", name=op.f('ck_people_locale')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('login', name=op.f('uq_people_login'))
    )
    op.create_table('recordings',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('folder', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=True),
    sa.Column('talk_seconds', sa.Double(), nullable=True),
    sa.Column('legs', postgresql.JSONB(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('talk', 'message')", name=op.f('ck_recordings_kind')),
    sa.CheckConstraint("state IN ('recording', 'sealed', 'repaired', 'short', 'missing', 'failed')", name=op.f('ck_recordings_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recordings')),
    sa.UniqueConstraint('call_id', name=op.f('uq_recordings_call_id'))
    )
    op.create_index('ix_recordings_state', 'recordings', ['state'], unique=False)
    op.create_table('sign_in_attempts',
    sa.Column('id', sa.BigInteger(), autoincrement=True, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('login_hash', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts'))
    )
    op.create_index(op.f('ix_sign_in_attempts_address_at'), 'sign_in_attempts', ['address', 'at'], unique=False)
    op.create_index(op.f('ix_sign_in_attempts_login_hash_at'), 'sign_in_attempts', ['login_hash', 'at'], unique=False)
    op.create_table('ticket_counters',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_ticket_counters'))
    )
    op.create_table('units',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('parent_id', sa.UUID(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('duty_phone', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['units.id'], name=op.f('fk_units_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_units')),
    sa.UniqueConstraint('code', name=op.f('uq_units_code'))
    )
    op.create_index(op.f('ix_units_parent_id'), 'units', ['parent_id'], unique=False)
    op.create_table('agents',
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('extension', sa.String(), nullable=False),
    sa.Column('skills', postgresql.JSONB(), nullable=False),
    sa.CheckConstraint("extension ~ '^8[0-9]{3}$' AND extension <> '8000'", name=op.f('ck_agents_extension')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_agents_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_agents')),
    sa.UniqueConstraint('extension', name=op.f('uq_agents_extension'))
    )
    op.create_table('audit',
    sa.Column('id', sa.BigInteger(), autoincrement=True, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=True),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('details', postgresql.JSONB(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_audit_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_audit_person_id'), 'audit', ['person_id'], unique=False)
    op.create_table('playbacks',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('recording_id', sa.UUID(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('person_name', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('leg', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_playbacks_person_id')),
    sa.ForeignKeyConstraint(['recording_id'], ['recordings.id'], name=op.f('fk_playbacks_recording_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_playbacks')),
    info={'append_only': True}
    )
    op.create_index('ix_playbacks_recording_id', 'playbacks', ['recording_id'], unique=False)
    op.create_table('posts',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('unit_id', sa.UUID(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.CheckConstraint("role IN ('operator', 'dispatcher', 'handler', 'supervisor', 'leader', 'admin')", name=op.f('ck_posts_role')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_posts_person_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_posts_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posts')),
    sa.UniqueConstraint('person_id', 'unit_id', 'role', name=op.f('uq_posts_person_id_unit_id_role'))
    )
    op.create_index(op.f('ix_posts_person_id'), 'posts', ['person_id'], unique=False)
    op.create_index(op.f('ix_posts_unit_id'), 'posts', ['unit_id'], unique=False)
    op.create_table('sessions',
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('csrf', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sessions_person_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sessions'))
    )
    op.create_index(op.f('ix_sessions_person_id'), 'sessions', ['person_id'], unique=False)
    op.create_table('sms_twin',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('message_id', sa.UUID(), nullable=False),
    sa.Column('to_number', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_sms_twin_message_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sms_twin')),
    sa.UniqueConstraint('message_id', name=op.f('uq_sms_twin_message_id'))
    )
    op.create_index('ix_sms_twin_to_number_at', 'sms_twin', ['to_number', 'at'], unique=False)
    op.create_table('tickets',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('ticket_no', sa.Text(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('origin_line', sa.Text(), nullable=True),
    sa.Column('caller', sa.Text(), nullable=True),
    sa.Column('petitioner', sa.Text(), nullable=True),
    sa.Column('contact', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=True),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('category', sa.Text(), nullable=True),
    sa.Column('place', sa.Text(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('urgency', sa.Text(), nullable=False),
    sa.Column('secrecy', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.UUID(), nullable=True),
    sa.Column('public_reply', sa.Text(), nullable=True),
    sa.Column('call_id', sa.Text(), nullable=True),
    sa.Column('created_by', sa.UUID(), nullable=True),
    sa.Column('filed_by', sa.UUID(), nullable=True),
    sa.Column('closed_by', sa.UUID(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('search', postgresql.TSVECTOR(), nullable=True),
    sa.CheckConstraint("channel IN ('phone', 'sms', 'web', 'wechat')", name=op.f('ck_tickets_channel')),
    sa.CheckConstraint("kind IS NULL OR kind IN ('consult', 'help', 'complaint', 'report', 'suggest', 'praise')", name=op.f('ck_tickets_kind')),
    sa.CheckConstraint("secrecy IN ('open', 'anonymous', 'confidential')", name=op.f('ck_tickets_secrecy')),
    sa.CheckConstraint("state IN ('draft', 'discarded') OR ticket_no IS NOT NULL", name=op.f('ck_tickets_numbered')),
    sa.CheckConstraint("state IN ('draft', 'filed', 'closed', 'discarded')", name=op.f('ck_tickets_state')),
    sa.CheckConstraint("urgency IN ('normal', 'urgent', 'critical')", name=op.f('ck_tickets_urgency')),
    sa.ForeignKeyConstraint(['closed_by'], ['people.id'], name=op.f('fk_tickets_closed_by')),
    sa.ForeignKeyConstraint(['created_by'], ['people.id'], name=op.f('fk_tickets_created_by')),
    sa.ForeignKeyConstraint(['filed_by'], ['people.id'], name=op.f('fk_tickets_filed_by')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_tickets_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tickets')),
    sa.UniqueConstraint('call_id', name=op.f('uq_tickets_call_id')),
    sa.UniqueConstraint('ticket_no', name=op.f('uq_tickets_ticket_no'))
    )
    op.create_index('ix_tickets_caller', 'tickets', ['caller'], unique=False)
    op.create_index('ix_tickets_contact', 'tickets', ['contact'], unique=False)
    op.create_index('ix_tickets_created_at', 'tickets', ['created_at'], unique=False)
    op.create_index('ix_tickets_search', 'tickets', ['search'], unique=False, postgresql_using='gin')
    op.create_index('ix_tickets_state_created_at', 'tickets', ['state', 'created_at'], unique=False)
    op.create_table('transcripts',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.Text(), nullable=False),
    sa.Column('recording_id', sa.UUID(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('engine', sa.Text(), nullable=True),
    sa.Column('model', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('words', postgresql.JSONB(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('cpu_seconds', sa.Double(), nullable=True),
    sa.Column('audio_seconds', sa.Double(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'running', 'done', 'none', 'failed')", name=op.f('ck_transcripts_state')),
    sa.ForeignKeyConstraint(['recording_id'], ['recordings.id'], name=op.f('fk_transcripts_recording_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transcripts')),
    sa.UniqueConstraint('recording_id', name=op.f('uq_transcripts_recording_id'))
    )
    op.create_index('ix_transcripts_call_id', 'transcripts', ['call_id'], unique=False)
    op.create_index('ix_transcripts_state_requested_at', 'transcripts', ['state', 'requested_at'], unique=False)
    for table in APPEND_ONLY:
        for statement in append_only_statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
