"""The names of what can go wrong, and challenge and login pages told from real ones."""

from __future__ import annotations

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet import error as net

from crawler.fetching.faults import DOWNLOAD_ERRORS, WAITING_KINDS, Fault, Refused, of_exception, of_page, of_status
from tests.replicas import refusals

URL = "https://News.test/feed.xml"
REFUSED = Refused(Fault("host_waits", "asked to be left alone"))


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 299, 304])
def test_statuses_that_are_no_fault(status: int) -> None:
    assert of_status(status) is None


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (300, "redirect", "redirects"),
        (302, "redirect", "redirects"),
        (400, "http_400", "turned down"),
        (401, "http_401", "login"),
        (403, "http_403", "forbids"),
        (404, "http_404", "not there"),
        (410, "http_410", "gone for good"),
        (412, "challenge", "challenge"),
        (418, "http_418", "turned down"),
        (429, "http_429", "too often"),
        (451, "http_451", "legal"),
        (500, "http_500", "server failed"),
        (503, "http_503", "server failed"),
        (999, "http_999", "server failed"),
    ],
)
def test_statuses_are_named(status: int, kind: str, words: str) -> None:
    found = of_status(status)
    assert found is not None
    assert found.kind == kind
    assert words in found.note
    assert str(status) in found.note


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (REFUSED, "host_waits"),
        (CannotResolveHostError("no such name"), "dns"),
        (net.DNSLookupError("no such name"), "dns"),
        (DownloadTimeoutError("took longer"), "timeout"),
        (net.TimeoutError(), "timeout"),
        (net.TCPTimedOutError(), "timeout"),
        (DownloadCancelledError("16000000 bytes"), "too_large"),
        (IgnoreRequest("max redirections reached"), "redirect"),
        (IgnoreRequest("dropped"), "parse"),
        (UnsupportedURLSchemeError("ftp"), "scheme"),
        (ValueError("Missing scheme in request url: x"), "redirect"),
        (DownloadFailedError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired"), "tls"),
        (OSError("TLS handshake failed"), "tls"),
        (DownloadConnectionRefusedError("refused"), "connection"),
        (net.ConnectionLost(), "connection"),
        (ResponseDataLossError(), "connection"),
        (OSError("broken pipe"), "connection"),
        (ValueError("not enough values to unpack"), "parse"),
        (EOFError(), "parse"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else value,
)
def test_what_the_downloader_raises_is_named(error: Exception, kind: str) -> None:
    found = of_exception(error, URL, refused={})
    assert found.kind == kind
    assert found.note
    assert isinstance(error, DOWNLOAD_ERRORS)


def test_a_name_that_leads_inward_is_told_whatever_the_downloader_says() -> None:
    found = of_exception(CannotResolveHostError("no address"), URL, refused={"news.test": "10.0.0.8"})
    assert (found.kind, "10.0.0.8" in found.note) == ("private_address", True)
    assert of_exception(CannotResolveHostError("no address"), URL, refused={"other.test": "10.0.0.8"}).kind == "dns"


def test_a_long_text_of_a_server_is_kept_short() -> None:
    assert len(of_exception(OSError("x " * 5000), URL, refused={}).note) < 250


@pytest.mark.parametrize(
    ("kind", "passes"),
    [
        ("dns", True), ("timeout", True), ("connection", True), ("own_network", True), ("tls", True), ("http_429", True),
        ("http_500", True), ("http_503", True), ("host_waits", True), ("time_up", True), ("http_403", False), ("http_404", False),
        ("challenge", False),
        ("login", False), ("paywall", False), ("parse", False), ("too_large", False), ("private_address", False),
    ],
)  # fmt: skip
def test_what_may_be_gone_tomorrow(kind: str, *, passes: bool) -> None:
    assert Fault(kind, "").passes is passes
    assert kind not in WAITING_KINDS or passes


def kind_of(body: bytes, *, status: int = 200, url: str = URL, asked: str = URL) -> str | None:
    found = of_page(body, status=status, url=url, asked=asked)
    return found.kind if found else None


@pytest.mark.parametrize("name", ["challenge_202", "challenge_200"])
def test_challenges_of_real_sites_are_told_though_they_answer_2xx(name: str) -> None:
    answer = refusals()[name]
    assert kind_of(answer.body, status=answer.status) == "challenge"


FORM = "<form action='/do'><input name='u'><input type=\"password\" name='p'></form>"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", None),
        (b"\xef\xbb\xbf<!DOCTYPE html><html><script>go()</script></html>", "challenge"),
        (b"<html><script>go()</script><noscript>Please switch on JavaScript</noscript></html>", "challenge"),
        (b"<script>location.href='./fzggwl/'</script>", "challenge"),
        (b"<html><script>menu()</script><a href='/1.html'>news</a></html>", None),
        (b"<html><script>menu()</script><p>" + "两百字的正文。".encode() * 30 + b"</p></html>", None),
        (b"<html><script>" + b"x=1;" * 20_000 + b"</script></html>", None),
        (b"<html><body>nothing but a few words</body></html>", None),
        (b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", None),
        (b'{"data":[],"html":"<html><script>x</script>"}', None),
    ],
)
def test_a_small_page_that_only_runs_a_script_is_a_challenge(body: bytes, kind: str | None) -> None:
    assert kind_of(body) == kind


def test_a_login_form_counts_where_something_else_was_asked_for() -> None:
    page = f"<html><body>{FORM}欢迎回来</body></html>".encode()
    assert kind_of(page, url="https://news.test/welcome", asked=URL) == "login"
    assert kind_of(page, url="https://news.test/login", asked="https://news.test/login") == "login"
    assert kind_of(page) is None
    long = f"<html><body>{FORM}<p>{'正文一句。' * 800}</p></body></html>".encode()
    assert kind_of(long, url="https://news.test/article", asked=URL) is None
