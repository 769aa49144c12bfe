"""`yixun digest publish`: the archive of all issues as a static site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import ConfigFile, out, say, settings_of, store_session


def publish(
    folder: Annotated[Path | None, typer.Option("--out", help="Folder for the archive; default the folder `archive` in mail.out.")] = None,
    config: ConfigFile = None,
) -> None:
    """Write the archive of all frozen issues as a static site, and print the files that are new or changed.

    Front page, a page an issue, topic, model and organisation, a search that works in the browser, and, where `archive_url` of a digest
    says where the folder will stand, feeds. What did not change is left alone; what is no more is taken away.
    """
    from jobs.issues import archive_folder
    from reports.site.publish import publish as publish_all
    from store.database import utc_now

    settings = settings_of(config)
    there = folder or archive_folder(settings)
    with store_session(settings) as session:
        written = publish_all(session, there, settings.digest, now=utc_now())
    say(f"{there / 'index.html'}: {len(written)} files are new or changed")
    for path in written:
        out(str(path))
