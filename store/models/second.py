"""Receipts of the second reader."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from store.status import ReadingOutcome

from .base import json_value, long_text, moment, only, word


class SecondReading(SQLModel, table=True):
    """One request to the second reader: what for, what it cost, what it answered, what became of that. Never a key, never a text sent."""

    __tablename__ = "second_reading"
    __table_args__ = (only("outcome", ReadingOutcome),)

    id: int | None = Field(default=None, primary_key=True)
    task: str  # fact, headline, opening
    subject: str = Field(index=True)  # a fact's id, or a hash of what was asked about
    key: str = Field(index=True)  # hash of the model and of all that was sent: the same is not asked twice
    model: str = long_text()
    asked_at: datetime = moment(index=True)
    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0  # by the prices of the settings
    outcome: ReadingOutcome = word(ReadingOutcome)
    answer: dict[str, Any] = json_value(dict)  # of a used answer what was taken from it
    note: str = long_text(default="")  # why it was dropped, or what failed
