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
