"""`yixun analyse`: what the judge makes of texts, one JSON line each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.clock import SHANGHAI

from .common import EXIT_PARTLY, ConfigFile, out_json, read_jsonl, say, settings_of

if TYPE_CHECKING:
    from crawler.judge.document import Document
    from crawler.judge.facts import Judgement, Mention

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
LANGUAGES = ("zh", "zh-Hant", "en", "other")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("analyse")(analyse)


def analyse(
    file: Annotated[
        str, typer.Argument(help="JSON lines with id, title, text and, where known, url, published, language; - reads standard input.")
    ],
    config: ConfigFile = None,
) -> None:
    """Judge texts: relevance with reasons, topics, organisations, models, amounts and events. Needs no store.

    Prints one JSON line for each text. A line that cannot be read is named on standard error, the rest goes on, and the
    exit status is 3.
    """
    from crawler.judge.judging import Judge
    from crawler.judge.knowledge import load_knowledge

    judge = Judge(load_knowledge(settings_of(config).knowledge))
    broken = False
    for where, row in read_jsonl(file):
        document = None if row is None else read_document(row, f"{file}:{where}")
        if document is None:
            broken = True
        else:
            out_json(as_row(judge.judge(document, deep=True)))
    if broken:
        raise typer.Exit(EXIT_PARTLY)


def read_document(row: dict[str, Any], where: str) -> Document | None:
    """The document of one row; None, and the fault said on standard error, where the row does not hold one."""
    from crawler.judge.document import Document

    fault = _fault(row)
    if fault:
        say(f"{where}: {fault}")
        return None
    return Document(
        id=str(row["id"]).encode("utf-8", "replace").decode(),
        title=row.get("title") or "",
        text=row.get("text") or "",
        url=row.get("url"),
        published=read_time(row["published"]) if row.get("published") else None,
        language=_language(row["language"]) if row.get("language") else None,
    )


def _fault(row: dict[str, Any]) -> str | None:
    if not isinstance(row.get("id"), str | int):
        return "expected an `id`, a string or a number"
    for key in ("title", "text", "url", "published", "language"):
        if not isinstance(row.get(key), str | None):
            return f"{key}: expected a string, got {type(row[key]).__name__}"
    if row.get("language") and not _TAG.fullmatch(row["language"]):
        return f"language: expected a language tag such as {', '.join(LANGUAGES[:3])}, got {row['language'][:20]!r}"
    if row.get("published") and read_time(row["published"]) is None:
        return f"published: expected an ISO 8601 or RFC 822 time, got {row['published'][:40]!r}"
    return None


def _language(tag: str) -> str:
    """A language tag as judging takes it: zh-CN is zh, zh-TW is zh-Hant, fr is other."""
    language, *rest = tag.lower().replace("_", "-").split("-")
    if language == "zh":
        return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(rest) else "zh"
    return "en" if language == "en" else "other"


def read_time(written: str) -> datetime | None:
    """An ISO 8601 or RFC 822 time as aware UTC, None when it is neither. A time without zone is Shanghai's."""
    for reader in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = reader(written.strip())
        except (ValueError, TypeError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    return None


def as_row(judgement: Judgement) -> dict[str, Any]:
    """What `yixun analyse` prints of one judgement: every organisation and model once, at its first mention."""
    from crawler.judge.facts import as_json

    organisations = _once(m for m in judgement.mentions if m.target == "organisation")
    models = _once(m for m in judgement.mentions if m.target == "model")
    row = {
        "id": judgement.id,
        "language": judgement.language,
        "relevant": judgement.relevant,
        "score": judgement.score,
        "reasons": as_json(judgement.reasons),
        "topics": [topic.id for topic in judgement.topics],
        "organisations": [
            {"id": m.id, "name_en": m.name_en, "name_zh": m.name_zh, "kind": m.kind, "as_written": m.as_written} for m in organisations
        ],
        "models": [{"id": m.id, "family": m.kind, "as_written": m.as_written} for m in models],
        "amounts": as_json(judgement.amounts),
        "events": as_json(judgement.events),
    }
    return row | ({"part": list(judgement.part)} if judgement.part else {})


def _once(mentions: Iterable[Mention]) -> Iterator[Mention]:
    seen: set[str] = set()
    for mention in mentions:
        key = mention.id or mention.as_written
        if key not in seen:
            seen.add(key)
            yield mention
