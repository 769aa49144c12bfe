"""How a source is doing: ok, quiet, stale, failing, blocked, challenge, changed or disabled, since when and why.

`assess` is pure. It looks at the last polls of one source, newest first, and at its rhythm. One bad answer is no trouble
yet (the fetch itself has retried); a trouble that repeats is named by the third poll at the latest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.clock import SHANGHAI
from store.status import SourceStatus

from .rhythm import Rhythm
from .workdays import is_known

# Weight of one failed poll by kind of error: what passes by itself counts little, what needs a person counts full
# (after Media Cloud's soft and hard failures).
_WEIGHTS = {"own_network": 0.0, "host_waits": 0.0, "time_up": 0.0, "dns": 0.25, "connection": 0.5, "timeout": 0.5}
# Polls that say nothing about the source: our network was down, or we decided not to ask.
SAY_NOTHING = frozenset({"own_network", "host_waits", "time_up"})
_NAMED_AT_ONCE = {"challenge": SourceStatus.challenge, "login": SourceStatus.blocked, "paywall": SourceStatus.blocked}
_NAMED_AT_SECOND = {
    "changed": SourceStatus.changed,
    "not_a_feed": SourceStatus.changed,
    "http_401": SourceStatus.blocked,
    "http_403": SourceStatus.blocked,
    "http_451": SourceStatus.blocked,
    "robots": SourceStatus.blocked,
    "http_404": SourceStatus.failing,
    "http_410": SourceStatus.failing,
    "parse": SourceStatus.failing,
    "our_error": SourceStatus.failing,
}
_STALE_AFTER = timedelta(days=60)
_QUIET_EXPECTED = 6.0  # a Poisson source stays silent this long once in 400 times
_QUIET_LONGEST = 2.5  # and a bursty one is given this many times its own longest silence


@dataclass(frozen=True, slots=True)
class Poll:
    """One look at a source: all its addresses in one run taken together. `error_kind` None means it answered."""

    at: datetime
    error_kind: str | None = None
    note: str = ""
    empty: bool = False  # a valid feed or list without one entry


@dataclass(frozen=True, slots=True)
class Health:
    """State of a source, since when, and one sentence that says why."""

    status: SourceStatus
    since: datetime
    reason: str


def failure_weight(error_kind: str) -> float:
    """How much one failed poll counts: 0 for our own network and decisions, .25 DNS, .5 for 404, 429, 5xx and time-outs, else 1."""
    if error_kind in _WEIGHTS:
        return _WEIGHTS[error_kind]
    if error_kind in ("http_404", "http_429") or error_kind.startswith("http_5"):
        return 0.5
    return 1.0


def assess(
    polls: Sequence[Poll],
    *,
    now: datetime,
    enabled: bool,
    rhythm: Rhythm,
    last_new_at: datetime | None,
    newest_entry_at: datetime | None,
) -> Health:
    """Tell the state of a source from its last polls (newest first), its rhythm and its newest entry.

    `last_new_at` is when a new entry was last stored, `newest_entry_at` the latest date any entry carries; times are aware.
    """
    if not enabled:
        return Health(SourceStatus.disabled, now, "switched off by the operator or the catalogue")
    counted = [p for p in polls if p.error_kind not in SAY_NOTHING]
    if not counted:
        return Health(SourceStatus.new, now, "not fetched yet")
    trouble = _trouble(counted)
    if trouble:
        return trouble
    return _silence(counted, now=now, rhythm=rhythm, last_new_at=last_new_at, newest_entry_at=newest_entry_at)


def _trouble(polls: Sequence[Poll]) -> Health | None:
    failed: list[Poll] = []
    for poll in polls:
        if poll.error_kind is None:
            break
        failed.append(poll)
    if not failed:
        return None
    newest, since = failed[0], failed[-1].at
    kind = str(newest.error_kind)
    note = newest.note or kind.replace("_", " ")
    if kind in _NAMED_AT_ONCE:
        return Health(_NAMED_AT_ONCE[kind], since, note)
    never = len(failed) == len(polls)
    if not never and len(failed) < (2 if kind in _NAMED_AT_SECOND else 3):
        return None
    often = f"{len(failed)} times in a row" if len(failed) > 1 else "at the only poll so far"
    return Health(_NAMED_AT_SECOND.get(kind, SourceStatus.failing), since, f"{note}, {often}")


def _silence(
    polls: Sequence[Poll], *, now: datetime, rhythm: Rhythm, last_new_at: datetime | None, newest_entry_at: datetime | None
) -> Health:
    answered = next((p for p in polls if p.error_kind is None), None)
    if answered and answered.empty and all(p.empty for p in polls if p.error_kind is None):
        return Health(SourceStatus.stale, polls[-1].at, "answers with a valid feed or list that has no entry")
    if newest_entry_at and now - newest_entry_at > _STALE_AFTER and rhythm.expected(newest_entry_at, now) > _QUIET_EXPECTED:
        days = (now - newest_entry_at).days
        return Health(SourceStatus.stale, newest_entry_at + _STALE_AFTER, f"answers, but its newest entry is {days} days old")
    if last_new_at and rhythm.entries >= 3:
        expected = rhythm.expected(last_new_at, now)
        if expected > max(_QUIET_EXPECTED, _QUIET_LONGEST * rhythm.longest):
            return _quiet(now, rhythm, last_new_at)
    if polls[0].error_kind is not None:
        return Health(SourceStatus.ok, polls[0].at, f"one failed poll, probably passing: {polls[0].note or polls[0].error_kind}")
    return Health(SourceStatus.ok, answered.at if answered else now, "answers, and publishes in its own rhythm")


def _quiet(now: datetime, rhythm: Rhythm, last_new_at: datetime) -> Health:
    silent, usual = (now - last_new_at) / timedelta(days=1), rhythm.gap_hours / 24
    years = {last_new_at.astimezone(SHANGHAI).year, now.astimezone(SHANGHAI).year}
    guess = "" if all(is_known(year) for year in years) else "; public holidays of the year are unknown, weekdays were counted"
    return Health(SourceStatus.quiet, last_new_at, f"silent for {silent:.1f} days, usual gap {usual:.1f} days{guess}")
