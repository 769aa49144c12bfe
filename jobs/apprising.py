"""A process that tells people by Apprise and ends: what Apprise loads, a fifth of the daemon's memory, and what may hang in it, go with it.

Reads one JSON object from standard input, {urls, title, body}; writes one JSON list, for each address what went wrong or the empty text.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

from pydantic import SecretStr

from reports.channels import Service

_SECONDS = 120.0


def notify(urls: Sequence[str], title: str, body: str) -> list[str]:
    """Tell each address, in a process of its own; returns for each what went wrong, the empty text where it was told."""
    order = json.dumps({"urls": list(urls), "title": title, "body": body})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "jobs.apprising"], input=order, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
        faults = json.loads(done.stdout.strip().rpartition("\n")[2] or "[]")
    except subprocess.TimeoutExpired:
        return [f"no answer within {_SECONDS:g} s"] * len(urls)
    except ValueError:
        faults = []
    return [str(fault) for fault in faults] if len(faults) == len(urls) else ["Apprise broke"] * len(urls)


def _notify_here(url: str, title: str, body: str) -> str:
    service = Service(SecretStr(url))
    return service.fault or service.notify(title, body)[1] or ""


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    sys.stdout.write(json.dumps([_notify_here(url, asked["title"], asked["body"]) for url in asked["urls"]]) + "\n")
