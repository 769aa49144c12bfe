# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""When an article was published: every date a page offers is a witness; days are voted on, then the finest trusted one speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from crawler.text.date_parts import ParsedDate
from crawler.text.dates import NO_ZONE, parse_date, trusted
from crawler.text.zones import zone_of

from .body import Body
from .head import Head
from .page import Block, Page

_PUBLISHED = {
    **dict.fromkeys(("article:published_time", "article:published", "datepublished", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "firstpublishedtime", "og:published_time", "rnews:datepublished"), 4.0),
    **dict.fromkeys(("parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "article.published", "bytedance:published_time", "weibo: article:create_at", "weibo:article:create_at", "cxenseparse:recs:publishtime", "citation_publication_date", "citation_online_date", "article_date_original", "published", "publishtime", "publish_time", "publishedtime", "displaydate", "release_date", "created", "datecreated", "apub:time", "og:time", "originalpublicationdate", "ptime"), 3.2),
    **dict.fromkeys(("date", "dc.date", "dcterms.date", "time", "article:date", "og:release_date", "dateupdate", "_pubtime", "docpubtime"), 2.0),
}  # fmt: skip
_ORDER = {name: i for i, name in enumerate(_PUBLISHED)}
# Not the day of publication, but evidence of the year.
_CHANGED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmodifiedtime",
    "last-modified",
    "update_time",
    "weibo: article:update_at",
    "dateupdate",
    "bytedance:updated_time",
    "revised",
    "lastmod",
)
_UPDATE_LABEL = re.compile(
    r"(?:最后|最近|上次|最新)?(?:更新|修改|修订|編輯)(?:时间|時間|于|於|日期|：|:)|(?:last\s+)?(?:updated|modified|revised|edited)\b", re.I
)
_PUBLISH_LABEL = re.compile(
    r"(?:发\s*布(?![者人方])|發\s*佈|发\s*表|發\s*表|刊\s*发|上\s*传|录\s*入|公\s*布|成\s*文|添\s*加|publish(?:ed)?|posted)\s*(?:时\s*间|時\s*間|日\s*期|于|於|on)?\s*[：:]?",
    re.I,
)
# A day at the head of the text: "Feb. 23, 2015 -- ", "BEIJING, March 3, 2026 /PRNewswire/ -- ".
_DATELINE = re.compile(
    r"^(?:[A-Z][A-Za-z. ]{1,30}, )?([A-Z][a-z]{2,8}\.? \d{1,2}, (?:19|20)\d\d)\s*(?:/[A-Za-z ]{3,30}/\s*)?(?:--|—|–|-\s)"
)
# A document may be published days after it was signed.
_SIGNED = re.compile(r"成\s*文")
_ONLY_CHANGED = re.compile(r"^\s*(?:最后|最近|上次|最新)?(?:更新|修改|修订)(?:时间|日期|于)?\s*[：:]?\s*$")
_DATE_LABEL = re.compile(r"(?<!更新)(?<!修改)(?<!修订)(?:日\s*期|时\s*间|時\s*間|\bdate)\s*[：:]", re.I)
_CHANGED_NAMES = re.compile(r"updat|modif", re.I)
_URL_DATE = re.compile(
    r"(?:^|[/_\-t])((?:19|20)\d{2})[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?=\D|$|\d{4,})|/((?:19|20)\d{2})/(\d{1,2})/(\d{1,2})(?=/)"
)
# Years of four digits, of two between marks, in characters, and those of the Republic.
_HAS_YEAR = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d{3})|(?<![\d/.-])\d\d?([-/.])\d\d?\1\d\d(?:(?![\d/.-])|(?=\d\d:\d\d))|(?<!\d)\d\d年\s*\d\d?\s*月|[二一][〇零○]"
    r"|(?:民\s*[国國]|R\.?O\.?C\.?)\s*[\d〇零一二三四五六七八九十百]{2,6}|(?<![\d.])1[01]\d\s*(?:年|[-/.])\s*\d{1,2}\s*(?:月|[-/.])\s*\d{1,2}(?!\d)"
)
_DIGIT = re.compile(r"\d|昨|今天|[刚剛][刚剛才]|前天|[周週][一二三四五六日]|[一二三四五六七八九十]月")
# Days that are told beside that of publication: a manuscript's, an event's, the last on which something holds.
_OTHER_DAY = re.compile(
    r"(?:收稿|修回|修订稿|接受|接收|录用|投稿|截稿|截止|报名|會議|会议|活动|有效|到期|过期|失效|生效|施行|实施|开幕|举办|召开)(?:日期|时间|期限?|至|于)?|"
    r"\b(?:received|accepted|revised|submitted|deadline|expires?|expiry|expiration|valid (?:until|through)|event|starts?|ends?|effective)(?: (?:in revised form|on|date|until))?\b",
    re.I,
)
_SPLIT_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s+(\d{1,2}[/.-]\d{1,2})(?!\d)")
# What scripts call the moment of publication, the surest names first.
_IN_SCRIPTS = tuple(
    re.compile(
        rf"""(?<![A-Za-z_]){names}["']?\s*[:=]\s*["']?(\d{{10}}(?:\d{{3}})?(?!\d)|(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:[T ]\d{{1,2}}:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?)""",
        re.I,
    )
    for names in (
        r"(?:publish(?:ed)?_?(?:time|date|at)|date_?published|pub_?(?:time|date))",
        r"(?:(?:article|news|post|release|display)_?(?:time|date)|create(?:d)?_?(?:time|date|at)|ctime|ct)",
    )
)
_ONLY_DAY = re.compile(r"^\s*(?:(?:19|20)\d\d|[二一][〇零○O一二三四五六七八九]{3})\s*年.{1,12}日\s*$")
# How far clocks are ahead of and behind UTC.
_EASTMOST, _WESTMOST = timedelta(hours=14), timedelta(hours=12)
# A witness of this weight is meant for machines and names the publication.
_SURE = 3.0
_MAX_SCRIPT = 1_000_000
_RELATED = re.compile(r"ago\b|前|yesterday|today|昨|今|[刚剛][刚剛才]|[周週][一二三四五六日天]", re.I)


