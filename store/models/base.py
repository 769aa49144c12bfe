"""Column shorthands shared by all tables."""

from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Integer, Numeric, Text
from sqlmodel import Field

from store.database import UtcDateTime


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """An aware UTC time column."""
    return Field(default=None if nullable else ..., sa_column=Column(UtcDateTime(), nullable=nullable, index=index))


def long_text(*, default: str | None = ...) -> Any:  # type: ignore[assignment]
    """A text column without length limit; nullable when `default` is None."""
    return Field(default=default, sa_column=Column(Text(), nullable=default is None))


def json_value(factory: Any) -> Any:
    """A JSON column holding a list or an object, never NULL."""
    return Field(default_factory=factory, sa_column=Column(JSON(), nullable=False))


def money() -> Any:
    """A sum of money: exact to 1/100 and up to 10^20, NULL when unknown."""
    return Field(default=None, sa_column=Column(Numeric(22, 2), nullable=True))


def owned_by(target: str, *, nullable: bool = False, cascade: bool = True, index: bool = True) -> Any:
    """A foreign key to `table.column`; rows go with their owner when `cascade`, else the key is set to NULL."""
    rule = "CASCADE" if cascade else "SET NULL"
    return Field(
        default=None if nullable else ...,
        sa_column=Column(Integer(), ForeignKey(target, ondelete=rule), nullable=nullable, index=index),
    )
