"""indexes that a million items need, and a search index without what it indexed"""

from typing import Any

from alembic import op

revision = "0014"
down_revision: str | None = "0008"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    # What is derived is made anew after a migration, and filled where it lacks items.
    op.execute("DROP TABLE IF EXISTS item_search")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS item_search_forget")
    op.drop_index("ix_item_source_id", table_name="item")
    op.create_index("ix_item_source_id_first_seen_at", "item", ["source_id", "first_seen_at"])
    op.create_index("ix_item_status_relevant_published_at", "item", ["status", "relevant", "published_at"])
    op.create_index("ix_item_hit", "item", ["id", "status", "story_id", "published_at", "first_seen_at"])
