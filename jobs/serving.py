"""`yixun serve`: readers leave a digest, confirm it, or say that a line is wrong. GET shows a page, POST acts."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

import structlog

from reports.labels import Labels
from reports.links import Signer
from reports.reader_page import page
from store.database import Engine, Session, session_scope, utc_now
from store.doubts import doubt, is_about, line_of
from store.errors import StoreError
from store.models import IssueEntry, Recipient
from store.recipients import confirm, signing_key, unsubscribe

from .config import Settings
from .endpoints import Answer, Asked

_LONGEST_WORDS = 500
_LATER = "Please try again later. 请稍后再试。\n".encode()
# Programs that fetch links before a person does see a page, and nothing else.
_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
)


class ReaderPages:
    """Answers what readers ask of one store. A link that is wrong in whatever way gets one and the same answer."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        with session_scope(engine) as session:
            self._signer = Signer(signing_key(session, now=utc_now()))
        self._pages: dict[str, Callable[[Session, Asked, list[str]], Answer | None]] = {
            "leave": self._leave,
            "confirm": self._confirm,
            "wrong": self._wrong,
        }

    def respond(self, asked: Asked) -> Answer:
        """The answer to one question."""
        parts = asked.path.partition("?")[0].strip("/").split("/")
        # A web server in front may leave its own path before ours.
        start = next((place for place, part in enumerate(parts) if part in self._pages), None)
        answer: Answer | None = None
        try:
            if start is not None:
                with session_scope(self._engine) as session:
                    answer = self._pages[parts[start]](session, asked, parts[start + 1 :])
        except StoreError as error:
            structlog.get_logger().error("a reader could not be answered", error=str(error))
            return Answer(
                503, "text/plain; charset=utf-8", "Please try again later. 请稍后再试。\n".encode(), (("Retry-After", "60"), *_HEADERS)
            )
        return answer or self._page("both", "no_page", status=404)

    def _leave(self, session: Session, asked: Asked, rest: list[str]) -> Answer | None:
        reader, _ = self._mailed(session, rest[:1])
        if reader is None or len(rest) != 1:
            return None
        language, title = self._words(reader)
        if asked.method != "POST":
            return self._page(language, "leave", Labels(language)("leave_ask", digest=title), button="leave_button")
        if unsubscribe(session, reader, by="page", now=utc_now()):
            structlog.get_logger().info("unsubscribed", digest=reader.digest, by="page")
        return self._page(language, "left", Labels(language)("left", digest=title))

    def _confirm(self, session: Session, asked: Asked, rest: list[str]) -> Answer | None:
        numbers = self._signer.read("confirm", rest[0]) if len(rest) == 1 else None
        reader = session.get(Recipient, numbers[0]) if numbers else None
        if reader is None:
            return None
        language, title = self._words(reader)
        if asked.method != "POST":
            return self._page(language, "confirm", Labels(language)("confirm_ask", digest=title), button="confirm_button")
        confirm(session, reader, now=utc_now())
        return self._page(language, "confirmed", Labels(language)("confirmed", digest=title))

    def _wrong(self, session: Session, asked: Asked, rest: list[str]) -> Answer | None:
        reader, issue_id = self._mailed(session, rest[:1])
        item, about = (rest[1:2] or [""])[0], "".join(rest[2:3])
        if reader is None or not self._settings.serve.doubts or len(rest) > 3 or not item.isdigit() or len(item) > 9 or not is_about(about):
            return None
        line = line_of(session, issue_id, int(item))
        if line is None:
            return None
        language, _ = self._words(reader)
        if asked.method != "POST":
            return self._page(language, "wrong", _told(line), button="wrong_button", question="wrong_question")
        words = " ".join(parse_qs(asked.body.decode("utf-8", "replace")).get("words", [""])[0].split())[:_LONGEST_WORDS]
        doubt(session, item_id=int(item), about=about, issue_id=issue_id, recipient_id=reader.id or 0, words=words, now=utc_now())
        return self._page(language, "doubted", Labels(language)("doubted"))

    def _mailed(self, session: Session, token: list[str]) -> tuple[Recipient | None, int]:
        numbers = self._signer.read("mail", token[0]) if token else None
        return (session.get(Recipient, numbers[0]), numbers[1]) if numbers and len(numbers) == 2 else (None, 0)

    def _words(self, reader: Recipient) -> tuple[str, str]:
        """The language of a reader, and what the digest is called."""
        definition = self._settings.digest.get(reader.digest)
        return reader.language or (definition.language if definition else "both"), definition.title if definition else reader.digest

    def _page(
        self, language: str, name: str, *lines: str, status: int = 200, button: str | None = None, question: str | None = None
    ) -> Answer:
        told = lines or (Labels(language)(name),)
        body = page(language, f"{name}_title", told, button=button, question=question)
        return Answer(status, "text/html; charset=utf-8", body, _HEADERS)


def _told(line: IssueEntry) -> str:
    """What a line of an issue says, as far as a reader needs it to know it again."""
    frozen = line.frozen
    return str(frozen.get("title") or frozen.get("company") or frozen.get("adopter") or frozen.get("outlet") or "")
