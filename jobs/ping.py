"""The dead man's switch: a server elsewhere that hears of us, and tells people when it does not (protocol of Healthchecks)."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import structlog

from .settings import AlertSettings

_SECONDS = 10.0
_MOST = 10_000


def ping(settings: AlertSettings, what: Literal["start", "success", "fail"], body: str = "") -> bool:
    """Tell alerts.ping_url of a start, success or failure, with `body` for its log; says whether it heard. No error goes further."""
    if settings.ping_url is None:
        return False
    parts = urlsplit(settings.ping_url.get_secret_value())
    path = parts.path.rstrip("/") + ("" if what == "success" else f"/{what}")
    request = urllib.request.Request(urlunsplit(parts._replace(path=path)), body.encode()[:_MOST], method="POST")  # noqa: S310 - settings allow http(s) only
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return bool(200 <= answer.status < 300)
    except (OSError, http.client.HTTPException, ValueError) as error:
        # The address is a secret: whoever knows it can say that we are well.
        reason = f"status {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
        structlog.get_logger().warning("alerts.ping_url cannot be told", what=what, reason=reason)
        return False
