"""what editors do to an issue before it is sent"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0008"
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
