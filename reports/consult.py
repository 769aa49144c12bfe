"""Asking the second reader what an issue wants to know, before it is built. Whatever fails, the issue is built without it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from store.database import Engine, session_scope, utc_now
from store.digests import find_issue
from store.errors import SecondReaderError
from store.facts import stated
from store.models import FactColumns, Item, SecondReading, fact_id, kind_of
from store.news import items_between
from store.second_readings import doubtful_facts, is_answered, spent_since
from store.status import ReadingOutcome

from .digest import make_edition
from .second_reader.client import MAX_ANSWER_TOKENS, Reply, ask, written
from .second_reader.questions import Question, fact_question, headline_question, opening_question
from .second_reader.settings import SecondReaderSettings
from .seconded import languages_of, lines_of, untranslated
from .select import Order

_MOST_FAILURES = 3  # one after the other
_MILLION = 1_000_000


def before_building(engine: Engine, order: Order, settings: SecondReaderSettings, *, rebuild: bool = False) -> list[str]:
    """`consult` where the issue of an order is about to be selected anew: it is wanted, its period is over, and none is frozen."""
    if not order.second_reader or not order.is_over:
        return []
    with session_scope(engine) as session:
        frozen = find_issue(session, order.name, order.period.label)
    return consult(engine, order, settings) if frozen is None or rebuild else []


def consult(engine: Engine, order: Order, settings: SecondReaderSettings) -> list[str]:
    """Ask about the doubtful facts of a period, then about the headlines and the opening of the issue as it would be, and keep it all.

    Returns what there is to say of it, a line each; nothing of it keeps an issue from being built. What was answered before is not asked
    again.
    """
    asking = _Asking(engine, settings)
    for gather in (_facts, _headlines, _opening):
        with session_scope(engine) as session:
            questions = list(gather(session, order, settings))
        for question in questions:
            if not asking.goes_on(question):
                return asking.said()
    return asking.said()


def _facts(session: Session, order: Order, settings: SecondReaderSettings) -> Iterator[Question]:
    if not settings.facts:
        return
    items = items_between(session, *order.period.bounds(), with_late=order.period.is_regular)
    for fact, item in doubtful_facts(session, items, low=settings.check_from, high=settings.check_below):
        yield _of_fact(fact, item)


def _of_fact(fact: FactColumns, item: Item) -> Question:
    told = {name: value for name, value in stated(fact).items() if value not in (None, [])}
    says = {"type": kind_of(fact), **told}
    text = f"{item.title}\n{item.text or item.summary}"
    start = max(text.find(fact.evidence), 0)
    return fact_question(fact_id(fact), says, sentence=fact.evidence, text=text, start=start, end=start + len(fact.evidence))


def _headlines(session: Session, order: Order, settings: SecondReaderSettings) -> Iterator[Question]:
    if settings.headlines:
        for story, language in untranslated(make_edition(session, order)):
            yield headline_question(story.title, language)


def _opening(session: Session, order: Order, settings: SecondReaderSettings) -> Iterator[Question]:
    if settings.opening and (edition := make_edition(session, order)).totals.stories:
        for language in languages_of(edition):
            yield opening_question(lines_of(replace(edition, written={}), language), language)


class _Asking:
    """One consultation: what it may spend, how often it failed, what is to be said of it."""

    def __init__(self, engine: Engine, settings: SecondReaderSettings) -> None:
        self._engine, self._settings = engine, settings
        self._ends_at = time.monotonic() + settings.max_seconds
        self._failures = self._used = self._dropped = 0
        self._notes: list[str] = []

    def said(self) -> list[str]:
        """What came of it."""
        asked = self._used + self._dropped
        counts = [f"second reader: {self._used} of {asked} answers used, {self._dropped} dropped for want of evidence"] if asked else []
        return [*counts, *self._notes]

    def goes_on(self, question: Question) -> bool:
        """Ask a question, unless it was answered before; False when nothing more is to be asked for this issue."""
        key = question.key(self._settings.model)
        with session_scope(self._engine) as session:
            if is_answered(session, key):
                return True
        if reason := self._too_much(question):
            self._notes.append(f"second reader: {reason}; the issue goes on without it")
            return False
        began, clock = utc_now(), time.monotonic()
        try:
            reply = ask(self._settings, question.system, question.user, ends_at=self._ends_at)
        except SecondReaderError as error:
            self._keep(question, key, began, clock, None, ReadingOutcome.failed, {}, error.message)
            self._failures += 1
            self._notes += [str(error)] if str(error) not in self._notes else []
            return self._failures < _MOST_FAILURES
        self._failures = 0
        found = written(reply)
        answer, reason = question.believed(found) if found is not None else ({}, "no JSON object")
        self._used, self._dropped = self._used + bool(answer), self._dropped + (not answer)
        self._keep(question, key, began, clock, reply, ReadingOutcome.used if answer else ReadingOutcome.dropped, answer, reason)
        return True

    def _too_much(self, question: Question) -> str:
        """Why a question is not asked; "" when it may be: its cost is taken for the most it can be."""
        settings = self._settings
        if time.monotonic() >= self._ends_at:
            return f"it took longer than {settings.max_seconds:g} s"
        with session_scope(self._engine) as session:
            tokens, cost = spent_since(session, utc_now().replace(hour=0, minute=0, second=0, microsecond=0))
        sent = _most_tokens(question)
        if tokens + sent + MAX_ANSWER_TOKENS > settings.tokens_per_day:
            return f"{tokens} of {settings.tokens_per_day} tokens of today are spent"
        if settings.spend_per_day and cost + self._cost(sent, MAX_ANSWER_TOKENS) > settings.spend_per_day:
            return f"{cost:.2f} of {settings.spend_per_day:.2f} of today are spent"
        return ""

    def _cost(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self._settings.price_in + tokens_out * self._settings.price_out) / _MILLION

    def _keep(
        self, question: Question, key: str, began: datetime, clock: float, reply: Reply | None, outcome: ReadingOutcome,
        answer: dict[str, object], note: str,
    ) -> None:  # fmt: skip
        """Keep a receipt. Where the endpoint counted nothing, or failed, the most it can have counted is taken."""
        sent = reply.tokens_in if reply and reply.tokens_in is not None else _most_tokens(question)
        received = reply.tokens_out if reply and reply.tokens_out is not None else len(reply.text.encode()) if reply else 0
        row = SecondReading(
            task=question.task, subject=question.subject, key=key, model=self._settings.model, asked_at=began,
            seconds=round(time.monotonic() - clock, 3), tokens_in=sent, tokens_out=received, cost=self._cost(sent, received),
            outcome=outcome, answer=dict(answer), note=note,
        )  # fmt: skip
        with session_scope(self._engine) as session:
            session.add(row)


def _most_tokens(question: Question) -> int:
    """No tokenizer makes more tokens of a text than it has bytes."""
    return len((question.system + question.user).encode("utf-8", "surrogatepass"))
