"""Settings of the store."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class StoreSettings(BaseModel):
    """Where the store is and how long it keeps what."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        "sqlite:///data/yixun.db",
        description="SQLAlchemy URL of the store: sqlite:///FILE or postgresql://USER@HOST/NAME",
    )
    keep_turned_away_days: int = Field(
        365, ge=30, description="Days to remember entries that were turned away; a feed that still lists one is asked about it again"
    )
    keep_fetch_days: int = Field(90, ge=14, description="Days to keep the record of single fetches, runs and requests a host")
