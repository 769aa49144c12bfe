"""Takes the pictures of the demo's issues that stand in the docs: `python -m tests.jobs.demo.look [FOLDER]`."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from jobs.demo.job import WEEKS, run_demo
from tests.browser import browser

PICTURES = Path(__file__).parents[3] / "docs" / "pictures"
SCREENS = {"phone": 390, "desktop": 680}


def look(folder: Path, out: Path) -> list[Path]:
    """Take each issue that the demo wrote into `folder`, on both screens, light and dark; returns the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    taken = []
    with browser() as page:
        for period in WEEKS:
            for screen, width in SCREENS.items():
                for shade in ("light", "dark"):
                    page.open((folder / f"weekly-{period}.html").as_uri(), width=width, dark=shade == "dark")
                    picture = Image.open(io.BytesIO(page.picture())).convert("RGB").quantize(24, dither=Image.Dither.NONE)
                    path = out / f"demo-{period.partition('-')[2]}-{screen}-{shade}.png"
                    picture.save(path, optimize=True)
                    taken.append(path)
    return taken


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        shown = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made) / "demo"
        if len(sys.argv) == 1:
            run_demo(shown)
        for file in look(shown, PICTURES):
            sys.stdout.write(f"{file} {file.stat().st_size}\n")
