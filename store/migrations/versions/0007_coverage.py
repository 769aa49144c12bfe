"""coverage of issues, sources that are no longer listed, and more words for deliveries and slots"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: Any = None
depends_on: Any = None

_WORDS = {
    ("delivery", "state"): ("queued", "sending", "sent", "failed", "refused", "rejected", "unknown"),
    ("ledger", "status"): ("waiting", "running", "done", "partly", "failed", "missed", "skipped"),
}


def upgrade() -> None:
    for (table, column), words in _WORDS.items():
        listed = ", ".join(f"'{word}'" for word in words)
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_{column}"), f"{column} IN ({listed})")
    with op.batch_alter_table("source") as batch:
        batch.add_column(sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.true()))
    # Nobody measured what the issues of before had covered.
    with op.batch_alter_table("digest_issue") as batch:
        batch.add_column(sa.Column("coverage", sa.Float(), nullable=False, server_default="0"))
    for table, column in (("source", "listed"), ("digest_issue", "coverage")):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, server_default=None)
