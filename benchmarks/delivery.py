"""Does everybody get each issue at most once, whatever dies? 2,000 recipients of three digests, a sender that is killed fifty times.

A real mail server (aiosmtpd, STARTTLS and login, in a process of its own) puts off 5 % of what it is asked, refuses 1 % of the
recipients for good, and drops connections before the text and after it. The sender is the real command, `yixun digest send`, killed
by SIGKILL at random moments and started again. Then the ledger is held against what the server took. Prints counts; status 1 where
anything disagrees.

    python benchmarks/delivery.py [--recipients 2000] [--kills 50] [--seed 1]
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import multiprocessing
import os
import random
import re
import signal
import ssl
import sys
import tempfile
import time
import warnings
from asyncio import WriteTransport
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from email import message_from_bytes
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlmodel import select

sys.path.insert(0, str(Path(__file__).parents[1]))

from jobs.cli.app import main
from store.database import session_scope
from store.migrate import open_store
from store.models import Delivery, DigestIssue, Topic
from store.settings import StoreSettings
from store.status import DeliveryState
from tests.reports.mailbox import free_port, make_certificate
from tests.store.rows import a_source, an_item, grouped, with_topics

# What the sender loads is loaded before it is forked, so that it begins to send at once.
_LOADED = (
    "jobs.cli.digest",
    "reports.archive",
    "reports.channels",
    "reports.digest",
    "reports.editing",
    "reports.mail",
    "reports.recipients",
)
DIGESTS = ("weekly", "deepseek", "funding")
WEEK = "2026-W47"
PUT_OFF, DROPPED_BEFORE, DROPPED_AFTER = 0.05, 0.005, 0.005
_OPEN = (DeliveryState.queued, DeliveryState.failed)
_UNSURE = (DeliveryState.unknown, DeliveryState.sending)


def refused_for_good(address: str) -> bool:
    """Whether the server never takes mail for an address: one in a hundred."""
    return int(re.sub(r"\D", "", address)) % 100 == 7


class Server:
    """A mail server with moods, which writes down what it took before it says so."""

    def __init__(self, taken: Path, count: Synchronized[int], seed: int) -> None:
        self._file = taken.open("a", encoding="utf-8")
        self._count, self._random = count, random.Random(seed)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if refused_for_good(address):
            return "550 5.1.1 no such user"
        if self._random.random() < PUT_OFF:
            return "451 4.7.1 come back later"
        if self._random.random() < DROPPED_BEFORE:
            self._drop(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        dropped = self._random.random() < DROPPED_AFTER
        if not dropped or self._random.random() < 0.5:
            mail = message_from_bytes(envelope.content)
            digest = str(mail["List-Id"]).strip("<").partition(".")[0]
            self._file.write(json.dumps([digest, envelope.rcpt_tos[0], mail["Message-ID"]]) + "\n")
            self._file.flush()
        with self._count.get_lock():
            self._count.value += 1
        if dropped:
            self._drop(server)
        return "250 OK"

    @staticmethod
    def _drop(server: SMTP) -> None:
        assert isinstance(server.transport, WriteTransport)
        server.transport.abort()


def run_server(port: int, certificate: Path, taken: Path, count: Synchronized[int], seed: int) -> None:
    """Be the mail server until the process is ended."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword) -> AuthResult:
        return AuthResult(success=login == LoginPassword(b"yixun", b"open sesame"), handled=False)

    # aiosmtpd asks itself for what it warns of, once a login.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    warnings.simplefilter("ignore", DeprecationWarning)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server = Server(taken, count, seed)
    options: dict[str, Any] = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": check}
    Controller(server, hostname="127.0.0.1", port=port, **options).start()
    signal.pause()


@contextmanager
def mail_server(folder: Path, seed: int) -> Iterator[tuple[int, Path, Synchronized[int]]]:
    """The mail server in a process of its own: its port, the file of what it took, and how many texts it has heard."""
    port, taken = free_port(), folder / "taken.jsonl"
    count: Synchronized[int] = multiprocessing.Value("i", 0)
    process = multiprocessing.Process(target=run_server, args=(port, make_certificate(folder), taken, count, seed), daemon=True)
    process.start()
    try:
        yield port, taken, count
    finally:
        process.kill()
        process.join()


@dataclass(slots=True)
class Report:
    """What came of a trial. `wrong` says where ledger and server disagree; empty is what is hoped for."""

    recipients: int
    kills: int = 0
    starts: int = 0
    seconds: float = 0.0
    taken_by_the_server: int = 0
    taken_twice: int = 0
    states: dict[str, int] = field(default_factory=dict)
    unknown_but_taken: int = 0
    wrong: list[str] = field(default_factory=list)


