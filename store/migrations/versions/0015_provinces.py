"""the province of organisations"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0014"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("province", sa.String(), nullable=True))
