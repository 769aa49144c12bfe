"""One request to an endpoint that speaks the protocol of OpenAI (POST …/chat/completions). Bounded in time and size, never redirected."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from store.errors import SecondReaderError

from .settings import SecondReaderSettings

MAX_ANSWER_TOKENS = 800
_MAX_BYTES = 256 * 1024
_MAX_REST = 20.0  # seconds that a 429 or 5xx may ask us to wait before the one further try
_USUAL_REST = 2.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote, and the tokens that its endpoint counted; None where it counted none."""

    text: str
    tokens_in: int | None
    tokens_out: int | None


class _TryAgain(Exception):
    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(status)
        self.status, self.seconds = status, seconds


def ask(settings: SecondReaderSettings, system: str, user: str, *, ends_at: float, sleep: Callable[[float], None] = time.sleep) -> Reply:
    """Ask once, and once more after a 429 or 5xx; `ends_at` (of `time.monotonic`) bounds both.

    Raises SecondReaderError, which never holds the key, for whatever is no completion.
    """
    body = {
        "model": settings.model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
        "temperature": 0,
        "max_tokens": MAX_ANSWER_TOKENS,
        "response_format": {"type": "json_object"},
        "stream": False,
    }
    payload = json.dumps(body).encode()
    try:
        return _read(settings, _post(settings, payload, ends_at))
    except _TryAgain as again:
        if time.monotonic() + again.seconds >= ends_at:
            raise _error(settings, f"answers HTTP {again.status}") from None
        sleep(again.seconds)
    try:
        return _read(settings, _post(settings, payload, ends_at))
    except _TryAgain as again:
        raise _error(settings, f"answers HTTP {again.status} twice") from None


def _post(settings: SecondReaderSettings, payload: bytes, ends_at: float) -> bytes:
    parts = urlsplit(settings.url)
    ends_at = min(ends_at, time.monotonic() + settings.timeout)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if settings.key is not None:
        headers["Authorization"] = f"Bearer {settings.key.get_secret_value()}"
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, _left(ends_at))
        try:
            connection.request("POST", f"{parts.path.rstrip('/')}/chat/completions", payload, headers)
            answer = connection.getresponse()
            if answer.status == 429 or answer.status >= 500:
                raise _TryAgain(answer.status, _rest(answer.getheader("Retry-After")))
            if answer.status != 200:
                raise _error(settings, f"answers HTTP {answer.status}")
            return _whole(settings, connection, answer, ends_at)
        finally:
            connection.close()
    except TimeoutError as error:
        raise _error(settings, f"gave no whole answer in {settings.timeout:g} s") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _error(settings, f"cannot be asked: {' '.join(str(error).split())[:120] or type(error).__name__}") from error


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _left(ends_at: float) -> float:
    """Seconds left. Raises TimeoutError when there are none."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _whole(
    settings: SecondReaderSettings, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, ends_at: float
) -> bytes:
    """The whole body, up to what an answer may weigh. An answer that drips is ended in time as well."""
    body = bytearray()
    while True:
        if isinstance(connection.sock, socket.socket):
            connection.sock.settimeout(_left(ends_at))
        _left(ends_at)
        piece = answer.read1(16_384)
        if not piece:
            return bytes(body)
        body += piece
        if len(body) > _MAX_BYTES:
            raise _error(settings, f"answers with more than {_MAX_BYTES // 1024} kB")


def _rest(asked: str | None) -> float:
    return min(float(asked), _MAX_REST) if asked and asked.isdigit() else _USUAL_REST


def _read(settings: SecondReaderSettings, body: bytes) -> Reply:
    try:
        found = json.loads(body)
        text = found["choices"][0]["message"]["content"]
        used = found.get("usage") or {}
        counts = [used.get(name) for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise _error(settings, "answers what is no completion") from error
    if not isinstance(text, str):
        raise _error(settings, "answers what is no completion")
    counted = [count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None for count in counts]
    return Reply(text, *counted)


def written(reply: Reply) -> dict[str, Any] | None:
    """The JSON object that a model wrote, fenced or not; None when it wrote none."""
    text = reply.text.strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _error(settings: SecondReaderSettings, message: str) -> SecondReaderError:
    return SecondReaderError(message, subject=f"second reader {urlsplit(settings.url).hostname}")
