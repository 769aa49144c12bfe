"""the daemon's life, alerts, and an index for counts"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision: str | None = "0007"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table('alert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('todo', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('healing_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('digest', 'recipients', 'source', 'tier', 'crawl', 'reading', 'disk', 'daemon', 'settings', 'backup')", name=op.f('ck_alert_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert'))
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_closed_at'), ['closed_at'], unique=False)
        batch_op.create_index('ix_alert_kind_subject', ['kind', 'subject'], unique=False)

    op.create_table('daemon',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('pid', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended', sa.Text(), nullable=False),
    sa.Column('refused', sa.Text(), nullable=False),
    sa.Column('listens', sa.Text(), nullable=False),
    sa.Column('next_runs', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_daemon'))
    )
    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_status'))
        batch_op.create_index('ix_item_status_relevant_first_seen_at', ['status', 'relevant', 'first_seen_at'], unique=False)

