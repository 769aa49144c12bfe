"""What a reader's click does: a real web server, a real mail server, a definition in yixun.toml, a mail program that reads the mail."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from jobs.config import load_settings
from jobs.endpoints import Asked
from jobs.serving import ReaderPages
from store.database import session_scope
from store.migrate import open_store
from store.models import Topic
from store.settings import StoreSettings
from tests.jobs.command import Yixun, as_process
from tests.reports.mailbox import ANN, BEN, Mailbox, free_port
from tests.store.rows import a_round, a_source, an_item, grouped, with_topics

URL = "https://letters.example.org/yixun"


@contextmanager
def smtp() -> Iterator[tuple[Mailbox, int]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`yixun serve` as a process of its own; yields its address."""
    command = as_process("serve")
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "HOME": str(folder)}
    with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        try:
            yield line.strip().rpartition(" ")[2]
        finally:
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
    assert process.returncode == 0, line


def ask(base: str, page: str, *, post: bytes | None = None) -> tuple[int, str]:
    """Status and text of a page of `serve.url`, asked for at the address that listens."""
    request = urllib.request.Request(page.replace(URL, base), data=post)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def a_week(folder: Path) -> None:
    """A store with a round of last week, and a digest on one topic for two readers."""
    with session_scope(open_store(StoreSettings(url=f"sqlite:///{folder}/data/yixun.db"))) as session:
        session.add(Topic(id="funding", position=0, name_en="Funding", name_zh="融资"))
        a_source(session)
        item = an_item(session, title="示例影像公司完成近亿元B轮融资")
        with_topics(session, item, "funding")
        a_round(session, item, company="示例影像公司")
        grouped(session)


def definition(folder: Path, port: int, **serve: str) -> None:
    lines = [f"{key} = {value}" for key, value in serve.items()]
    (folder / "yixun.toml").write_text(
        "\n".join(
            [
                "[digest.funding]",
                'topics = ["funding"]',
                f'recipients = ["{ANN}", "Ben <{BEN}>"]',
                "[mail]",
                'host = "127.0.0.1"',
                f"port = {port}",
                'security = "none"',
                "retry_wait = 0",
                "[serve]",
                f'url = "{URL}"',
                f'listen = "127.0.0.1:{free_port()}"',
                *lines,
            ]
        ),
        encoding="utf-8",
    )


def page_of(mail: EmailMessage) -> str:
    return str(mail["List-Unsubscribe"]).split(", ")[0].strip("<>")


def test_a_new_user_defines_a_digest_sends_it_and_a_reader_leaves(yixun: Yixun, tmp_path: Path) -> None:
    a_week(tmp_path)
    with smtp() as (mailbox, port):
        definition(tmp_path, port, doubts="true")
        shown = yixun("digest", "build", "funding", "--week", "2026-W47").stdout
        assert "funding-2026-W47.eml" in shown
        sent = yixun("digest", "send", "funding", "--week", "2026-W47").stdout
        assert sent == f"{ANN}: sent\nBen <{BEN}>: sent\n"
        first = mailbox.read()[0]
        page = page_of(first)
        assert "@" not in page
        with serving(tmp_path) as base:
            status, text = ask(base, page)
            assert (status, "<form" in text, "funding" in text or "Yixun" in text) == (200, True, True)
            assert "unsubscribed" not in yixun("recipients", "list").stdout, "looking at a page does nothing"
            assert ask(base, page, post=b"List-Unsubscribe=One-Click")[0] == 200
            assert ask(base, page, post=b"")[0] == 200
            wrong = {ask(base, bad, post=b"x") for bad in (page[:-1], page + "x", f"{URL}/leave/", f"{URL}/leave/1-1.x", f"{URL}/nothing")}
            assert len(wrong) == 1 and next(iter(wrong))[0] == 404
            say_wrong(base, first, yixun)
        listed = [json.loads(line) for line in yixun("recipients", "list", "--json").stdout.splitlines()]
        assert {row["recipient"]: row["state"] for row in listed if row["digest"] == "funding"} == {
            ANN: "unsubscribed",
            f"Ben <{BEN}>": "active",
        }
        assert ANN in yixun("recipients", "suppressed").stdout
        yixun("digest", "send", "funding", "--week", "2026-W46", check=0)
        assert [to for to, _ in mailbox.mails] == [[ANN], [BEN], [BEN]]
        again = yixun("digest", "send", "funding", "--week", "2026-W46", "--to", ANN).stdout
        assert again == f"{ANN}: unsubscribed: not tried: unsubscribed\n" and len(mailbox.mails) == 3
        yixun("recipients", "add", ANN, "--digest", "funding", "--again")
        assert yixun("digest", "send", "funding", "--week", "2026-W46").stdout == f"{ANN}: sent\nBen <{BEN}>: already\n"


