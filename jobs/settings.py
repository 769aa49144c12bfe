"""Settings of the schedule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from reports.settings import Weekday


class ScheduleSettings(BaseModel):
    """When `yixun run` crawls and tidies up; each digest has its own hour (`digest.NAME.day` and `time`), in Asia/Shanghai."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    crawl_minutes: int = Field(10, ge=1, le=1440, description="Minutes between two looks for sources that are due")
    catch_up_days: int = Field(6, ge=0, le=60, description="A digest missed no longer ago than this is still built and sent")
    prune_day: Weekday = Field("sun", description="Day on which what the store need not keep is removed")
