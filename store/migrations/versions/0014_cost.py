"""indexes that a million items need, a search index without what it indexed, and smaller profiles"""

import base64
import json
import zlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"
branch_labels: Any = None
depends_on: Any = None

_PROFILES = sa.table("item_profile", sa.column("item_id", sa.Integer), sa.column("written", sa.Text), sa.column("packed", sa.LargeBinary))
_CHUNK = 1000


def upgrade() -> None:
    # What is derived is made anew after a migration, and filled where it lacks items.
    op.execute("DROP TABLE IF EXISTS item_search")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS item_search_forget")
    op.drop_index("ix_item_story_id", table_name="item")
    op.create_index("ix_item_story_id_first_seen_at", "item", ["story_id", "first_seen_at"])
    op.create_index("ix_item_source_id_first_seen_at", "item", ["source_id", "first_seen_at"])
    op.create_index("ix_item_status_relevant_published_at", "item", ["status", "relevant", "published_at"])
    op.create_index("ix_item_hit", "item", ["id", "status", "story_id", "published_at", "first_seen_at"])
    # The first columns of other indexes, or asked for by nobody.
    for table, column in (("item", "relevant"), ("item", "changed_at"), ("item_topic", "item_id")):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.execute("CREATE TABLE item_key_kept AS SELECT DISTINCT key >> 16 AS key, item_id FROM item_key")
    op.drop_table("item_key")
    op.create_table(
        "item_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "item_id", name=op.f("pk_item_key")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO item_key (key, item_id) SELECT key, item_id FROM item_key_kept ORDER BY key, item_id")
    op.drop_table("item_key_kept")
    with op.batch_alter_table("item_profile") as batch:
        batch.add_column(sa.Column("packed", sa.LargeBinary(), nullable=True))
    _pack()
    with op.batch_alter_table("item_profile") as batch:
        batch.alter_column("packed", nullable=False)
        batch.drop_column("written")
    op.create_table(
        "host_turn",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_turn")),
    )


def _pack() -> None:
    bind, last = op.get_bind(), -1
    asked = sa.select(_PROFILES.c.item_id, _PROFILES.c.written).order_by(_PROFILES.c.item_id).limit(_CHUNK)
    change = sa.update(_PROFILES).where(_PROFILES.c.item_id == sa.bindparam("of")).values(packed=sa.bindparam("now"))
    while rows := bind.execute(asked.where(_PROFILES.c.item_id > last)).all():
        bind.execute(change, [{"of": item_id, "now": _packed(written)} for item_id, written in rows])
        last = rows[-1][0]


def _packed(written: str) -> bytes:
    row = json.loads(written)
    hashes = base64.b64decode(row.pop("hashes"))
    row |= {name: " ".join(row[name]) for name in ("title", "head")}
    rest = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
    return (len(hashes) // 4).to_bytes(2, "big") + hashes + zlib.compress(rest, 1)
