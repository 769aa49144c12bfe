"""Issues as files: the mail's HTML, text and Markdown, and the mail itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from store.errors import DigestError

from .charts import within
from .edition import Edition
from .letter import Letters
from .markdown import markdown
from .plain import text
from .render import Rewrite, html
from .settings import MailSettings


def write_issue(
    edition: Edition, folder: Path, mail: MailSettings, *, date: datetime, recipient: str | None = None, rewrite: Rewrite | None = None
) -> list[Path]:
    """Write NAME-PERIOD.html, .txt, .md and .eml into `folder`.

    `recipient` stands in the mail's To (default: the sender), `date` in its Date. Writing an issue again gives the same bytes.
    Raises DigestError when the folder cannot be written to.
    """
    message = Letters(edition, mail, rewrite=rewrite).compose(recipient or mail.address, date=date)
    files = {
        ".html": html(edition, rewrite=rewrite, picture=within(edition.trends, edition.language)).encode(),
        ".txt": text(edition, rewrite=rewrite).encode(),
        ".md": markdown(edition, rewrite=rewrite).encode(),
        ".eml": message.as_bytes(),
    }
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
