"""Column shorthands shared by all tables. None of them makes a Column, so that mixins can lend them to many tables."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from store.database import Money, UtcDateTime, Word

# Constraints need names that both databases agree on, or a later migration cannot drop them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
JSON_VALUE: Any = JSON().with_variant(JSONB(), "postgresql")


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """An aware UTC time column."""
    return Field(default=None if nullable else ..., sa_type=UtcDateTime, nullable=nullable, index=index)


def long_text(*, default: str | None = ..., index: bool = False) -> Any:  # type: ignore[assignment]
    """A text column without length limit; nullable when `default` is None."""
    return Field(default=default, sa_type=Text, nullable=default is None, index=index)


def json_value(factory: Any) -> Any:
    """A JSON column holding a list or an object, never NULL."""
    return Field(default_factory=factory, sa_type=JSON_VALUE, nullable=False)


def money() -> Any:
    """A sum of money: exact to 1/100 and up to 10^20, NULL when unknown."""
    return Field(default=None, sa_type=Money, nullable=True)


def owned_by(target: str, *, nullable: bool = False, cascade: bool = True, index: bool = True) -> Any:
    """A foreign key to `table.column`; rows go with their owner when `cascade`, else the key is set to NULL."""
    return Field(
        default=None if nullable else ...,
        foreign_key=target,
        ondelete="CASCADE" if cascade else "SET NULL",
        nullable=nullable,
        index=index,
    )


def word(kind: type[StrEnum], *, default: StrEnum | None = None, index: bool = False) -> Any:
    """A column for one word of an enumeration; `only` in the table's arguments has the database check it."""
    return Field(default=... if default is None else default, sa_type=Word(kind), nullable=False, index=index)


def only(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """The constraint that lets nothing but the words of `kind` into `column`."""
    words = ", ".join(f"'{one.value}'" for one in kind)
    return CheckConstraint(f"{column} IN ({words})", name=column)