@dataclass(frozen=True, slots=True)
class Witness:
    """A date, how much it is trusted, and where it was read."""

    parsed: ParsedDate
    weight: float
    origin: str


class Clock:
    """How dates of one page are read: its zone and the moment it was fetched (None when nobody knows)."""

    def __init__(self, *, fetched_at: datetime | None, timezone: str | None) -> None:
        self.fetched_at = fetched_at.astimezone(UTC) if fetched_at else None
        self.now = self.fetched_at or datetime.now(UTC)
        self.timezone = timezone
        self.zone = zone_of(timezone)

    def read(self, text: str, *, hints: list[datetime] | None = None) -> ParsedDate | None:
        """A date in a text. One without year needs the moment of fetching, or another date of the page as a hint to the year."""
        text = _SPLIT_YEAR.sub(lambda match: f"{match[1]}-{re.sub('[/.]', '-', match[2])}", text)
        if _HAS_YEAR.search(text) or re.match(r"^\s*\d{10}(?:\d{3})?\s*$", text):
            return parse_date(text, now=self.now, timezone=self.timezone)
        if hints and not _RELATED.search(text):
            return trusted(parse_date(text, now=min(hints) + timedelta(hours=12), timezone=self.timezone), now=self.now)
        return parse_date(text, now=self.fetched_at, timezone=self.timezone) if self.fetched_at else None


