"""drop columns that nobody reads"""

from typing import Any

from alembic import op

revision = '0003'
down_revision: str | None = '0002'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_text_hash'))
        batch_op.drop_column('text_hash')
    for table, column in (('fetch', 'articles_failed'), ('delivery', 'channel'), ('source_state', 'first_crawl_done'), ('model', 'maker_id')):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
