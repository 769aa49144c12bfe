"""Log lines of `yixun run`: ours, the scheduler's and the libraries' alike, on standard error and in a file."""

from __future__ import annotations

import logging
import re
import sys
from contextlib import suppress
from logging.handlers import WatchedFileHandler
from typing import Any

import structlog

from store.database import store_url
from store.errors import ConfigError

from .config import Settings

# A mail address, but for what stands before the @ in the address of a database or a web page.
_ADDRESS = re.compile(r"(?<![\w.+/:*-])([^\W_])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)")
# A library may write an address into its lines, and with it a token.
_QUIET = {
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
}


def log_to(settings: Settings, *, least: int = logging.DEBUG) -> None:
    """Log for a person on a terminal, as JSON lines elsewhere and in `log.file`. Times are UTC; no secret of `settings` is written.

    Below `least` nothing goes to standard error, whatever `log.level` says. Raises ConfigError where the file cannot be written.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    as_lines = structlog.processors.JSONRenderer(ensure_ascii=False)
    for_people = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else as_lines
    sinks: list[tuple[logging.Handler, structlog.typing.Processor]] = [(logging.StreamHandler(sys.stderr), for_people)]
    if settings.log.file is not None:
        sinks.append((_file(settings), as_lines))
    sinks[0][0].setLevel(least)
    for sink, renderer in sinks:
        sink.setFormatter(_Formatter(renderer, shared, _secrets(settings)))
    root = logging.getLogger()
    for old in root.handlers:
        if isinstance(old, WatchedFileHandler):
            old.close()
    root.handlers = [sink for sink, _ in sinks]
    root.setLevel(settings.log.level.upper())
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def _file(settings: Settings) -> WatchedFileHandler:
    assert settings.log.file is not None
    try:
        settings.log.file.parent.mkdir(parents=True, exist_ok=True)
        return WatchedFileHandler(settings.log.file, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{settings.log.file} cannot be written: {error.strerror}", subject="log.file") from error


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """One line a record, with the secrets of the settings and the names of mail addresses blotted out, whoever wrote them."""

    def __init__(self, renderer: structlog.typing.Processor, shared: list[structlog.typing.Processor], secrets: list[str]) -> None:
        super().__init__(foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer])
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return _ADDRESS.sub(r"\1***@\2", line)


def _secrets(settings: Settings) -> list[str]:
    """What must never be written: passwords, and addresses that are secrets, the longest first."""
    found: list[Any] = [settings.mail.password, settings.alerts.ping_url, *settings.alerts.urls]
    found += [settings.mailbox.password, *(channel.url for channel in settings.channel.values())]
    values = [one.get_secret_value() for one in found if one is not None]
    values.append(str(store_url(settings.store).password or ""))
    with suppress(ConfigError):
        values.append(settings.mail.read_password() or "")
    return sorted((value for value in values if value), key=len, reverse=True)
