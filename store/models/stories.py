"""Tables about stories: what items tell one event, how that was found, and what they say of it together."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from .base import json_value, long_text, moment, owned_by


class Story(SQLModel, table=True):
    """One event, told by one or more items. A story that went into another keeps its row and says which."""

    __tablename__ = "story"

    id: int | None = Field(default=None, primary_key=True)
    title: str = long_text()  # of the lead item
    lead_item_id: int | None = Field(default=None)  # the first of an official source, else the first
    first_seen_at: datetime = moment(index=True)
    last_seen_at: datetime | None = moment(nullable=True, index=True)
    published_at: datetime | None = moment(nullable=True, index=True)
    changed_at: datetime = moment()
    items: int = 1
    sources: int = 1  # independent ones: reprints and outlets of one house count once
    languages: list[str] = json_value(list)
    topics: list[str] = json_value(list)
    follows_id: int | None = Field(default=None, index=True)  # the story that this one is a next step of
    merged_into: int | None = Field(default=None, index=True)


class ItemProfile(SQLModel, table=True):
    """What grouping keeps of an item, so that it need not read its text again."""

    __tablename__ = "item_profile"

    item_id: int = Field(primary_key=True, foreign_key="item.id", ondelete="CASCADE")
    made_with: int  # version of the profiles
    packed: bytes
    follows_item_id: int | None = Field(default=None)
    pinned: bool = False  # a person said which story it belongs to


class ItemKey(SQLModel, table=True):
    """By what an item's relatives are found: one row a key and item.

    Nothing is looked up by item, and an index for that would take as much room again: keys of an item that was edited or is gone stay
    until pruning, for they decide nothing.
    """

    __tablename__ = "item_key"
    __table_args__ = {"sqlite_with_rowid": False}

    key: int = Field(primary_key=True, sa_type=BigInteger)
    item_id: int = Field(primary_key=True)


class StoryChange(SQLModel, table=True):
    """A merger or a parting of stories, so that it can be read and undone."""

    __tablename__ = "story_change"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment()
    what: str  # merge, split
    by: str  # rule, person
    story_id: int = Field(index=True)  # what stayed
    other_id: int = Field(index=True)  # what went into it, or what went out of it
    item_ids: list[int] = json_value(list)  # the items that changed their story
    reason: str = long_text(default="")
    undone: bool = False


class StoryFact(SQLModel, table=True):
    """One event that a story's items state, once: the fact that tells it best, and who else states it."""

    __tablename__ = "story_fact"

    id: int | None = Field(default=None, primary_key=True)
    story_id: int = owned_by("story.id")
    fact_id: str = Field(index=True)  # as in v1_facts
    type: str = Field(index=True)
    proofs: list[str] = json_value(list)  # fact ids, the best first
    sources: int = 1  # independent ones
    first_source_id: str
    first_reported_at: datetime = moment()
    official_at: datetime | None = moment(nullable=True)  # the first report by an official source
    announced_on: date | None = None
    differences: list[dict[str, Any]] = json_value(list)  # [{field, value, fact_id}] that other proofs say otherwise
