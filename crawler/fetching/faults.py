"""What can go wrong with a request, each kind with one sentence for people.

Kinds: dns, own_network, timeout, connection, tls, http_NNN, robots, host_waits, private_address, redirect, too_large, time_up,
scheme (the request); parse, not_a_feed, challenge, login, paywall, changed (the answer); our_error (we).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

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

# Our own reading broke, or could not cope: the input is not to blame.
OUR_ERROR = "our_error"
NETWORK_KINDS = frozenset({"dns", "timeout", "connection"})
# What we ourselves decided not to ask for yet: nobody has failed, and the next crawl asks.
WAITING_KINDS = frozenset({"host_waits", "time_up"})
# What may be gone at the next crawl; an article that fails otherwise is given up at once.
PASSING = NETWORK_KINDS | WAITING_KINDS | {"own_network", "tls", "http_408", "http_425", "http_429"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request brought nothing: its kind, and one sentence."""

    kind: str
    note: str

    @property
    def passes(self) -> bool:
        """Whether trying again later makes sense."""
        return self.kind in PASSING or self.kind.startswith("http_5")


class Refused(IgnoreRequest):
    """A request we decided not to make."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.note)
        self.fault = fault


# All that the downloader raises for reasons of the outside world.
DOWNLOAD_ERRORS: tuple[type[Exception], ...] = (
    IgnoreRequest,
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    net.ConnectError,
    net.ConnectionClosed,
    OSError,
    ValueError,
    EOFError,
)

_CONNECTION_ERRORS = (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    ResponseDataLossError,
    net.ConnectError,
    net.ConnectionClosed,
    OSError,
)
_STATUS_NOTES = {
    401: "asks for a login",
    403: "forbids access",
    404: "is not there",
    410: "is gone for good",
    412: "answers with a challenge instead of a page",
    429: "was asked too often",
    451: "is withheld for legal reasons",
}


def of_status(status: int) -> Fault | None:
    """The fault an HTTP status stands for; None for 2xx and 304."""
    if 200 <= status < 300 or status == 304:
        return None
    if status == 412:
        return Fault("challenge", "HTTP 412: answers with a challenge instead of a page")
    if 300 <= status < 400:
        return Fault("redirect", f"HTTP {status}: redirects to where we do not follow")
    note = _STATUS_NOTES.get(status, "the server failed" if status >= 500 else "the request was turned down")
    return Fault(f"http_{status}", f"HTTP {status}: {note}")


def of_exception(error: BaseException, url: str, *, refused: dict[str, str]) -> Fault:
    """The fault behind an exception of the downloader. `refused` tells which host names led to forbidden addresses."""
    if isinstance(error, Refused):
        return error.fault
    host = (urlsplit(url).hostname or "").lower()
    if host in refused:
        return Fault("private_address", f"{host} leads to {refused[host]}, an address that is not public (crawl.allow_networks)")
    if isinstance(error, CannotResolveHostError | net.DNSLookupError):
        return Fault("dns", f"the name {host} cannot be resolved")
    if isinstance(error, DownloadTimeoutError | net.TimeoutError | net.TCPTimedOutError):
        return Fault("timeout", "no complete answer in time")
    if isinstance(error, DownloadCancelledError):
        return Fault("too_large", "the answer is larger than allowed (crawl.max_bytes)")
    if isinstance(error, IgnoreRequest):
        return _of_ignored(str(error))
    if isinstance(error, UnsupportedURLSchemeError):
        return Fault("scheme", "only http and https are fetched")
    if isinstance(error, ValueError) and "url" in str(error).lower():
        return Fault("redirect", f"redirects to what is no web address: {' '.join(str(error).split())[:120]}")
    text = " ".join(str(error).split())[:160]
    if re.search(r"ssl|tls|certificate", text, re.I):
        return Fault("tls", f"no secure connection: {text}")
    if isinstance(error, _CONNECTION_ERRORS):
        return Fault("connection", f"connection failed: {text or type(error).__name__}")
    return Fault("parse", f"the answer is not HTTP as we know it: {text or type(error).__name__}")


def _of_ignored(text: str) -> Fault:
    if "redirection" in text:
        return Fault("redirect", "redirects in a circle or too often")
    return Fault("parse", text[:160] or "the answer was dropped")


_TAG = re.compile(rb"<[^>]*>")
_HIDDEN = re.compile(rb"<(script|style|noscript|template)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
_PASSWORD = re.compile(rb"<input[^>]+type\s*=\s*[\"']?password", re.I)
# A login page is told by the last part of its path, or by its host; "/login-troubles.html" and "/cas/news/" are none.
_LOGIN_PATH = re.compile(r"/(?:(?:user|member|account|auth)[-_]?)?(?:log-?in|sign-?in|log-?on|passport|sso)(?:\.\w{2,5})?/?$", re.I)
_LOGIN_HOST = re.compile(r"^(?:login|signin|passport|sso)\.", re.I)


def of_page(body: bytes, *, status: int, url: str, asked: str) -> Fault | None:
    """Tell a challenge or login page from a real one; None when it looks real.

    A challenge is a small page that shows next to nothing without running its script. `asked` is the address that was asked for.
    Paywalls and logins that take more than a look at the bytes are found when the page is read (`crawler.reading.paywalls`).
    """
    head = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not (head.startswith(b"<") and (b"<html" in head or b"<script" in head or b"<!doctype html" in head)):
        return None
    if _is_login(url) and not _is_login(asked):
        return Fault("login", "redirects to a login")
    if len(body) > 60_000:
        return None
    scripts = b"<script" in body[:60_000].lower()
    shown = len(b"".join(_TAG.sub(b"", _HIDDEN.sub(b"", body)).split()))
    if scripts and shown < 120 and b"<a " not in _HIDDEN.sub(b"", body).lower():
        return Fault("challenge", f"HTTP {status}: a page that only runs a script, probably a challenge to robots")
    if _PASSWORD.search(body) and shown < 3000 and (_is_login(url) or url != asked):
        return Fault("login", "answers with a login form")
    return None


def _is_login(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_LOGIN_PATH.search(parts.path) or _LOGIN_HOST.search(parts.hostname or ""))
