"""Runs the migrations on the connection that `store.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import store.models
from store.database import Money, UtcDateTime, Word
from store.schema import belongs_to_models

assert store.models.Item.metadata is SQLModel.metadata


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy ones, so that a migration never depends on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Money):
        return "sa.Numeric(22, 2)"
    if kind == "type" and isinstance(item, AutoString | Word):
        return "sa.String()"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=render_item,
    include_object=belongs_to_models,
    compare_type=True,
    transactional_ddl=False,  # store.migrate holds one transaction around all steps, on both databases
)
context.run_migrations()
