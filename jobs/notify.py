"""What systemd is told of the daemon (`Type=notify`): datagrams to the socket it names, nothing where it names none."""

from __future__ import annotations

import os
import socket
import time

import structlog


class Systemd:
    """The service manager that started us, where one did."""

    def __init__(self) -> None:
        """Remember its socket and how often it wants to hear of us. Both leave the environment: our children are not the daemon."""
        self._place = os.environ.pop("NOTIFY_SOCKET", "")
        microseconds, pid = os.environ.pop("WATCHDOG_USEC", ""), os.environ.pop("WATCHDOG_PID", "")
        ours = microseconds.isdigit() and pid in ("", str(os.getpid()))
        # Three times as often as asked: one delay must not end us.
        self._pause = int(microseconds) / 3_000_000 if ours else None
        self._patted = time.monotonic()

    def ready(self, status: str) -> None:
        """Say that the daemon is at work, and what it says of itself."""
        self._say("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """Say that the configuration is being read anew; `ready` ends that."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """Say that the daemon ends its work."""
        self._say("STOPPING=1")

    def alive(self) -> None:
        """Pat the watchdog, where there is one and it is time to."""
        if self._pause is not None and time.monotonic() - self._patted >= self._pause:
            self._patted = time.monotonic()
            self._say("WATCHDOG=1")

    def _say(self, *lines: str) -> None:
        if not self._place:
            return
        # A name that begins with @ is one of the kernel, not of a file.
        address = f"\0{self._place[1:]}" if self._place.startswith("@") else self._place
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(2)
                line.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            structlog.get_logger().warning("systemd cannot be told", error=str(error))
