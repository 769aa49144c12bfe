"""`yixun demo`: the whole job on bundled sample sites."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from store.status import RunStatus

from .common import EXIT_FAILED, out, say

if TYPE_CHECKING:
    from jobs.demo.job import DemoReport


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("demo")(demo)


def demo(
    folder: Annotated[Path, typer.Option("--out", help="Folder for the store, the issues, the mails and the sample pages.")] = Path(
        "out/demo"
    ),
) -> None:
    """Do the whole job on bundled sample sites: crawl them, store, build three weekly digests, mail them to a local server.

    Everything stays on this machine's loopback addresses and takes less than half a minute. The sites' articles are invented.
    """
    from jobs.demo.job import run_demo

    began = time.monotonic()
    report = run_demo(folder, tell=lambda line: say(f"{time.monotonic() - began:5.1f} s  {line}"))
    _tell(report, folder, time.monotonic() - began)
    if report.run.status == RunStatus.failed or not all(outcome.fine for outcome in report.outcomes):
        raise typer.Exit(EXIT_FAILED)


def _tell(report: DemoReport, folder: Path, seconds: float) -> None:
    """Say what was done, where to look and what to type next."""
    totals = report.run.totals()
    out(f"Crawled {totals['sources']} sample sites with {len(report.requests)} requests; all in all {seconds:.0f} s:")
    out(f"  {totals['new']} entries found, {totals['turned_away']} of them turned away unread: title and summary were off topic")
    for source in report.run.sources:
        if source.error_kind:
            out(f"  {source.id}: {source.note or source.error_kind} (one of the sites is made to do so)")
    out("Built and mailed, one mail a reader:")
    for subject in report.subjects:
        out(f"  {subject}")
    config = f"--config {folder / 'yixun.toml'}"
    week = report.editions[-1].period
    out("Look at")
    out(f"  {folder / report.files_of(week)[0].name}   the last issue; links lead to kept copies of the sample pages")
    out(f"  {folder / 'archive' / 'index.html'}   the archive of all issues")
    out(f"  {folder / 'mail'}   the mails as the local SMTP server received them")
    out(f"  {folder / 'demo.db'}   the store, an SQLite file")
    out("Next")
    out(f"  yixun search DeepSeek {config}")
    out(f"  yixun digest preview weekly --week {week} {config}")
    out(f"  yixun query deepseek_hospitals {config}")
    out("  yixun init   to begin with real sources")
