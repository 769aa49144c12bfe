"""what editors do to an issue before it is sent, and receipts of the second reader"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision: str | None = "0010"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table(
        "issue_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('presented', 'approved', 'held', 'dropped', 'restored', 'noted')", name=op.f("ck_issue_edit_kind")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["digest_issue.id"], name=op.f("fk_issue_edit_issue_id_digest_issue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_edit")),
    )
    with op.batch_alter_table("issue_edit") as batch:
        batch.create_index(batch.f("ix_issue_edit_issue_id"), ["issue_id"], unique=False)
    op.create_table(
        "second_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("tokens_in", sa.Integer(), nullable=False),
        sa.Column("tokens_out", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('used', 'dropped', 'failed')", name=op.f("ck_second_reading_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_reading")),
    )
    with op.batch_alter_table("second_reading") as batch:
        for column in ("subject", "key", "asked_at"):
            batch.create_index(batch.f(f"ix_second_reading_{column}"), [column], unique=False)
