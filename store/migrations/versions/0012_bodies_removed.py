"""when the body of an item was removed for its age"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column("item", sa.Column("text_removed_at", sa.DateTime(timezone=True), nullable=True))