def say_wrong(base: str, mail: EmailMessage, yixun: Yixun) -> None:
    """A reader calls a row of the funding table wrong; an editor sees it, and so does training."""
    body = mail.get_body(("html",))
    assert body is not None
    link = next(one for one in re.findall(r'href="([^"]+/wrong/[^"]+)"', body.get_content()) if one.endswith("/funding"))
    status, text = ask(base, link)
    assert (status, "示例影像公司" in text) == (200, True)
    assert json.loads(yixun("facts", "list", "--json").stdout)["doubts"] == 0
    words = b"words=%E9%87%91%E9%A2%9D%E4%B8%8D%E5%AF%B9"
    assert [ask(base, link, post=words)[0] for _ in range(2)] == [200, 200]
    assert ask(base, link.replace("/funding", "/nonsense"), post=b"")[0] == 404
    assert ask(base, re.sub(r"/\d+/funding", "/99999/funding", link), post=b"")[0] == 404
    assert ask(base, link, post=b"x" * 9000)[0] == 413
    (fact,) = [json.loads(line) for line in yixun("facts", "list", "--doubted", "--json").stdout.splitlines()]
    assert (fact["type"], fact["doubts"]) == ("funding", 1)
    assert "a reader doubts it: 金额不对" in yixun("facts", "show", fact["fact_id"]).stdout
    (row,) = [json.loads(line) for line in yixun("facts", "export").stdout.splitlines()]
    assert f"doubted by readers: {fact['fact_id']}" in row["note"] and row["doubts"][0]["words"] == "金额不对"


@pytest.mark.skipif(shutil.which("mutt") is None, reason="mutt is not installed")
def test_another_program_reads_the_mail(yixun: Yixun, tmp_path: Path) -> None:
    a_week(tmp_path)
    definition(tmp_path, 1)
    yixun("digest", "build", "funding", "--week", "2026-W47")
    (tmp_path / "box" / "cur").mkdir(parents=True)
    for name in ("new", "tmp"):
        (tmp_path / "box" / name).mkdir()
    shutil.copy(tmp_path / "out" / "funding-2026-W47.eml", tmp_path / "box" / "cur" / "1.one:2,S")
    (tmp_path / "muttrc").write_text(
        f"""set folder="{tmp_path}" charset=utf-8 pipe_decode=yes wait_key=no quit=yes
alternative_order text/plain
push "<pipe-message>cat>{tmp_path}/seen<enter><quit>"
""",
        encoding="utf-8",
    )
    terminal = ["script", "-qec", f"mutt -n -F {tmp_path}/muttrc -f {tmp_path}/box", "/dev/null"]
    environ = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", "HOME": str(tmp_path)}
    subprocess.run(terminal, env=environ, timeout=30, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert "示例影像公司" in seen and "近亿元" in seen and "Subject:" in seen


def test_readers_of_the_store_confirm_first_where_that_is_set(yixun: Yixun, tmp_path: Path) -> None:
    a_week(tmp_path)
    with smtp() as (mailbox, port):
        definition(tmp_path, port, confirm="true")
        told = yixun("recipients", "add", "cao@example.org", "--digest", "funding", "--language", "zh").stdout
        assert told.startswith("cao@example.org: asked to confirm\n1 added")
        asked = message_from_bytes(mailbox.mails[0][1], policy=policy.default)
        body = asked.get_body(("plain",))
        assert body is not None and str(asked["Subject"]).startswith("请确认订阅")
        page = re.search(rf"{URL}/confirm/\S+", body.get_content())
        assert page is not None
        assert "cao" not in yixun("digest", "send", "funding", "--week", "2026-W47").stdout
        pages = ReaderPages(open_store(StoreSettings(url=f"sqlite:///{tmp_path}/data/yixun.db")), load_settings(tmp_path / "yixun.toml"))
        path = page[0].removeprefix("https://letters.example.org")
        assert pages.respond(Asked("GET", path, b"")).status == 200
        assert "cao" not in yixun("digest", "send", "funding", "--week", "2026-W47").stdout
        assert pages.respond(Asked("POST", path, b"")).status == 200
        assert "cao@example.org: sent" in yixun("digest", "send", "funding", "--week", "2026-W47").stdout
        assert pages.respond(Asked("POST", path.replace("/confirm/", "/leave/"), b"")).status == 404
