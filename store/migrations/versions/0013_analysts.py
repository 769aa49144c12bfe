"""places of names, the past of facts, indexes that counts are read from"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"
branch_labels: Any = None
depends_on: Any = None

TABLES = ("funding", "adoption", "approval", "partnership", "policy", "launch", "results", "figure")


def upgrade() -> None:
    op.add_column("organisation", sa.Column("city", sa.String(), nullable=True))
    op.create_table(
        "placed_name",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("province", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_placed_name")),
    )
    op.create_table(
        "fact_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("fact_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_with", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_fact_history_item_id_item"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_history")),
    )
    for column in ("item_id", "fact_id", "changed_at"):
        op.create_index(op.f(f"ix_fact_history_{column}"), "fact_history", [column])
    for name in TABLES:
        kind = "f.type" if name == "funding" else f"'{name}'"
        op.execute(
            "INSERT INTO fact_history (item_id, fact_id, type, change, changed_at, judged_with)"
            f" SELECT f.item_id, '{name}:' || f.id, {kind}, 'gained', f.recorded_at, i.judged_with"
            f" FROM fact_{name} AS f JOIN item AS i ON i.id = f.item_id"
        )
    op.create_index(op.f("ix_fact_investor_name"), "fact_investor", ["name"])
    op.drop_index("ix_item_source_id", table_name="item")
    op.drop_index("ix_fetch_source_id", table_name="fetch")
    op.create_index("ix_fetch_source_id_started_at_status", "fetch", ["source_id", "started_at", "status"])