def read_published(
    page: Page, head: Head, body: Body, *, clock: Clock, url: str | None, title_block: int, chinese: bool
) -> tuple[Witness | None, list[Witness]]:
    """The moment of publication with all witnesses.

    On pages that are `chinese` what stands under the headline counts more than metas, which are filled by machines and often hold the
    last change, and a time without zone is China's. Elsewhere such a time is one of the clock's own zone, or the day alone.
    A modified time is never taken.
    """
    witnesses = _from_head(head, clock)
    hints = [witness.parsed.moment for witness in witnesses] + _year_hints(head, clock)
    if url and (found := _from_url(url, clock)):
        witnesses.append(found)
        hints.append(found.parsed.moment)
    witnesses = _without_changes([*witnesses, *_from_time_tags(page, clock)], head, clock)
    changed = _changed_days(page, head, clock)
    sure = {_day(witness.parsed, clock) for witness in witnesses} - changed
    seen = _visible(page, body, clock, hints, title_block=title_block, factor=1.0 if chinese else 0.5)
    # What is visible may be the last change only, when the head knows both and tells them apart.
    witnesses += [witness for witness in seen if not sure or _day(witness.parsed, clock) not in changed]
    if not witnesses:
        witnesses = _from_scripts(page, clock) or _signed(page, body, clock)
    zone_known = chinese or clock.timezone is not None
    best = _decide(witnesses, clock, zone_known=zone_known)
    if best and not zone_known and not best.parsed.zoned and best.parsed.precision != "day":
        midnight = best.parsed.moment.astimezone(clock.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        best = Witness(ParsedDate(midnight.astimezone(UTC), "day"), best.weight, f"{best.origin}, {NO_ZONE}")
    return best, witnesses


def _minute(parsed: ParsedDate) -> datetime:
    return parsed.moment.replace(second=0, microsecond=0)


def _without_changes(witnesses: list[Witness], head: Head, clock: Clock) -> list[Witness]:
    """Without those that give the moment of the last change for that of publication, where others give an earlier one."""
    values = [value for name in _CHANGED if name != "dateupdate" for value in head.metas.get(name, ())[:1]] + [head.linked.modified]
    changed = {_minute(parsed) for value in values if value and (parsed := clock.read(value)) is not None and parsed.precision != "day"}
    earlier = [
        witness
        for witness in witnesses
        if witness.weight >= _SURE and _minute(witness.parsed) not in changed and changed and witness.parsed.moment < max(changed)
    ]
    return [witness for witness in witnesses if _minute(witness.parsed) not in changed] if earlier else witnesses


def _from_head(head: Head, clock: Clock) -> list[Witness]:
    found = []
    for name in sorted(head.metas.keys() & _PUBLISHED.keys(), key=_ORDER.__getitem__):
        weight = _PUBLISHED[name]
        for value in head.metas[name][:2]:
            if (parsed := clock.read(value)) is not None:
                found.append(Witness(parsed, weight, f"meta {name}"))
    for value, weight in ((head.linked.published, 3.8), (head.linked.weak_published, 2.8)):
        if value and (parsed := clock.read(value)) is not None:
            found.append(Witness(parsed, weight, "json-ld"))
    return found


def _year_hints(head: Head, clock: Clock) -> list[datetime]:
    found = [clock.read(value) for name in _CHANGED for value in head.metas.get(name, ())[:1]]
    return [parsed.moment for parsed in found if parsed is not None]


def _day(parsed: ParsedDate, clock: Clock) -> date:
    return parsed.moment.astimezone(clock.zone).date()


def _changed_days(page: Page, head: Head, clock: Clock) -> set[date]:
    """Days on which the page says it was changed, unless it also says so of its publication."""
    values = [value for name in _CHANGED if name != "dateupdate" for value in head.metas.get(name, ())[:1]]
    values += [head.linked.modified] if head.linked.modified else []
    for element in page.times:
        if _CHANGED_NAMES.search(f"{element.get('class') or ''} {element.get('itemprop') or ''}") and element.get("datetime"):
            values.append(element["datetime"])
    return {_day(parsed, clock) for value in values[:20] if (parsed := clock.read(value)) is not None}


def _from_url(url: str, clock: Clock) -> Witness | None:
    match = _URL_DATE.search(url)
    if not match:
        return None
    parts = [part for part in match.groups() if part]
    parsed = clock.read("-".join(parts))
    return Witness(parsed, 1.5, "url") if parsed else None


def _from_time_tags(page: Page, clock: Clock) -> list[Witness]:
    found: list[Witness] = []
    for element in page.times:
        value = (element.get("datetime") or "").strip()
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()
        if not value or (_CHANGED_NAMES.search(names) and "publish" not in names) or len(found) > 3:
            continue
        parsed = clock.read(value)
        if parsed is not None:
            sure = "pub" in names or "pubdate" in element
            found.append(Witness(parsed, 3.4 if sure else 2.6 if not found else 0.8, "time tag"))
    return found


def _from_scripts(page: Page, clock: Clock) -> list[Witness]:
    """What the scripts of a page say that says nothing else; nothing when they name several days: one may be another article's."""
    for pattern in _IN_SCRIPTS:
        values = {value for _, text in page.scripts if len(text) < _MAX_SCRIPT for value in pattern.findall(text)}
        found = [parsed for value in sorted(values)[:20] if (parsed := clock.read(value)) is not None]
        if found:
            fine = [parsed for parsed in found if parsed.precision != "day"] or found
            return [Witness(fine[0], 1.2, "script")] if len({_day(parsed, clock) for parsed in found}) == 1 else []
    return []


def _signed(page: Page, body: Body, clock: Clock) -> list[Witness]:
    """The day under the text, as notices have it, where nothing else names one."""
    for i in body.kept[-2:]:
        text = page.blocks[i].text if i < len(page.blocks) else ""
        if len(text) < 24 and _ONLY_DAY.match(text) and (parsed := clock.read(text)) is not None:
            return [Witness(parsed, 1.0, "signature")]
    return []


def _visible(page: Page, body: Body, clock: Clock, hints: list[datetime], *, title_block: int, factor: float) -> list[Witness]:
    blocks = page.blocks
    first = body.first if body.first >= 0 else len(blocks)
    found = []
    start = title_block - 4 if 0 <= title_block <= first else first - 14
    for i in range(max(0, first - 45), min(first + 1, len(blocks))):
        base = 5.0 if i >= start else 1.5
        found += _witness(blocks, i, clock, hints, weight=base * factor, labelled_only=i == first)
    if body.last >= 0:
        for i in range(body.last + 1, min(body.last + 16, len(blocks))):
            found += _witness(blocks, i, clock, hints, weight=2.2 * factor, labelled_only=True)
    # A line of date and source that stands inside the chosen part, below its first line.
    for i, reason in body.dropped:
        if reason == "meta" and body.first < i <= body.last:
            found += _witness(blocks, i, clock, hints, weight=2.2 * factor, labelled_only=True)
    return found


def _witness(blocks: list[Block], i: int, clock: Clock, hints: list[datetime], *, weight: float, labelled_only: bool) -> list[Witness]:
    text = blocks[i].text
    if labelled_only and (dateline := _DATELINE.match(text)) and (parsed := clock.read(dateline[1])) is not None:
        return [Witness(parsed, 0.5 * weight, "dateline")]
    if len(text) < 12 and text[:1].isdigit() and i + 1 < len(blocks) and len(blocks[i + 1].text) < 12:
        # Year, day and time in elements of their own: 2026 | 07/03 | 12:30.
        text = " ".join(block.text for block in blocks[i : i + 3] if len(block.text) < 12)
    if len(text) > 160 or not _DIGIT.search(text):
        return []
    before = blocks[i - 1].text if i and len(blocks[i - 1].text) < 10 else ""  # a label in an element of its own, as in tables
    if _ONLY_CHANGED.match(before) or _OTHER_DAY.search(before):
        return []
    text = _without_other_days(text)
    label = _PUBLISH_LABEL.search(text) or _DATE_LABEL.search(text)
    signed = _SIGNED.search(label[0] if label else before) is not None
    if label is None and labelled_only and not (len(text) < 60 and re.search(r"来源|來源", text)):
        return []
    part = text[label.end() :] if label and _DIGIT.search(text[label.end() : label.end() + 30]) else text
    parsed = clock.read(_UPDATE_LABEL.split(part)[0], hints=hints)
    if parsed is None and part is not text:
        parsed = clock.read(_UPDATE_LABEL.split(text)[0], hints=hints)  # the label stands behind its date
    if parsed is None or (parsed.precision == "day" and not label and len(text) > 60 and not re.search(r"来源|作者|阅读|浏览", text)):
        return []
    told = label is not None or _PUBLISH_LABEL.match(before) is not None
    return [Witness(parsed, weight + 0.6 * told - 1.2 * signed - 0.8 * (parsed.precision == "day"), "visible")]


def _without_other_days(text: str) -> str:
    """A line without the days that it says are others: "Received 2 Sep 2026; published 3 Nov 2026" without the first."""
    if not _OTHER_DAY.search(text):
        return text
    return "; ".join(
        part for part in re.split(r"[;；|，,。]\s*(?=[^\d\s])|\s{2,}|\s(?=[\u4e00-\u9fff]{2,8}[：:])", text) if not _OTHER_DAY.search(part)
    )


def _decide(witnesses: list[Witness], clock: Clock, *, zone_known: bool) -> Witness | None:
    """Days get the best weight of each kind of witness; within the best day the most trusted time of day wins.

    Where nobody knows the page's own zone, a day or time without zone speaks for the moment of another zone that it may be, and a time
    with its zone is believed before one without.
    """
    days = [_day(witness.parsed, clock) for witness in witnesses]
    if not zone_known:
        days = [_day_meant(witness, day, witnesses, clock) for witness, day in zip(witnesses, days, strict=True)]
    votes: dict[date, dict[str, float]] = {}
    for witness, day in zip(witnesses, days, strict=True):
        kind = witness.origin.split()[0]
        kinds = votes.setdefault(day, {})
        kinds[kind] = max(kinds.get(kind, 0.0), witness.weight)
    if not votes:
        return None
    best = max(votes, key=lambda day: sum(votes[day].values()))
    same = [witness for witness, day in zip(witnesses, days, strict=True) if day == best]
    timed = [witness for witness in same if witness.parsed.precision != "day"]
    chosen = max(timed or same, key=lambda witness: (not zone_known and witness.parsed.zoned, witness.weight))
    finer = [
        witness
        for witness in timed
        if chosen.parsed.precision == "minute"
        and witness.parsed.precision == "second"
        and witness.parsed.moment.replace(second=0) == chosen.parsed.moment
    ]
    return finer[0] if finer else chosen


def _day_meant(witness: Witness, day: date, witnesses: list[Witness], clock: Clock) -> date:
    """The day of the moment with a zone that `witness`, which has none and says `day`, may mean somewhere on earth."""
    if witness.parsed.zoned:
        return day
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for other in witnesses:
        moment = other.parsed.moment
        if other.parsed.zoned and start - _EASTMOST <= moment < start + timedelta(days=1) + _WESTMOST:
            return _day(other.parsed, clock)
    return day
