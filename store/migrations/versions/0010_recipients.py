"""recipients, mail that came back, doubts, watches"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision: str | None = '0009'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table('mailbox_place',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('validity', sa.String(), nullable=False),
    sa.Column('last_uid', sa.Integer(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_mailbox_place'))
    )
    op.create_table('recipient',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('written', sa.Text(), nullable=False),
    sa.Column('language', sa.String(), nullable=True),
    sa.Column('kept_here', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('left_by', sa.String(), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'active', 'unsubscribed')", name=op.f('ck_recipient_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipient')),
    sa.UniqueConstraint('digest', 'address', name=op.f('uq_recipient_digest_address'))
    )
    with op.batch_alter_table('recipient', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recipient_address'), ['address'], unique=False)

    op.create_table('returned_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=True),
    sa.Column('digest', sa.String(), nullable=True),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('hard', 'soft', 'unsubscribe', 'complaint', 'other')", name=op.f('ck_returned_mail_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_returned_mail')),
    sa.UniqueConstraint('key', name=op.f('uq_returned_mail_key'))
    )
    op.create_table('signing_key',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_signing_key'))
    )
    op.create_table('watched',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('search', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_watched'))
    )
    op.create_table('watch_delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('watch', sa.String(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'refused', 'rejected', 'unknown')", name=op.f('ck_watch_delivery_state')),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_watch_delivery_story_id_story'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_delivery')),
    sa.UniqueConstraint('watch', 'story_id', 'recipient', name=op.f('uq_watch_delivery_watch_story_id_recipient'))
    )
    with op.batch_alter_table('watch_delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_watch_delivery_message_id'), ['message_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_watch_delivery_recipient'), ['recipient'], unique=False)
        batch_op.create_index(batch_op.f('ix_watch_delivery_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_watch_delivery_story_id'), ['story_id'], unique=False)

    op.create_table('doubt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('about', sa.String(), nullable=False),
    sa.Column('issue_id', sa.Integer(), nullable=False),
    sa.Column('recipient_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['issue_id'], ['digest_issue.id'], name=op.f('fk_doubt_issue_id_digest_issue'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_doubt_item_id_item'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recipient_id'], ['recipient.id'], name=op.f('fk_doubt_recipient_id_recipient'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_doubt')),
    sa.UniqueConstraint('item_id', 'about', 'issue_id', 'recipient_id', name=op.f('uq_doubt_item_id_about_issue_id_recipient_id'))
    )
    with op.batch_alter_table('doubt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_doubt_issue_id'), ['issue_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_doubt_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_doubt_recipient_id'), ['recipient_id'], unique=False)

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_message_id'), ['message_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_delivery_recipient'), ['recipient'], unique=False)
