"""A real mail server on loopback that keeps what it receives as files."""

from __future__ import annotations

import re
import socket
from email import message_from_bytes, policy
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from store.errors import YixunError


class Postbox:
    """An SMTP server while the block lasts; each mail becomes NUMBER-RECIPIENT.eml in `folder`."""

    def __init__(self, folder: Path) -> None:
        try:
            from aiosmtpd.controller import Controller
        except ModuleNotFoundError as error:
            raise YixunError("needs the package aiosmtpd", subject="demo", hint="pip install 'yixun[demo]'") from error
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._controller: Any = Controller(self, hostname="127.0.0.1", port=self.port)
        self.subjects: list[tuple[str, str]] = []  # (recipient, subject), in order of arrival

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep a mail; aiosmtpd calls this once its text is complete."""
        recipient = ", ".join(envelope.rcpt_tos)
        self.subjects.append((recipient, str(message_from_bytes(envelope.content, policy=policy.default)["Subject"])))
        name = f"{len(self.subjects):02d}-{re.sub(r'[^a-z0-9]+', '-', recipient.lower())}.eml"
        (self._folder / name).write_bytes(envelope.content)
        return "250 kept"

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._controller.stop()
