"""who is named how often is read from indexes, and what PostgreSQL searches takes less room"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0016"
branch_labels: Any = None
depends_on: Any = None

_SAME = "other.item_id = mention.item_id AND other.target = mention.target AND other.target_id = mention.target_id"
# What an item names an organisation by beyond its first name does not count by itself.
_SUM = f"""
    UPDATE mention SET all_times = CASE
        WHEN id = (SELECT MIN(other.id) FROM mention AS other WHERE {_SAME}) THEN (SELECT SUM(other.times) FROM mention AS other WHERE {_SAME})
        ELSE 0
    END
    WHERE target = 'organisation' AND EXISTS (SELECT 1 FROM mention AS other WHERE {_SAME} AND other.id <> mention.id)
"""
_INDEXES = {
    "ix_mention_item_id": ("mention", ["item_id", "target", "all_times", "target_id", "as_written", "kind", "times"]),
    "ix_item_status_relevant_published_at": ("item", ["status", "relevant", "published_at", "first_seen_at"]),
    "ix_item_hit": ("item", ["id", "status", "story_id", "published_at", "first_seen_at", "relevant"]),
}


def upgrade() -> None:
    op.add_column("mention", sa.Column("all_times", sa.Integer(), nullable=True))
    for name, (table, columns) in _INDEXES.items():
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)
    op.execute(_SUM)
    if op.get_bind().dialect.name == "postgresql":
        # Made anew after a migration, and filled where it lacks items.
        op.execute("DROP TABLE IF EXISTS item_search")
