"""words for how things stand are checked; what broke our code is noted; the catalogue keeps its digest"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: Any = None
depends_on: Any = None

_WORDS = {
    ("delivery", "state"): ("queued", "sending", "sent", "failed", "unknown"),
    ("fetch", "status"): ("ok", "unchanged", "empty", "failed", "refused"),
    ("item", "status"): ("kept", "turned_away", "pending", "unread"),
    ("ledger", "status"): ("waiting", "running", "done", "partly", "failed", "missed"),
    ("run", "status"): ("running", "done", "partly", "failed", "killed"),
    ("source_state", "status"): ("new", "ok", "quiet", "stale", "failing", "blocked", "challenge", "changed", "disabled"),
}


def upgrade() -> None:
    for (table, column), words in _WORDS.items():
        listed = ", ".join(f"'{word}'" for word in words)
        with op.batch_alter_table(table) as batch:
            batch.create_check_constraint(op.f(f"ck_{table}_{column}"), f"{column} IN ({listed})")
            if table == "item":
                batch.add_column(sa.Column("broke", sa.String(), nullable=True))
    op.create_table(
        "catalogue_digest",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_catalogue_digest")),
    )
