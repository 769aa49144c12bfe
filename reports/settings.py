"""Settings of digests and of the mail they go out by."""

from __future__ import annotations

import datetime as dt
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from store.errors import ConfigError, UsageError
from store.query_language import read_query

from .addresses import Address, Listen, Recipient, Sender
from .period import Kind
from .presets import Preset, with_preset

Language = Literal["en", "zh", "both"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
OTHER = "other"  # the section of what stands under no topic
SUBJECT_PLACES = ("title", "period", "span", "figures")


class MailSettings(BaseModel):
    """How mail leaves. Without `host` nothing is sent: issues are written to `out` as files."""

    model_config = ConfigDict(extra="forbid")

    preset: Preset | None = Field(
        None,
        description="Provider whose server, port, security and pace are taken where nothing else is set: "
        "qq, 163, exmail, aliyun, gmail, outlook, ses or relay (docs/delivery.md)",
    )
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
    dkim_key_file: Path | None = Field(
        None, description="Private key (PEM, RSA) that signs each mail with DKIM; empty: the server signs, or nobody"
    )
    dkim_selector: str = Field("yixun", pattern=r"^[A-Za-z0-9._-]+$", description="Selector of the DKIM record: SELECTOR._domainkey.DOMAIN")
    dkim_domain: str | None = Field(None, pattern=r"^[A-Za-z0-9.-]+$", description="Domain that DKIM signs for; default that of the sender")
    timeout: float = Field(30, gt=0, le=600, description="Seconds to wait for the server")
    tries: int = Field(3, ge=1, le=10, description="Attempts a recipient, all of them before the text of the mail is handed over")
    retry_wait: float = Field(2, ge=0, le=300, description="Seconds before the second attempt; each further one waits twice as long")
    per_minute: int | None = Field(None, ge=1, description="Mails a minute at most; empty: as many as the server takes")
    per_day: int | None = Field(
        None, ge=1, description="Mails in 24 hours at most; what is left goes out when there is room again; empty: no limit"
    )
    batch: int | None = Field(None, ge=1, description="Mails over one connection; then it is closed and a new one is opened; empty: all")
    batch_pause: float = Field(0, ge=0, le=3600, description="Seconds between two batches")
    out: Path = Field(Path("out"), description="Folder for issues written as files")

    @model_validator(mode="before")
    @classmethod
    def _fill_in_the_preset(cls, values: Any) -> Any:
        return with_preset(values) if isinstance(values, dict) else values

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


class MailboxSettings(BaseModel):
    """Where mails arrive that come back: those to `mail.unsubscribe_mailto`, and what servers send to the sender."""

    model_config = ConfigDict(extra="forbid")

    folder: Path | None = Field(None, description="Folder of .eml files that a mail server fills; read without changing it")
    host: str | None = Field(None, description="Name of the IMAP server; empty: no mailbox is read")
    port: int | None = Field(None, ge=1, le=65535, description="Port; default 993 with ssl, else 143")
    security: Literal["ssl", "starttls", "none"] = Field("ssl", description="How the connection is secured: ssl, starttls or none")
    ca_file: Path | None = Field(None, description="Certificates to trust besides the system's (PEM)")
    username: str | None = Field(None, description="Login name; default that of [mail]")
    password: SecretStr | None = Field(None, description="Login password; default that of [mail]")
    name: str = Field("INBOX", min_length=1, description="Mailbox that is read; nothing in it is changed")
    timeout: float = Field(30, gt=0, le=600, description="Seconds to wait for the server")

    @property
    def effective_port(self) -> int:
        """The port given, or the usual one of the chosen security."""
        return self.port or (993 if self.security == "ssl" else 143)


class ChannelSettings(BaseModel):
    """A chat or webhook, by the address that Apprise knows it under."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: SecretStr | None = Field(None, description="Apprise URL of Feishu, WeCom, DingTalk, Slack, Teams, Telegram, a webhook and others")
    language: Language | None = Field(None, description="Language of the message: en, zh or both; default that of the digest")
    stories: int = Field(8, ge=1, le=50, description="Headlines in the message of an issue at most")


class WatchSettings(BaseModel):
    """A search; each story that is new to the store and fits it is told once, as soon as it was grouped."""

    model_config = ConfigDict(extra="forbid")

    search: str = Field(min_length=1, description="What to look for, in the language of `yixun search`")
    recipients: list[Recipient] = Field(default_factory=list, description="Addresses that are mailed each new story")
    channels: list[str] = Field(default_factory=list, description="Names of channels that are told of each new story")


class ServeSettings(BaseModel):
    """Where readers' clicks end: `yixun serve` answers at `listen`, and a web server in front of it passes on what comes to `url`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Web address under which readers reach `yixun serve`; empty: mails have no such links",
    )
    listen: Listen = Field("127.0.0.1:8087", description="HOST:PORT that `yixun serve` listens on")
    doubts: bool = Field(False, description="Whether each line of a mail has a small link by which a reader says that it is wrong")
    confirm: bool = Field(False, description="Whether readers added to the store are asked by mail first (double opt-in)")

    def link(self, *parts: str) -> str | None:
        """The address of one of the pages; None where no `url` is set."""
        return "/".join((self.url.rstrip("/"), *parts)) if self.url else None


