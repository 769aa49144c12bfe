"""States of a source, told from its polls and its rhythm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.schedule.health import Health, Poll, assess, failure_weight
from crawler.schedule.rhythm import Rhythm, learn
from crawler.schedule.workdays import is_workday

NOW = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAILY = learn([NOW - timedelta(days=n, hours=4) for n in range(28) if is_workday((NOW - timedelta(days=n)).date())], NOW)


def polls(*kinds: str | None, empty: bool = False) -> list[Poll]:
    return [Poll(at=NOW - n * HOUR, error_kind=kind, note=kind or "", empty=empty) for n, kind in enumerate(kinds)]


def health(
    found: list[Poll],
    *,
    rhythm: Rhythm = DAILY,
    silent: timedelta = timedelta(hours=4),
    newest: timedelta | None = None,
    now: datetime = NOW,
) -> Health:
    return assess(
        found, now=now, enabled=True, rhythm=rhythm, last_new_at=now - silent, newest_entry_at=now - (silent if newest is None else newest)
    )


def test_answering_and_publishing_is_ok() -> None:
    assert health(polls(None, None)).status == "ok"


def test_one_failed_poll_is_no_trouble() -> None:
    found = health(polls("timeout", None, None))
    assert found.status == "ok"
    assert "timeout" in found.reason


@pytest.mark.parametrize(
    ("kind", "status"), [("changed", "changed"), ("http_403", "blocked"), ("not_a_feed", "changed"), ("http_404", "failing")]
)
def test_what_needs_a_person_is_named_at_the_second_poll(kind: str, status: str) -> None:
    assert health(polls(kind, None)).status == "ok"
    assert health(polls(kind, kind, None)).status == status


def test_a_challenge_is_named_at_once() -> None:
    found = health(polls("challenge", None))
    assert found.status == "challenge"
    assert found.since == NOW


def test_passing_errors_are_named_at_the_third_poll() -> None:
    assert health(polls("http_503", "timeout", None)).status == "ok"
    found = health(polls("http_503", "timeout", "http_503", None))
    assert found.status == "failing"
    assert found.since == NOW - 2 * HOUR


def test_a_source_that_never_answered_is_named_at_once() -> None:
    assert health(polls("dns")).status == "failing"
    found = health(polls("not_a_feed"))
    assert found.status == "changed"
    assert found.reason.endswith("at the only poll so far")


def test_our_own_network_is_nobodys_fault() -> None:
    assert health(polls("own_network", "own_network", "own_network", None)).status == "ok"
    assert health(polls("own_network")).status == "new"
    assert failure_weight("own_network") == 0


@pytest.mark.parametrize("kind", ["own_network", "time_up", "host_waits"])
def test_what_we_decided_ourselves_is_nobodys_fault(kind: str) -> None:
    assert failure_weight(kind) == 0
    assert health(polls(kind, kind, kind, None)).status == "ok"
    assert health(polls(kind, "challenge", None)).status == "challenge"


def test_a_success_heals() -> None:
    assert health(polls(None, "parse", "parse", "parse")).status == "ok"


def test_silence_beyond_the_rhythm_is_quiet() -> None:
    found = health(polls(None), silent=timedelta(days=14))
    assert found.status == "quiet"
    assert "14.0 days" in found.reason


def test_a_weekend_is_not_quiet() -> None:
    assert health(polls(None), silent=timedelta(days=3)).status == "ok"


def test_spring_festival_is_not_quiet_but_as_many_plain_days_are() -> None:
    before = datetime(2026, 2, 14, 8, 0, tzinfo=UTC)
    moments = [before - timedelta(days=n, hours=h) for n in range(28) if is_workday((before - timedelta(days=n)).date()) for h in (0, 2)]
    rhythm = learn(moments, before)
    after = datetime(2026, 2, 23, 16, 0, tzinfo=UTC)  # the last day of the festival
    assert health(polls(None), rhythm=rhythm, silent=after - before, now=after).status == "ok"
    plain = before + timedelta(days=60)
    assert health(polls(None), rhythm=rhythm, silent=after - before, now=plain).status == "quiet"


def test_an_old_newest_entry_is_stale_though_it_answers() -> None:
    found = health(polls(None), silent=timedelta(days=1), newest=timedelta(days=200))
    assert found.status == "stale"
    assert "200 days" in found.reason


def test_a_valid_feed_without_entries_is_named() -> None:
    found = health(polls(None, None, empty=True))
    assert found.status == "stale"
    assert "no entry" in found.reason


def test_unknown_holidays_are_said() -> None:
    later = NOW.replace(year=2040)
    assert "public holidays of the year are unknown" in health(polls(None), silent=timedelta(days=20), now=later).reason


def test_disabled_needs_no_poll() -> None:
    assert assess([], now=NOW, enabled=False, rhythm=DAILY, last_new_at=None, newest_entry_at=None).status == "disabled"


@pytest.mark.parametrize(("kind", "weight"), [("dns", 0.25), ("http_404", 0.5), ("http_503", 0.5), ("parse", 1), ("challenge", 1)])
def test_failures_weigh_by_kind(kind: str, weight: float) -> None:
    assert failure_weight(kind) == weight
