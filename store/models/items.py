"""Tables about items and what is named in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from store.status import ItemStatus

from .base import json_value, long_text, moment, only, owned_by, word


class Item(SQLModel, table=True):
    """One piece of news from one source. Which entry is which item is told in `store.identity`."""

    __tablename__ = "item"
    # Counts by status, on topic and by day of first sight are read from the first index alone, which items are the news of a period
    # from the second, whose mentions count from the third and the last, what search ranks by from the last: the rows themselves are long.
    __table_args__ = (
        only("status", ItemStatus),
        Index("ix_item_status_relevant_first_seen_at", "status", "relevant", "first_seen_at"),
        Index("ix_item_news_of_a_period", "published_at", "first_seen_at", "status", "relevant", "backlog", "story_id"),
        Index("ix_item_status_relevant_published_at", "status", "relevant", "published_at", "first_seen_at"),
        Index("ix_item_source_id_first_seen_at", "source_id", "first_seen_at"),
        Index("ix_item_story_id_first_seen_at", "story_id", "first_seen_at"),
        Index("ix_item_status_judged_with", "status", "judged_with", "text_removed_at"),
        Index("ix_item_hit", "id", "status", "story_id", "published_at", "first_seen_at", "relevant"),
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    identity: str = Field(unique=True)
    guid_key: str | None = Field(default=None, index=True)  # what the source calls it, where that is stable
    link_key: str | None = Field(default=None, index=True)  # its address, scheme and fragment aside
    link: str | None = long_text(default=None)
    fetch_link: str | None = long_text(default=None)  # the address as the source gives it, where it differs from `link`
    found_at: str = long_text(default="")  # the address of the source that listed it; only there an edit counts
    guid: str | None = long_text(default=None)
    title: str = long_text()
    entry_title: str = long_text(default="")  # as listed; `title` is the page's own where the listed one is cut or a mere path
    summary: str = long_text(default="")
    text: str = long_text(default="")
    content_hash: str = ""  # of the summary and text as listed
    language: str = "other"
    authors: list[str] = json_value(list)
    editors: list[str] = json_value(list)
    outlet: str | None = long_text(default=None)
    media_type: str = "text/html"
    published_at: datetime | None = moment(nullable=True)
    published_precision: str | None = None  # second, minute, day
    date_trust: str = "none"
    first_seen_at: datetime = moment(index=True)
    changed_at: datetime = moment()
    fetched_at: datetime | None = moment(nullable=True)
    backlog: bool = False
    status: ItemStatus = word(ItemStatus, default=ItemStatus.kept)
    status_reason: str = long_text(default="")
    tries: int = 0  # how often reading the article failed
    broke: str | None = None  # the version of our code that broke on it and gave it up; another version tries again
    method: str = ""
    quality: float = 0.0
    relevant: bool = False
    score: float = 0.0
    reasons: list[dict[str, Any]] = json_value(list)
    judged_with: str = ""  # version of the rules
    story_id: int | None = owned_by("story.id", nullable=True, cascade=False, index=False)
    relation: str | None = None  # first, reprint, rewrite, translation, same_event, follow_up
    text_removed_at: datetime | None = moment(nullable=True)  # when the body was removed for its age (`store.prune`)


class ItemVersion(SQLModel, table=True):
    """What an item said before it was edited."""

    __tablename__ = "item_version"

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id")
    title: str = long_text()
    link: str | None = long_text(default=None)
    summary: str = long_text(default="")
    text: str = long_text(default="")
    replaced_at: datetime = moment()


class ItemTopic(SQLModel, table=True):
    """A topic an item belongs to, with what matched."""

    __tablename__ = "item_topic"
    __table_args__ = (UniqueConstraint("item_id", "topic_id"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id", index=False)  # found by the constraint's index
    topic_id: str = Field(index=True)
    score: float = 0.0
    matched: list[str] = json_value(list)


class Mention(SQLModel, table=True):
    """An organisation or model named in an item; one row a name and item."""

    __tablename__ = "mention"
    # Who is named how often, alone and together, is read from this index alone.
    __table_args__ = (Index(None, "item_id", "target", "all_times", "target_id", "as_written", "kind", "times"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id", index=False)
    target: str  # organisation, model
    target_id: str | None = Field(default=None, index=True)  # NULL for a name outside the catalogue
    as_written: str = Field(index=True)
    kind: str
    found_by: str
    start: int
    end: int
    times: int = 1
    # Where an item gives one organisation several names: how often all of them, in the first one's row, and 0 in the others'.
    all_times: int | None = None


class Organisation(SQLModel, table=True):
    """An organisation of the catalogue, synced from the knowledge files."""

    __tablename__ = "organisation"

    id: str = Field(primary_key=True)
    kind: str
    name_zh: str | None = long_text(default=None)
    name_en: str | None = long_text(default=None)
    ticker: str | None = None
    province: str | None = None  # id, as in store/places.yaml
    city: str | None = None  # in Chinese
    aliases: list[str] = json_value(list)


class PlacedName(SQLModel, table=True):
    """Where an organisation outside the catalogue is, by its name as written (`store.placed`); a name without a place has no row."""

    __tablename__ = "placed_name"

    name: str = Field(primary_key=True, sa_type=Text)
    province: str
    city: str | None = None


class AiModel(SQLModel, table=True):
    """An AI model of the catalogue, synced from the knowledge files."""

    __tablename__ = "model"

    id: str = Field(primary_key=True)
    family: str = Field(index=True)
    name: str = long_text()
    aliases: list[str] = json_value(list)


class Topic(SQLModel, table=True):
    """A topic of the catalogue, in the order of digest sections."""

    __tablename__ = "topic"

    id: str = Field(primary_key=True)
    position: int
    name_en: str = long_text()
    name_zh: str = long_text()


class CatalogueDigest(SQLModel, table=True):
    """What the rows of one table of the catalogue were made from, so that the same is not compared row by row at each crawl."""

    __tablename__ = "catalogue_digest"

    name: str = Field(primary_key=True)
    digest: str