def prepare(folder: Path, recipients: int, port: int) -> None:
    """A store with a week of news, three digests, and their recipients."""
    (folder / "yixun.toml").write_text(
        "\n".join(
            [
                *(f"[digest.{name}]" for name in DIGESTS),
                "[mail]",
                'host = "127.0.0.1"',
                f"port = {port}",
                f'ca_file = "{folder}/server.pem"',
                'username = "yixun"',
                f'password_file = "{folder}/password"',
                "retry_wait = 0.05",
            ]
        ),
        encoding="utf-8",
    )
    (folder / "password").write_text("open sesame\n", encoding="utf-8")
    with session_scope(open_store(StoreSettings(url=f"sqlite:///{folder}/data/yixun.db"))) as session:
        session.add(Topic(id="deepseek", position=0, name_en="DeepSeek", name_zh="DeepSeek"))
        a_source(session)
        for number in range(20):
            item = an_item(session, title=f"第{number}家示例医院部署大模型", identity=f"n{number}")
            with_topics(session, item, "deepseek")
        grouped(session)
    lines = ["address,digest", *(f"reader{number}@example.org,{name}" for number in range(recipients) for name in DIGESTS)]
    (folder / "readers.csv").write_text("\n".join(lines), encoding="utf-8")
    for name in _LOADED:
        importlib.import_module(name)
    run(folder, "recipients", "import", "readers.csv")


def run(folder: Path, *words: str) -> None:
    """Run `yixun` here and now, in silence; a status that says that some recipients failed is none to stop at."""
    os.chdir(folder)
    sys.argv = ["yixun", *words]
    try:
        main()
    except SystemExit as ended:
        if ended.code not in (None, 0, 1, 3):
            raise


def start_sender(folder: Path) -> int:
    """Send all three issues in a process of its own; returns its id."""
    child = os.fork()
    if child == 0:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        for name in DIGESTS:
            run(folder, "digest", "send", name, "--week", WEEK)
        os._exit(0)
    return child


def is_over(child: int) -> bool:
    """Whether a process has ended by itself."""
    return os.waitpid(child, os.WNOHANG)[0] != 0


def kill_again_and_again(folder: Path, report: Report, kills: int, count: Synchronized[int], chance: random.Random) -> None:
    """Start the sender and kill it, some mails later and at any moment of the next one; as often as asked, or until all is sent."""
    share = max(2, 3 * report.recipients * len(DIGESTS) // (2 * max(1, kills)))
    while report.kills < kills:
        until = count.value + chance.randint(0, share)
        child = start_sender(folder)
        report.starts += 1
        while not is_over(child):
            if count.value >= until:
                time.sleep(chance.uniform(0, 0.02))
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                report.kills += 1
                break
            time.sleep(0.001)
        else:
            return


def finish(folder: Path, report: Report) -> None:
    """Send, unharmed, until nothing is left that sending again would send."""
    engine = open_store(StoreSettings(url=f"sqlite:///{folder}/data/yixun.db"))
    for _ in range(10):
        os.waitpid(start_sender(folder), 0)
        report.starts += 1
        with session_scope(engine) as session:
            if not any(row.state in _OPEN for row in session.exec(select(Delivery))):
                break
    engine.dispose()


def compare(folder: Path, report: Report, taken: Path) -> None:
    """Hold the ledger against what the server took."""
    served = Counter((digest, address) for digest, address, _ in map(json.loads, taken.read_text(encoding="utf-8").splitlines()))
    engine = open_store(StoreSettings(url=f"sqlite:///{folder}/data/yixun.db"))
    with session_scope(engine) as session:
        names = {issue.id: issue.digest for issue in session.exec(select(DigestIssue))}
        ledger = {(names[row.issue_id], row.recipient): row.state for row in session.exec(select(Delivery))}
    engine.dispose()
    report.taken_by_the_server, report.taken_twice = served.total(), sum(count > 1 for count in served.values())
    report.states = dict(sorted(Counter(str(state) for state in ledger.values()).items()))
    report.unknown_but_taken = sum(state in _UNSURE and served[key] == 1 for key, state in ledger.items())
    for name in DIGESTS:
        for number in range(report.recipients):
            key = (name, f"reader{number}@example.org")
            if fault := disagreement(served[key], ledger.get(key), refused_for_good(key[1])):
                report.wrong.append(f"{key[0]} {key[1]}: {fault}")


def disagreement(served: int, state: DeliveryState | None, for_good: bool) -> str:
    """What is wrong with one delivery; empty where nothing is."""
    if served > 1:
        return f"taken {served} times"
    if for_good:
        # Refused with two digests, an address is left out of the third.
        return "" if served == 0 and state in (DeliveryState.refused, None) else f"refused for good, and yet {state}"
    if state == DeliveryState.sent:
        return "" if served == 1 else "sent by the ledger, unknown to the server"
    return "" if state in _UNSURE else f"{state}, and the server took it {served} times"


def trial(folder: Path, *, recipients: int, kills: int, seed: int) -> Report:
    """Prepare, send and kill, finish, compare."""
    report, began = Report(recipients), time.monotonic()
    with mail_server(folder, seed) as (port, taken, count):
        prepare(folder, recipients, port)
        kill_again_and_again(folder, report, kills, count, random.Random(seed))
        finish(folder, report)
        compare(folder, report, taken)
    report.seconds = round(time.monotonic() - began, 1)
    return report


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--recipients", type=int, default=2000)
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as place:
        told = trial(Path(place), recipients=chosen.recipients, kills=chosen.kills, seed=chosen.seed)
        os.chdir("/")
    for key, value in asdict(told).items():
        print(f"{key.replace('_', ' '):22} {len(value) if isinstance(value, list) else value}")
    for line in told.wrong[:20]:
        print(f"  {line}")
    sys.exit(1 if told.wrong else 0)
