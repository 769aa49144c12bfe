"""an index that answers by itself which items are the news of a period"""

from typing import Any

from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels: Any = None
depends_on: Any = None

_NAME = "ix_item_news_of_a_period"
_COLUMNS = ["published_at", "first_seen_at", "status", "relevant", "backlog", "story_id"]


def upgrade() -> None:
    op.drop_index("ix_item_published_at", table_name="item")
    op.create_index(_NAME, "item", _COLUMNS)

