"""Which days people in China work: weekends, public holidays and the Saturdays worked in exchange."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=4096)
def is_workday(day: date) -> bool:
    """Whether `day` is worked in China, by the State Council's holiday plan as chinesecalendar has it.

    Beyond the years that package knows, weekdays count as worked (`is_known` tells which it was).
    """
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


@lru_cache(maxsize=64)
def is_known(year: int) -> bool:
    """Whether the public holidays of `year` are known, so that `is_workday` is more than a guess by weekday."""
    import chinese_calendar

    try:
        chinese_calendar.is_workday(date(year, 6, 1))
    except NotImplementedError:
        return False
    return True
