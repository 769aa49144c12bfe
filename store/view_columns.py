"""What the columns of the analysts' views hold, whatever the database: a name means the same in every view. Pure."""

from __future__ import annotations

from enum import StrEnum


class Content(StrEnum):
    """What a column holds: whole numbers (flags are 1 and 0), numbers, sums of money to 1/100, days in Shanghai, moments in UTC, text."""

    integer = "integer"
    number = "number"
    money = "money"
    day = "day"
    moment = "moment"
    text = "text"


_INTEGERS = (
    "item_id", "story_id", "story_fact_id", "follows_id", "items", "independent_sources", "reprints", "facts", "characters", "times",
    "position", "mentions", "proofs", "entries", "kept", "relevant", "fetches", "failed", "backlog", "background", "health", "counted",
    "lead", "enabled", "interval_seconds", "fetches_7d", "failed_7d", "items_kept", "items_kept_7d",
)  # fmt: skip
_NUMBERS = ("score", "confidence", "failures", "hours_to_official", "heat")
_MONEY = ("amount_low", "amount_high", "cny_low", "cny_high", "usd_low", "usd_high", "valuation_low", "valuation_high")
_DECLARED = {
    **dict.fromkeys(_INTEGERS, Content.integer),
    **dict.fromkeys(_NUMBERS, Content.number),
    **dict.fromkeys(_MONEY, Content.money),
    "day": Content.day,
}


def content_of(name: str) -> Content:
    """What a column of a view holds, by its name."""
    if name in _DECLARED:
        return _DECLARED[name]
    return Content.moment if name.endswith("_at") else Content.day if name.endswith("_on") else Content.text