class DigestSettings(BaseModel):
    """What one digest shows, to whom, and when."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field("Yixun 医讯", min_length=1, max_length=80, description="Name at the head of the mail and in its subject")
    subject: str = Field(
        "{title} {period}: {figures}", min_length=1, max_length=200, description="Subject, with {title} {period} {span} {figures}"
    )
    language: Literal["en", "zh", "both"] = Field(
        "en", description="Language: en, zh or both; headlines stay as they are, a line in the language beside them"
    )
    recipients: list[Recipient] = Field(
        default_factory=list, description="Addresses, plain or as `Name <address>`; each gets a mail of its own"
    )
    channels: list[str] = Field(default_factory=list, description="Names of channels (`[channel.NAME]`) that are told of each issue, too")
    period: Kind = Field("week", description="What an issue covers: week, fortnight, month or day, in Asia/Shanghai")
    day: Weekday = Field("mon", description="Day on which the issue is built and sent, the first after its period: mon to sun")
    time: dt.time = Field(dt.time(8), description="Time of that day in `zone`, as 08:00:00")
    zone: str = Field("Asia/Shanghai", description="Time zone of `day` and `time`")
    least_coverage: float = Field(
        0.8, ge=0, le=1, description="Least share of the sources that must be read after the period has ended, before an issue goes out"
    )
    wait_hours: float = Field(
        24, ge=0, le=168, description="Hours an issue waits for its coverage; then it goes out and says on its first line what is missing"
    )
    hold_hours: float = Field(
        0, ge=0, le=168, description="Hours an issue waits for `yixun digest approve` before the schedule sends it all the same; 0: no wait"
    )
    when_empty: Literal["send", "skip"] = Field("send", description="What to do in a period without a story: send the issue, or skip it")
    topics: list[str] | None = Field(None, description="Topic ids: only stories under one of them; default all")
    search: str | None = Field(None, description="Only stories that this search finds, in the language of `yixun search`; default all")
    sections: list[str] | None = Field(
        None, description="Topic ids in the order of the sections, all else last; default `topics`, else the catalogue's order"
    )
    stories_per_section: int = Field(10, ge=1, le=200, description="Stories shown a section; the rest stands in the archive")
    section_lengths: dict[str, int] = Field(
        default_factory=dict, description="Stories shown of single sections, by topic id, as {funding = 20, other = 5}"
    )
    topic_weights: dict[str, float] = Field(
        default_factory=dict, description="How much topics matter in the order of stories, by topic id, as {deepseek = 2.0}; default 1"
    )
    rows_per_table: int = Field(20, ge=1, le=200, description="Rows shown of each table")
    least_confidence: float = Field(0.74, ge=0, le=1, description="Facts less sure than this stay in the store: not counted, in no table")
    archive_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="Where the folder `archive` of mail.out is published; empty: no links to it, no feeds"
    )

    @field_validator("subject")
    @classmethod
    def _known_places(cls, value: str) -> str:
        rest = value
        for name in SUBJECT_PLACES:
            rest = rest.replace(f"{{{name}}}", "")
        if "{" in rest or "}" in rest:
            raise ValueError(f"expected words and {' '.join(f'{{{name}}}' for name in SUBJECT_PLACES)}, got {value!r}")
        return value

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"expected a time zone such as Asia/Shanghai, got {value!r}") from error
        return value

    @field_validator("search")
    @classmethod
    def _readable_search(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                read_query(value)
            except UsageError as error:
                raise ValueError(str(error)) from error
        return value

    @field_validator("section_lengths", "topic_weights")
    @classmethod
    def _in_bounds(cls, value: dict[str, float]) -> dict[str, float]:
        wrong = next((number for number in value.values() if not 0 <= number <= 200), None)
        if wrong is not None:
            raise ValueError(f"expected numbers from 0 to 200, got {wrong}")
        return value

    @property
    def order_of_sections(self) -> list[str] | None:
        """The topics of the sections in their order, None for all."""
        return self.sections if self.sections is not None else self.topics

    @property
    def named_topics(self) -> dict[str, list[str]]:
        """The topics that each setting names."""
        named = {"topics": self.topics or [], "sections": self.sections or [], "section_lengths": list(self.section_lengths)}
        return named | {"topic_weights": list(self.topic_weights)}


def usual_digests() -> dict[str, DigestSettings]:
    """The digests of a configuration that names none."""
    return {
        "weekly": DigestSettings(),
        "deepseek": DigestSettings(title="Yixun DeepSeek", topics=["deepseek"]),
        "funding": DigestSettings(title="Yixun 融资", topics=["funding", "mergers"]),
    }
