"""Issues as files: the mail's HTML and text, the mail itself, and the whole issue where the mail leaves something out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from store.errors import DigestError

from .edition import Edition
from .letter import Letters
from .plain import text
from .render import Rewrite, html
from .settings import MailSettings


def write_issue(
    edition: Edition, folder: Path, mail: MailSettings, *, date: datetime, recipient: str | None = None, rewrite: Rewrite | None = None
) -> list[Path]:
    """Write NAME-PERIOD.html, .txt and .eml into `folder`, and NAME-PERIOD-full.html when the mail leaves lines out.

    `recipient` stands in the mail's To (default: the sender), `date` in its Date. Writing an issue again gives the same bytes.
    Raises DigestError when the folder cannot be written to.
    """
    message = Letters(edition, mail, rewrite=rewrite).compose(recipient or mail.address, date=date)
    files = {
        ".html": html(edition, rewrite=rewrite).encode(),
        ".txt": text(edition, rewrite=rewrite).encode(),
        ".eml": message.as_bytes(),
    }
    if edition.hidden:
        files["-full.html"] = html(edition, full=True, rewrite=rewrite).encode()
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, content in files.items():
            path = folder / f"{edition.file_name}{ending}"
            path.write_bytes(content)
            written.append(path)
    except OSError as error:
        raise DigestError(f"cannot be written: {error.strerror}", subject=str(error.filename or folder)) from error
    return written
