"""Settings of the schedule, and of what an operator hears: health, alerts, log."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from reports.addresses import Address, Listen, place
from reports.settings import Weekday


class ScheduleSettings(BaseModel):
    """When `yixun run` crawls and tidies up; each digest has its own hour (`digest.NAME.day` and `time`), in Asia/Shanghai."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    crawl_minutes: int = Field(10, ge=1, le=1440, description="Minutes between two looks for sources that are due")
    workers: bool = Field(False, description="Leave crawling to `yixun worker` processes, on any number of machines (PostgreSQL only)")
    catch_up_days: int = Field(6, ge=0, le=60, description="A digest missed no longer ago than this is still built and sent")
    prune_day: Weekday = Field("sun", description="Day on which what the store need not keep is removed")


class BackupSettings(BaseModel):
    """The backups that the plan makes by itself, once a day, and how many of them are kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path | None = Field(None, description="Folder that gets a backup a day, best on another disk; empty: none is made")
    time: dt.time = Field(dt.time(3), description="Time of day in Asia/Shanghai, as 03:00:00")
    daily: int = Field(7, ge=1, le=366, description="Days of which the last backup is kept")
    weekly: int = Field(4, ge=0, le=520, description="Weeks of which the last backup is kept")
    monthly: int = Field(6, ge=0, le=120, description="Months of which the last backup is kept")


class HealthSettings(BaseModel):
    """Where the daemon answers questions about its health."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: Listen = Field(
        "127.0.0.1:8086",
        description="HOST:PORT of /healthz, /readyz and /metrics of the daemon; another port when that one is taken; empty: nowhere",
    )

    @property
    def place(self) -> tuple[str, int] | None:
        """Host and port; None where the daemon answers nowhere."""
        return place(self.listen)


class AlertSettings(BaseModel):
    """Who is told of trouble, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    to: list[Address] = Field(default_factory=list, description="Addresses that are mailed through [mail] when something needs a person")
    urls: list[SecretStr] = Field(
        default_factory=list, description="Apprise URLs that are told of the same, whatever the mail server does (chat, SMS, push, webhook)"
    )
    ping_url: SecretStr | None = Field(
        None,
        description="Dead man's switch by the protocol of Healthchecks: told of start, success and failure, and misses us when we are gone",
    )
    disk_megabytes: int = Field(500, ge=10, description="Less free space than this on the disk of the store or of the issues is trouble")
    backup_days: int = Field(
        8, ge=1, le=366, description="A last backup older than this is trouble; where none was ever made, doctor says so"
    )

    @field_validator("ping_url")
    @classmethod
    def _is_a_web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("expected an address that begins with https:// or http://")
        return value


class LogSettings(BaseModel):
    """What `yixun run` writes down of its work."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged: debug, info, warning, error"
    )
    file: Path | None = Field(None, description="File that gets the log as JSON lines besides standard error; may be rotated at any time")
