"""Settings of digests and of the mail they go out by."""

from __future__ import annotations

import datetime as dt
from email.utils import parseaddr
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from store.errors import ConfigError

from .addresses import Address, Recipient, Sender

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class MailSettings(BaseModel):
    """How mail leaves. Without `host` nothing is sent: issues are written to `out` as files."""

    model_config = ConfigDict(extra="forbid")

    host: str | None = Field(None, description="Name of the SMTP server; empty: issues are written to files instead of sent")
    port: int | None = Field(None, ge=1, le=65535, description="Port; default 587 with starttls, 465 with ssl, 25 with none")
    security: Literal["starttls", "ssl", "none"] = Field("starttls", description="How the connection is secured: starttls, ssl or none")
    ca_file: Path | None = Field(None, description="Certificates to trust besides the system's (PEM), for a server with its own authority")
    username: str | None = Field(None, description="Login name; empty: no login")
    password: SecretStr | None = Field(None, description="Login password; only from the environment or a file, never from yixun.toml")
    password_file: Path | None = Field(None, description="File whose first line is the login password")
    sender: Sender = Field("Yixun <yixun@localhost>", description="From address, plain or as `Name <address>`")
    reply_to: Address | None = Field(None, description="Where answers of readers go; default the sender")
    unsubscribe_mailto: Address | None = Field(None, description="Address that takes unsubscriptions; default the sender's")
    unsubscribe_url: str | None = Field(None, pattern=r"^https://\S+$", description="Page where a reader unsubscribes (https)")
    timeout: float = Field(30, gt=0, le=600, description="Seconds to wait for the server")
    tries: int = Field(3, ge=1, le=10, description="Attempts a recipient, all of them before the text of the mail is handed over")
    retry_wait: float = Field(2, ge=0, le=300, description="Seconds before the second attempt; each further one waits twice as long")
    pause: float = Field(0, ge=0, le=600, description="Seconds between two recipients, for servers that limit the rate")
    out: Path = Field(Path("out"), description="Folder for issues written as files")

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.password is not None and self.password_file is not None:
            raise ValueError("password and password_file exclude each other")
        return self

    @property
    def effective_port(self) -> int:
        """The port given, or the usual one of the chosen security."""
        return self.port or {"starttls": 587, "ssl": 465, "none": 25}[self.security]

    @property
    def address(self) -> str:
        """The bare address of the sender."""
        return parseaddr(self.sender)[1]

    def read_password(self) -> str | None:
        """The login password from its setting or its file; None without login.

        Raises ConfigError where a login is wanted and there is no password: none is set, or its file is empty or cannot be read.
        Only mail needs it, so only who sends mail asks.
        """
        if not self.username:
            return None
        if self.password is not None:
            return self.password.get_secret_value()
        if self.password_file is None:
            raise ConfigError("is set without a password", subject="mail.username", hint="set YIXUN_MAIL__PASSWORD or mail.password_file")
        try:
            written = self.password_file.read_text(encoding="utf-8").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot be read: {error}", subject=f"mail.password_file {self.password_file}") from error
        if not written:
            raise ConfigError("is empty: expected the password in its first line", subject=f"mail.password_file {self.password_file}")
        return written


class DigestSettings(BaseModel):
    """What one digest shows, to whom."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field("Yixun 医讯", min_length=1, max_length=80, description="Name at the head of the mail and in its subject")
    language: Literal["en", "zh", "both"] = Field("en", description="Language of labels: en, zh or both; headlines stay as they are")
    recipients: list[Recipient] = Field(
        default_factory=list, description="Addresses, plain or as `Name <address>`; each gets a mail of its own"
    )
    day: Weekday = Field("mon", description="Day on which the issue of the week before is built and sent: mon to sun")
    time: dt.time = Field(dt.time(8), description="Time of that day in Asia/Shanghai, as 08:00:00")
    least_coverage: float = Field(
        0.8, ge=0, le=1, description="Least share of the sources that must be read after the week has ended, before an issue goes out"
    )
    wait_hours: float = Field(
        24, ge=0, le=168, description="Hours an issue waits for its coverage; then it goes out and says on its first line what is missing"
    )
    hold_hours: float = Field(
        0, ge=0, le=168, description="Hours an issue waits for `yixun digest approve` before the schedule sends it all the same; 0: no wait"
    )
    topics: list[str] | None = Field(None, description="Topic ids, in the order of the sections; default all, in the catalogue's order")
    stories_per_section: int = Field(10, ge=1, le=200, description="Stories shown a section; the rest stands in the archive page")
    rows_per_table: int = Field(20, ge=1, le=200, description="Rows shown in the funding and in the adoption table")
    least_confidence: float = Field(0.6, ge=0, le=1, description="Facts less sure than this stay in the store: not counted, in no table")
    archive_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="Web folder where the files of mail.out are published; empty: no links to it"
    )
