"""Settings of the store."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, SerializationInfo, field_serializer

# What `model_dump(context=…)` is given where the values go to a process of our own and not to a person.
REVEALED = {"secrets": "revealed"}


class StoreUrl(SecretStr):
    """The URL of a store. It may hold a password, so it is masked wherever it is shown; unlike other secrets it may stand in a file."""


class StoreSettings(BaseModel):
    """Where the store is and how long it keeps what."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: StoreUrl = Field(
        StoreUrl("sqlite:///data/yixun.db"),
        description="SQLAlchemy URL of the store: sqlite:///FILE or postgresql://USER@HOST/NAME",
    )
    lock_seconds: float = Field(30, ge=0, le=60, description="Seconds to wait while another process has locked the store")
    keep_turned_away_days: int = Field(
        365, ge=30, description="Days to remember entries that were turned away; a feed that still lists one is asked about it again"
    )
    keep_body_days: int | None = Field(
        None,
        ge=90,
        description="Days to keep the bodies of items that no issue and no fact refers to; titles and summaries stay. Empty: for good",
    )
    keep_fetch_days: int = Field(90, ge=14, description="Days to keep the record of single fetches, runs and requests a host")

    @field_serializer("url", when_used="json")
    def _masked_for_people(self, url: StoreUrl, info: SerializationInfo) -> str:
        return url.get_secret_value() if info.context == REVEALED else str(url)
