"""what another version judged is counted in an index"""

from typing import Any

from alembic import op

revision = "0016"
down_revision: str | None = "0015"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_index("ix_item_status_judged_with", "item", ["status", "judged_with", "text_removed_at"], unique=False)
