"""Social services: vendors, their orders and verdicts, complaints from which cards follow."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.database import append_only_statements

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
TABLES = ["vendor_verdicts", "vendor_timeline", "vendor_offers", "vendor_complaints", "vendor_scans", "vendor_prices", "vendor_people", "vendor_orders", "vendor_offerings", "vendor_inspections", "vendor_areas", "vendors", "vendor_services", "vendor_order_counters"]
ROLES = (
    "operator", "dispatcher", "signer", "handler", "unit_leader", "reviewer", "supervisor", "leader", "inspector", "auditor",
    "higher", "admin", "grid_worker",
)
SERVICES = [  # what a new city starts with; it edits them
    ("housekeeping", "家政保洁", "Housekeeping"), ("plumbing", "水电维修", "Plumbing and wiring"), ("locksmith", "开锁换锁", "Locksmith"),
    ("moving", "搬家货运", "Moving"), ("appliances", "家电维修", "Appliance repair"), ("drains", "管道疏通", "Drain cleaning"),
    ("meals", "餐饮配送", "Meals delivered"), ("medicine", "医药配送", "Medicine delivered"), ("elderly", "养老陪护", "Elderly care"),
    ("shopping", "代购跑腿", "Errands"),
]
APPEND_ONLY = ["vendor_inspections", "vendor_timeline", "vendor_verdicts"]


def upgrade() -> None:
    op.drop_constraint(op.f("ck_posts_role"), "posts")
    op.create_check_constraint(op.f("ck_posts_role"), "posts", f"role IN {(*ROLES, 'vendor')!r}")
    op.create_table('vendor_order_counters',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_vendor_order_counters'))
    )
    op.create_table('vendor_services',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_vendor_services'))
    )
    catalogue = sa.table("vendor_services", *(sa.column(name) for name in ("code", "name", "name_en", "position", "active")))
    op.bulk_insert(catalogue, [
        {"code": code, "name": name, "name_en": english, "position": n, "active": True}
        for n, (code, name, english) in enumerate(SERVICES, 1)
    ])
    op.create_table('vendors',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('licence_no', sa.Text(), nullable=False),
    sa.Column('licence_until', sa.Date(), nullable=True),
    sa.Column('authority_id', sa.UUID(), nullable=False),
    sa.Column('agreement_no', sa.Text(), nullable=True),
    sa.Column('agreement_from', sa.Date(), nullable=True),
    sa.Column('agreement_until', sa.Date(), nullable=True),
    sa.Column('standard', sa.Text(), nullable=True),
    sa.Column('contact_name', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('noticed', postgresql.JSONB(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.UUID(), nullable=True),
    sa.Column('vetted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('vetted_by', sa.UUID(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('applied', 'refused', 'vetted', 'active', 'suspended', 'withdrawn')", name=op.f('ck_vendors_state')),
    sa.ForeignKeyConstraint(['authority_id'], ['units.id'], name=op.f('fk_vendors_authority_id')),
    sa.ForeignKeyConstraint(['created_by'], ['people.id'], name=op.f('fk_vendors_created_by')),
    sa.ForeignKeyConstraint(['vetted_by'], ['people.id'], name=op.f('fk_vendors_vetted_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendors')),
    sa.UniqueConstraint('licence_no', name=op.f('uq_vendors_licence_no'))
    )
    op.create_index(op.f('ix_vendors_authority_id'), 'vendors', ['authority_id'], unique=False)
    op.create_table('vendor_areas',
    sa.Column('vendor_id', sa.UUID(), nullable=False),
    sa.Column('unit_id', sa.UUID(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_vendor_areas_unit_id')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_areas_vendor_id')),
    sa.PrimaryKeyConstraint('vendor_id', 'unit_id', name=op.f('pk_vendor_areas'))
    )
    op.create_table('vendor_inspections',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('vendor_id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by', sa.UUID(), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['people.id'], name=op.f('fk_vendor_inspections_by')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_inspections_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_inspections')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_vendor_inspections_vendor_id'), 'vendor_inspections', ['vendor_id'], unique=False)
    op.create_table('vendor_offerings',
    sa.Column('vendor_id', sa.UUID(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['service'], ['vendor_services.code'], name=op.f('fk_vendor_offerings_service')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_offerings_vendor_id')),
    sa.PrimaryKeyConstraint('vendor_id', 'service', name=op.f('pk_vendor_offerings'))
    )
    op.create_index(op.f('ix_vendor_offerings_service'), 'vendor_offerings', ['service'], unique=False)
    op.create_table('vendor_orders',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('order_no', sa.Text(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('wish', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.UUID(), nullable=False),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('petitioner', sa.Text(), nullable=True),
    sa.Column('contact', sa.Text(), nullable=True),
    sa.Column('ticket_id', sa.UUID(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('vendor_id', sa.UUID(), nullable=True),
    sa.Column('automatic', sa.Boolean(), nullable=False),
    sa.Column('fen', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.UUID(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(vendor_id IS NULL) = (state = 'open') OR state = 'cancelled'", name=op.f('ck_vendor_orders_vendor')),
    sa.CheckConstraint("state IN ('open', 'offered', 'accepted', 'on_the_way', 'done', 'closed', 'cancelled')", name=op.f('ck_vendor_orders_state')),
    sa.CheckConstraint('fen BETWEEN 0 AND 10000000', name=op.f('ck_vendor_orders_fen')),
    sa.ForeignKeyConstraint(['created_by'], ['people.id'], name=op.f('fk_vendor_orders_created_by')),
    sa.ForeignKeyConstraint(['service'], ['vendor_services.code'], name=op.f('fk_vendor_orders_service')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_vendor_orders_ticket_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_vendor_orders_unit_id')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_orders_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_orders')),
    sa.UniqueConstraint('order_no', name=op.f('uq_vendor_orders_order_no'))
    )
    op.create_index(op.f('ix_vendor_orders_created_at'), 'vendor_orders', ['created_at'], unique=False)
    op.create_index(op.f('ix_vendor_orders_state_created_at'), 'vendor_orders', ['state', 'created_at'], unique=False)
    op.create_index(op.f('ix_vendor_orders_ticket_id'), 'vendor_orders', ['ticket_id'], unique=False)
    op.create_index(op.f('ix_vendor_orders_vendor_id_state'), 'vendor_orders', ['vendor_id', 'state'], unique=False)
    op.create_table('vendor_people',
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('vendor_id', sa.UUID(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_vendor_people_person_id')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_people_vendor_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_vendor_people'))
    )
    op.create_index(op.f('ix_vendor_people_vendor_id'), 'vendor_people', ['vendor_id'], unique=False)
    op.create_table('vendor_prices',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('vendor_id', sa.UUID(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('item', sa.Text(), nullable=False),
    sa.Column('per', sa.Text(), nullable=False),
    sa.Column('fen', sa.Integer(), nullable=False),
    sa.CheckConstraint('fen BETWEEN 0 AND 10000000', name=op.f('ck_vendor_prices_fen')),
    sa.ForeignKeyConstraint(['service'], ['vendor_services.code'], name=op.f('fk_vendor_prices_service')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_prices_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_prices')),
    sa.UniqueConstraint('vendor_id', 'position', name=op.f('uq_vendor_prices_vendor_id_position'))
    )
    op.create_table('vendor_scans',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('vendor_id', sa.UUID(), nullable=False),
    sa.Column('stored', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.UUID(), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['people.id'], name=op.f('fk_vendor_scans_by')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_scans_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_scans')),
    sa.UniqueConstraint('stored', name=op.f('uq_vendor_scans_stored'))
    )
    op.create_index(op.f('ix_vendor_scans_vendor_id'), 'vendor_scans', ['vendor_id'], unique=False)
    op.create_table('vendor_complaints',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('order_id', sa.UUID(), nullable=False),
    sa.Column('vendor_id', sa.UUID(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_by', sa.UUID(), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=True),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('judged_by', sa.UUID(), nullable=True),
    sa.Column('appeal', sa.Text(), nullable=True),
    sa.Column('appealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ruling', sa.Text(), nullable=True),
    sa.Column('ruled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ruled_by', sa.UUID(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('filed', 'dismissed') OR (judged_by IS NOT NULL AND evidence IS NOT NULL)", name=op.f('ck_vendor_complaints_named_and_proven')),
    sa.CheckConstraint("state IN ('filed', 'dismissed', 'verified', 'appealed', 'confirmed', 'overturned')", name=op.f('ck_vendor_complaints_state')),
    sa.ForeignKeyConstraint(['filed_by'], ['people.id'], name=op.f('fk_vendor_complaints_filed_by')),
    sa.ForeignKeyConstraint(['judged_by'], ['people.id'], name=op.f('fk_vendor_complaints_judged_by')),
    sa.ForeignKeyConstraint(['order_id'], ['vendor_orders.id'], name=op.f('fk_vendor_complaints_order_id')),
    sa.ForeignKeyConstraint(['ruled_by'], ['people.id'], name=op.f('fk_vendor_complaints_ruled_by')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_complaints_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_complaints'))
    )
    op.create_index(op.f('ix_vendor_complaints_order_id'), 'vendor_complaints', ['order_id'], unique=False)
    op.create_index(op.f('ix_vendor_complaints_vendor_id'), 'vendor_complaints', ['vendor_id'], unique=False)
    op.create_index('uq_vendor_complaints_standing', 'vendor_complaints', ['order_id'], unique=True, postgresql_where=sa.text("state IN ('filed', 'verified', 'appealed', 'confirmed')"))
    op.create_table('vendor_offers',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('order_id', sa.UUID(), nullable=False),
    sa.Column('vendor_id', sa.UUID(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('why', postgresql.JSONB(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("outcome IN ('accepted', 'declined', 'timed_out', 'taken_back', 'cancelled')", name=op.f('ck_vendor_offers_outcome')),
    sa.ForeignKeyConstraint(['order_id'], ['vendor_orders.id'], name=op.f('fk_vendor_offers_order_id')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_offers_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_offers')),
    sa.UniqueConstraint('order_id', 'n', name=op.f('uq_vendor_offers_order_id_n'))
    )
    op.create_index('ix_vendor_offers_until', 'vendor_offers', ['until'], unique=False, postgresql_where=sa.text('outcome IS NULL'))
    op.create_index(op.f('ix_vendor_offers_vendor_id'), 'vendor_offers', ['vendor_id'], unique=False)
    op.create_index('uq_vendor_offers_open', 'vendor_offers', ['order_id'], unique=True, postgresql_where=sa.text('outcome IS NULL'))
    op.create_table('vendor_timeline',
    sa.Column('id', sa.BigInteger(), autoincrement=True, nullable=False),
    sa.Column('vendor_id', sa.UUID(), nullable=True),
    sa.Column('order_id', sa.UUID(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.UUID(), nullable=True),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('details', postgresql.JSONB(), nullable=False),
    sa.CheckConstraint('vendor_id IS NOT NULL OR order_id IS NOT NULL', name=op.f('ck_vendor_timeline_of_something')),
    sa.ForeignKeyConstraint(['actor_id'], ['people.id'], name=op.f('fk_vendor_timeline_actor_id')),
    sa.ForeignKeyConstraint(['order_id'], ['vendor_orders.id'], name=op.f('fk_vendor_timeline_order_id')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_timeline_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_timeline')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_vendor_timeline_order_id_id'), 'vendor_timeline', ['order_id', 'id'], unique=False)
    op.create_index(op.f('ix_vendor_timeline_vendor_id_id'), 'vendor_timeline', ['vendor_id', 'id'], unique=False)
    op.create_table('vendor_verdicts',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('order_id', sa.UUID(), nullable=False),
    sa.Column('vendor_id', sa.UUID(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('attitude', sa.Integer(), nullable=False),
    sa.Column('quality', sa.Integer(), nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('attitude BETWEEN 1 AND 5', name=op.f('ck_vendor_verdicts_attitude')),
    sa.CheckConstraint('price BETWEEN 1 AND 5', name=op.f('ck_vendor_verdicts_price')),
    sa.CheckConstraint('quality BETWEEN 1 AND 5', name=op.f('ck_vendor_verdicts_quality')),
    sa.ForeignKeyConstraint(['asked_by'], ['people.id'], name=op.f('fk_vendor_verdicts_asked_by')),
    sa.ForeignKeyConstraint(['order_id'], ['vendor_orders.id'], name=op.f('fk_vendor_verdicts_order_id')),
    sa.ForeignKeyConstraint(['service'], ['vendor_services.code'], name=op.f('fk_vendor_verdicts_service')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_vendor_verdicts_vendor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_verdicts')),
    sa.UniqueConstraint('order_id', name=op.f('uq_vendor_verdicts_order_id')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_vendor_verdicts_vendor_id_at'), 'vendor_verdicts', ['vendor_id', 'at'], unique=False)
    for table in APPEND_ONLY:
        for statement in append_only_statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    # The older program knows no vendors: their people keep their names and can do nothing.
    posts = sa.table("posts", sa.column("role"))
    op.execute(posts.delete().where(posts.c.role == "vendor"))
    op.drop_constraint(op.f("ck_posts_role"), "posts")
    op.create_check_constraint(op.f("ck_posts_role"), "posts", f"role IN {ROLES!r}")
