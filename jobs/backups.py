"""Backups of the store with its configuration: into one file, or into a folder that keeps some of each day, week and month."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from store.backup import Contents, write_backup
from store.clock import SHANGHAI
from store.database import Engine
from store.errors import StoreError

from .config import Settings, find_config
from .settings import BackupSettings

_NAME = re.compile(r"yixun-(\d{8}T\d{6}Z)\.zip")
_STAMP = "%Y%m%dT%H%M%SZ"


def back_up(engine: Engine, settings: Settings, config: Path | None, file: Path) -> Contents:
    """Write the store, the configuration file and the files of sources to `file`. Raises StoreError."""
    paths = [path for path in (config or find_config(), *settings.crawl.sources) if path is not None]
    # Two files of one name in different folders are told apart by their place in the list.
    names = [path.name for path in paths]
    files = {path.name if names.count(path.name) == 1 else f"{place}-{path.name}": path for place, path in enumerate(paths)}
    return write_backup(engine, file, files=files)


def rotate(engine: Engine, settings: Settings, config: Path | None, *, now: datetime) -> tuple[Path, Contents, list[Path]]:
    """Write the next backup into `backup.folder`, then remove those that need not be kept; returns both.

    Raises StoreError when none can be written; nothing is removed then.
    """
    folder = settings.backup.folder
    if folder is None:
        raise StoreError("names no folder", subject="backup.folder", hint="set it, or name a file: `yixun db backup FILE`")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"cannot be made: {error.strerror}", subject=str(folder)) from error
    file = folder / f"yixun-{now.astimezone(UTC):{_STAMP}}.zip"
    contents = back_up(engine, settings, config, file)
    there = {path: moment for path in folder.iterdir() if (moment := _made_at(path.name)) is not None}
    kept = keep(there.values(), settings.backup)
    removed = [path for path, moment in sorted(there.items()) if moment not in kept]
    for path in removed:
        path.unlink(missing_ok=True)
    return file, contents, removed


def _made_at(name: str) -> datetime | None:
    """When a backup was made, by the name that `rotate` gave it; None for any other file."""
    match = _NAME.fullmatch(name)
    return datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC) if match else None


def keep(moments: Iterable[datetime], settings: BackupSettings) -> set[datetime]:
    """Which of the backups made at these moments (aware) are kept: the last of each of the last days, weeks and months that have one."""
    newest_first = sorted(moments, reverse=True)
    kept = set(newest_first[:1])
    periods: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (settings.daily, lambda moment: moment.date()),
        (settings.weekly, lambda moment: moment.isocalendar()[:2]),
        (settings.monthly, lambda moment: (moment.year, moment.month)),
    )
    for count, period in periods:
        last: dict[object, datetime] = {}
        for moment in newest_first:
            last.setdefault(period(moment.astimezone(SHANGHAI)), moment)
        kept.update(list(last.values())[:count])
    return kept
