"""The words in which the analysts' views are written once, and what each means on SQLite and on PostgreSQL. Pure.

A word is `NAME(argument, …)`; arguments may hold words. What a word means can be indexed on both databases, so that a view is
narrowed to a week or a day without computing it for every row; only AGE and DAYS_AGO look at the clock and cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Shanghai keeps +08:00 all year; SQLite knows no ISO weeks before 3.46, so the week is that of its Thursday.
_THURSDAY = "date({0}, '+8 hours', '-3 days', 'weekday 4')"
_THURSDAY_OF_DATE = "date({0}, '-3 days', 'weekday 4')"
_SQLITE_WEEK = "printf('%s-W%02d', strftime('%Y', {day}), (strftime('%j', {day}) - 1) / 7 + 1)"
_LOCAL = "({0} AT TIME ZONE 'Asia/Shanghai')"
# to_char would depend on the language of the session, and could not be indexed.
_PG_WEEK = "(EXTRACT(isoyear FROM {day})::int::text || '-W' || lpad(EXTRACT(week FROM {day})::int::text, 2, '0'))"

_WORDS: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        "UTC": "strftime('%Y-%m-%dT%H:%M:%SZ', {0})",
        "DAY": "date({0}, '+8 hours')",
        "WEEK": _SQLITE_WEEK.format(day=_THURSDAY),
        "WEEK_OF_DATE": f"CASE WHEN {{0}} IS NOT NULL THEN {_SQLITE_WEEK.format(day=_THURSDAY_OF_DATE)} END",
        "LIST": "group_concat({0}, ', ')",
        "FLAG": "{0}",
        "ITEMS_OF": "(SELECT group_concat(value, ', ') FROM json_each({0}))",
        "LENGTH_OF": "json_array_length({0})",
        "TEXT_OF": "{0}",
        "KEPT_IN": "substr({0}, 1, instr({0}, ':') - 1)",
        "HOURS": "ROUND((julianday({1}) - julianday({0})) * 24, 1)",
        "AGE": "max(0, julianday('now') - julianday({0}))",
        "DAYS_AGO": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-{0} days')",
        "FIRST_PARTY": "json_extract({0}, '$[0].{1}')",
        "PARTIES": "(SELECT group_concat(json_extract(value, '$.as_written'), ', ') FROM json_each({0}))",
    },
    "postgresql": {
        "UTC": "(date_trunc('second', {0} AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')",
        "DAY": f"({_LOCAL}::date)",
        "WEEK": _PG_WEEK.format(day=_LOCAL),
        "WEEK_OF_DATE": _PG_WEEK.format(day="{0}"),
        "LIST": "string_agg({0}, ', ')",
        "FLAG": "({0}::integer)",
        "ITEMS_OF": "(SELECT string_agg(value, ', ') FROM jsonb_array_elements_text({0}))",
        "LENGTH_OF": "jsonb_array_length({0})",
        "TEXT_OF": "{0}::text",
        "KEPT_IN": "split_part({0}, ':', 1)",
        "HOURS": "ROUND((EXTRACT(EPOCH FROM {1} - {0}) / 3600)::numeric, 1)",
        "AGE": "GREATEST(0, EXTRACT(EPOCH FROM now() - {0}) / 86400)",
        "DAYS_AGO": "now() - interval '{0} days'",
        "FIRST_PARTY": "{0} -> 0 ->> '{1}'",
        "PARTIES": "(SELECT string_agg(value ->> 'as_written', ', ') FROM jsonb_array_elements({0}))",
    },
}
_WORD = re.compile(rf"\b({'|'.join(sorted(_WORDS['sqlite'], key=len, reverse=True))})\(")


def spelled_out(sql: str, dialect: str) -> str:
    """SQL with its words in what `sqlite` or `postgresql` calls them."""
    while (word := _last_word(sql)) is not None:
        arguments, end = _arguments(sql, word.end())
        sql = sql[: word.start()] + _WORDS[dialect][word[1]].format(*arguments) + sql[end:]
    return sql


def _last_word(sql: str) -> re.Match[str] | None:
    """The last word holds no other."""
    return next(reversed(list(_WORD.finditer(sql))), None)


def _arguments(sql: str, start: int) -> tuple[list[str], int]:
    """What stands between the bracket before `start` and the one that closes it, at its commas; and the end."""
    depth, at, found = 1, start, [""]
    while depth:
        depth += {"(": 1, ")": -1}.get(sql[at], 0)
        if sql[at] == "," and depth == 1:
            found.append("")
        elif depth:
            found[-1] += sql[at]
        at += 1
    return [argument.strip() for argument in found], at
