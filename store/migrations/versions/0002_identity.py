"""know items by guid and address, keep what was edited"""

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision: str | None = '0001'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table('item_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('link', sa.Text(), nullable=True),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_version_item_id_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_version'))
    )
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_version_item_id'), ['item_id'], unique=False)
    op.execute(
        "INSERT INTO item_version (item_id, title, summary, text, replaced_at) SELECT item_id, title, '', '', replaced_at FROM item_title"
    )
    with op.batch_alter_table('item_title', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_title_item_id'))
    op.drop_table('item_title')

    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('guid_key', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('link_key', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('content_hash', sa.String(), server_default='', nullable=False))
        batch_op.create_index(batch_op.f('ix_item_guid_key'), ['guid_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_link_key'), ['link_key'], unique=False)
    _fill_keys(op.get_bind())


def _fill_keys(connection: sa.Connection) -> None:
    item = sa.table('item', sa.column('id'), sa.column('source_id'), sa.column('guid'), sa.column('link'), sa.column('guid_key'), sa.column('link_key'))
    rows = connection.execute(sa.select(item.c.id, item.c.source_id, item.c.guid, item.c.link)).all()
    change = sa.update(item).where(item.c.id == sa.bindparam('row_id')).values(guid_key=sa.bindparam('guid_key'), link_key=sa.bindparam('link_key'))
    values = [{'row_id': row.id, 'guid_key': _guid_key(row.source_id, row.guid), 'link_key': _link_key(row.link)} for row in rows]
    if values:
        connection.execute(change, values)


def _guid_key(source_id: str, guid: str | None) -> str | None:
    return f"guid:{source_id}:{_bounded(re.sub('^https?://', '', guid), 450)}" if guid else None


def _link_key(link: str | None) -> str | None:
    parts = urlsplit(link or '')
    return _bounded((link or '').partition('://')[2], 900) if parts.path.strip('/') or parts.query else None


def _bounded(text: str, longest: int) -> str:
    return text if len(text) <= longest else hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()
