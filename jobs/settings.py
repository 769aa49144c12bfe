"""Settings of the schedule."""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class ScheduleSettings(BaseModel):
    """When `yixun run` crawls and sends. Times of day are those of Asia/Shanghai."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    crawl_minutes: int = Field(10, ge=1, le=1440, description="Minutes between two looks for sources that are due")
    digest_day: Weekday = Field("mon", description="Day on which the digests of the week before are built and sent: mon to sun")
    digest_time: time = Field(time(8), description="Time of that day in Asia/Shanghai, as 08:00:00")
    catch_up_days: int = Field(6, ge=0, le=60, description="A digest missed no longer ago than this is still built and sent")
    prune_day: Weekday = Field("sun", description="Day on which what the store need not keep is removed")
