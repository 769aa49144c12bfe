"""What readers are told is true: a real daemon, a real server of feeds and a real mail server, from the first start to a night off."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import update
from sqlmodel import select

from jobs.hours import weekly_slot
from reports.period import Period, last_whole
from reports.settings import DigestSettings
from store.database import session_scope, utc_now
from store.ledger import find_slot
from store.migrate import open_store
from store.models import DigestIssue, Ledger, SourceState
from store.settings import StoreSettings
from tests.crawler.site import Site, serve_site

from .command import as_process

READERS = ("ann@example.org", "ben@example.org")


class Mailbox:
    """What a mail server received."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.first_is_taken_slowly = 0.0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if not self.mails and self.first_is_taken_slowly:
            import asyncio

            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            await asyncio.sleep(self.first_is_taken_slowly)
        else:
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def text(self, number: int = 0) -> str:
        """The plain text of a mail."""
        body = self.mails[number].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """A mail server and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


class Installation:
    """A new installation that reads `sites`, each a feed, and mails two readers."""

    def __init__(self, store: StoreSettings, folder: Path, sites: list[Site], port: int) -> None:
        self.settings, self.folder, self.sites = store, folder, sites
        self.period: Period = last_whole("week", weekly_slot("mon", DigestSettings().time, utc_now()))
        rows = "".join(
            f"- {{id: feed-{number}, name: Feed {number}, homepage: '{site.base}/', category: media, kind: feed, scope: on_topic,"
            f" language: zh, urls: [{{url: '{site.base}/feed.xml'}}]}}\n"
            for number, site in enumerate(sites)
        )
        (folder / "mine.yaml").write_text(f"sources:\n{rows}", encoding="utf-8")
        self.environ = {
            **os.environ,
            "HOME": str(folder),
            "YIXUN_STORE__URL": self.settings.url.get_secret_value(),
            "YIXUN_CRAWL__CATALOGUE": "[]",  # tests stay on this machine
            "YIXUN_CRAWL__SOURCES": str(folder / "mine.yaml"),
            "YIXUN_CRAWL__ALLOW_NETWORKS": "127.0.0.0/8",
            "YIXUN_CRAWL__MIN_DELAY": "0",
            "YIXUN_CRAWL__RETRIES": "0",
            "YIXUN_MAIL__HOST": "127.0.0.1",
            "YIXUN_MAIL__PORT": str(port),
            "YIXUN_MAIL__SECURITY": "none",
            "YIXUN_DIGEST__WEEKLY__RECIPIENTS": ",".join(READERS),
        }
        self.engine = open_store(self.settings)

    def publish(self, site: Site, numbers: range) -> None:
        """Let a site's feed list these articles, all of the last whole week."""
        day = datetime.combine(self.period.starts_on, datetime.min.time(), UTC) + timedelta(days=2, hours=4)
        items = ""
        for number in numbers:
            city, model, work, day_of = TOLD[number % 100 + (8 if number >= 100 else 0)]
            title = f"{city}第{number}人民医院{work}用上{model}大模型"
            link = f"{site.base}/news/{number}.html"
            site.put_article(
                f"/news/{number}.html", title, f"{city}第{number}人民医院{day_of}说，{work}已接入{model}大模型，供医生诊疗时参考。"
            )
            items += f"<item><title>{title}</title><link>{link}</link><pubDate>{format_datetime(day)}</pubDate></item>"
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>站</title>{items}</channel></rss>'
        site.put("/feed.xml", body, "application/rss+xml")

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        environ = {**self.environ, **more}
        return subprocess.run(as_process(*words), env=environ, cwd=self.folder, capture_output=True, text=True, check=False, timeout=300)

    @contextmanager
    def daemon(self, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """The daemon at work; it must end with status 0 when told to stop."""
        process = subprocess.Popen(as_process("run"), env={**self.environ, **more}, cwd=self.folder, stderr=subprocess.DEVNULL)
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def slot(self, *statuses: str) -> Ledger:
        """The last slot of the digest, once it stands at one of `statuses`; bounded, for a daemon that hangs must fail the test."""
        latest = weekly_slot("mon", DigestSettings().time, utc_now())
        ends_at = time.monotonic() + 240
        while time.monotonic() < ends_at:
            with session_scope(self.engine) as session:
                row = find_slot(session, "digest weekly", latest)
                if row is not None and row.status in statuses:
                    session.expunge(row)
                    return row
            time.sleep(0.2)
        raise AssertionError(f"the digest never was {statuses}")

    def make_due(self) -> None:
        """Let every source be due again, as after the pause that follows a failure."""
        with session_scope(self.engine) as session:
            session.connection().execute(update(SourceState).values(next_due_at=None))


@pytest.fixture
def here(tmp_path: Path, new_store: Callable[[Path], StoreSettings]) -> Iterator[tuple[Installation, Mailbox]]:
    with serve_site() as one, serve_site() as other, mail_server() as (mailbox, port):
        installation = Installation(new_store(tmp_path / "store.db"), tmp_path, [one, other], port)
        installation.publish(one, range(8))
        installation.publish(other, range(100, 104))
        yield installation, mailbox
        installation.engine.dispose()


def told(text: str) -> set[int]:
    """Numbers of the articles that a mail tells of."""
    import re

    return {int(number) for number in re.findall(r"第(\d+)人民医院", text)}


# Hospitals, models and uses so unlike each other that each article is a story of its own.
TOLD = (
    ("临江", "DeepSeek", "急诊分诊", "周一"), ("云岭", "通义千问", "病历质控", "院办主任"), ("海棠", "豆包", "孕产随访", "护理部"),
    ("青州", "文心一言", "药房审方", "在例会上"), ("松江", "Kimi", "科研检索", "信息科长"), ("南浦", "盘古", "胃镜病理", "向本报"),
    ("东泽", "混元", "儿科问诊", "昨天"), ("北屏", "讯飞星火", "慢病管理", "发通知"), ("锦川", "智谱GLM", "影像报告", "在公众号"),
    ("安岭", "百川", "肿瘤会诊", "副院长"), ("白鹭", "Llama", "康复评估", "对记者"), ("渔湾", "GPT", "医保审核", "值班人员"),
)  # fmt: skip
ALL = set(range(8)) | set(range(100, 104))


def test_the_first_issue_of_a_new_daemon_comes_after_its_first_crawl(here: tuple[Installation, Mailbox]) -> None:
    installation, mailbox = here
    with installation.daemon():
        assert installation.slot("done", "partly", "failed").status == "done"
    assert [mail["To"] for mail in mailbox.mails] == list(READERS)
    text = mailbox.text()
    assert told(text) == ALL and "quiet" not in text and "incomplete" not in text
    assert (installation.folder / "out" / f"weekly-{installation.period.label}.html").exists()


def test_after_a_night_off_the_crawl_comes_first(here: tuple[Installation, Mailbox]) -> None:
    installation, mailbox = here
    one, _ = installation.sites
    installation.publish(one, range(4))
    assert installation.run("crawl").returncode == 0
    installation.publish(one, range(8))
    week_before = weekly_slot("mon", DigestSettings().time, utc_now()) - timedelta(weeks=1)
    with session_scope(installation.engine) as session:
        session.add(Ledger(job="digest weekly", slot=week_before, status="done", finished_at=week_before))
        # The machine slept since Sunday: nothing is due by its rhythm, and nothing was read since the week ended.
        asleep = installation.period.bounds()[1] - timedelta(hours=2)
        values: dict[str, Any] = {"last_fetch_at": asleep, "last_success_at": asleep, "next_due_at": utc_now() + timedelta(hours=20)}
        session.connection().execute(update(SourceState).values(**values))
    with installation.daemon(YIXUN_SCHEDULE__CATCH_UP_DAYS="8"):
        assert installation.slot("done", "partly", "failed").status == "done"
    assert told(mailbox.text()) == ALL


def test_without_a_network_no_issue_goes_out_until_it_is_back(here: tuple[Installation, Mailbox]) -> None:
    installation, mailbox = here
    for site in installation.sites:
        site.put("/feed.xml", "down", status=503)
    with installation.daemon():
        assert "0 of 2 sources read" in installation.slot("waiting").note
    assert mailbox.mails == []
    # At the end of the wait there is still nothing to say: it is trouble, and no mail.
    once = installation.run("run", "--once", YIXUN_DIGEST__WEEKLY__WAIT_HOURS="0")
    assert (once.returncode, mailbox.mails) == (1, []) or (once.returncode, mailbox.mails) == (3, [])
    assert "is not sent: 0 of 2 sources read since its end" in installation.slot("failed").note
    with session_scope(installation.engine) as session:
        assert session.exec(select(DigestIssue)).all() == []
    installation.publish(installation.sites[0], range(8))
    installation.publish(installation.sites[1], range(100, 104))
    installation.make_due()
    assert installation.run("runs", "retry", "digest weekly", f"{installation.slot('failed').slot.isoformat()}").returncode == 0
    with installation.daemon():
        assert installation.slot("done", "partly", "failed").status == "done"
    assert told(mailbox.text()) == ALL and len(mailbox.mails) == 2


def test_an_issue_that_waited_in_vain_says_first_what_is_missing(here: tuple[Installation, Mailbox]) -> None:
    installation, mailbox = here
    installation.publish(installation.sites[0], range(0))
    installation.sites[1].put("/feed.xml", "down", status=503)
    with installation.daemon():
        assert "1 of 2 sources read" in installation.slot("waiting").note
    assert mailbox.mails == []
    with installation.daemon(YIXUN_DIGEST__WEEKLY__WAIT_HOURS="0"):
        assert installation.slot("done", "partly", "failed").status == "done"
    text = mailbox.text()
    assert text.splitlines()[0].startswith("This issue is incomplete: only 1 of 2 sources could be read")
    assert "quiet" not in text and "quiet" not in str(mailbox.mails[0]["Subject"])


def test_what_was_built_early_is_not_what_is_sent(here: tuple[Installation, Mailbox]) -> None:
    installation, mailbox = here
    running = f"{utc_now() + timedelta(hours=8):%G-W%V}"
    refused = installation.run("digest", "build", "weekly", "--week", running)
    assert (refused.returncode, "is not over yet" in refused.stderr) == (2, True)
    assert installation.run("digest", "build", "weekly", "--week", running, "--partial").returncode == 0
    # A person builds before anything was read, and mails that to try it; the schedule knows better when it comes.
    assert installation.run("digest", "build", "weekly", "--week", installation.period.label).returncode == 0
    tried = installation.run("digest", "send", "weekly", "--week", installation.period.label, "--test", READERS[0])
    assert (tried.returncode, told(mailbox.text())) == (0, set())
    assert str(mailbox.mails[0]["Subject"]).startswith("[TEST]") and "quiet" not in mailbox.text()
    with installation.daemon():
        assert installation.slot("done", "partly", "failed").status == "done"
    assert [mail["To"] for mail in mailbox.mails] == [READERS[0], *READERS]
    assert told(mailbox.text(1)) == told(mailbox.text(2)) == ALL
    with session_scope(installation.engine) as session:
        assert session.exec(select(DigestIssue.period)).all() == [installation.period.label]


def test_a_quiet_week_is_said_of_one_that_was_looked_at_and_of_sources_that_are_asked(here: tuple[Installation, Mailbox]) -> None:
    installation, mailbox = here
    one, other = installation.sites
    installation.publish(one, range(0))
    # What is switched off is neither fine nor missing: nobody asks it.
    other.put("/feed.xml", "down", status=503)
    assert installation.run("sources", "disable", "feed-1").returncode == 0
    with installation.daemon():
        assert installation.slot("done", "partly", "failed").status == "done"
    text = mailbox.text()
    assert "quiet" in str(mailbox.mails[0]["Subject"]) and "incomplete" not in text
    assert "of 1 sources are fine; failing: 0" in " ".join(text.split()) and "Feed 1" not in text


def test_what_an_editor_has_to_approve_goes_out_as_the_editor_left_it(here: tuple[Installation, Mailbox]) -> None:
    installation, mailbox = here
    waits = installation.run("run", "--once", YIXUN_DIGEST__WEEKLY__HOLD_HOURS="24")
    assert (waits.returncode, mailbox.mails) == (3, [])
    name = f"weekly-{installation.period.label}"
    assert f"{name} waits until" in installation.slot("waiting").note
    link = f"{installation.sites[0].base}/news/3.html"
    for words in (("drop", name, link), ("note", name, "已核对。"), ("approve", name)):
        done = installation.run("digest", *words, "--by", "ann", YIXUN_DIGEST__WEEKLY__HOLD_HOURS="24")
        assert done.returncode == 0, done.stderr
    assert installation.run("run", "--once", YIXUN_DIGEST__WEEKLY__HOLD_HOURS="24").returncode == 0
    assert [mail["To"] for mail in mailbox.mails] == list(READERS)
    assert told(mailbox.text()) == ALL - {3} and "已核对。" in mailbox.text()


def test_sigterm_ends_after_the_mail_under_way_and_the_next_start_sends_the_rest(here: tuple[Installation, Mailbox]) -> None:
    installation, mailbox = here
    mailbox.first_is_taken_slowly = 3.0
    with installation.daemon() as process:
        ends_at = time.monotonic() + 240
        while not mailbox.mails and time.monotonic() < ends_at:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    row = installation.slot("waiting")
    assert "sent to 1 of 2" in row.note and len(mailbox.mails) == 1
    with installation.daemon():
        assert installation.slot("done", "partly", "failed").status == "done"
    assert [mail["To"] for mail in mailbox.mails] == list(READERS)
