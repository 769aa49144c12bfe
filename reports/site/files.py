"""The files of the archive: written where they changed, taken away where they are no more, pictures drawn once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from reports.charts import draw
from reports.trends import Trend
from store.errors import DigestError

_LIST = ".yixun-archive"


class Files:
    """What belongs into a folder. Nothing is written before `store`; a picture of figures that did not change is not drawn again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._content: dict[str, bytes] = {}
        self._kept: set[str] = set()

    def add(self, path: str, content: str | bytes) -> None:
        """Put a file at an address within the folder."""
        self._content[path] = content.encode() if isinstance(content, str) else content

    def picture(self, trend: Trend, language: str, *, dark: bool) -> str:
        """The address of the picture of a series within the folder; it is named after its figures."""
        seed = repr((trend, language, dark))
        path = f"pictures/{trend.id}-{hashlib.sha256(seed.encode()).hexdigest()[:16]}.png"
        if path not in self._content and path not in self._kept:
            if (self.folder / path).is_file():
                self._kept.add(path)
            else:
                self._content[path] = draw(trend, language, dark=dark).png
        return path

    def store(self) -> list[Path]:
        """Write what is new or changed, take away what an earlier archive had and this one has not; returns what was written.

        Raises DigestError when the folder cannot be written to, or holds files that are none of an archive.
        """
        try:
            known = self._known()
            written = [self._write(path, content) for path, content in self._content.items() if self._differs(path, content)]
            now = {*self._content, *self._kept}
            for path in known - now:
                (self.folder / path).unlink(missing_ok=True)
            self._write(_LIST, "".join(f"{path}\n" for path in sorted(now)).encode())
        except OSError as error:
            raise DigestError(f"cannot be written: {error.strerror}", subject=str(error.filename or self.folder)) from error
        return written

    def _known(self) -> set[str]:
        """What the archive in the folder consists of."""
        marked = self.folder / _LIST
        if marked.is_file():
            inside = self.folder.resolve()
            paths = marked.read_text(encoding="utf-8").splitlines()
            return {path for path in paths if (self.folder / path).resolve().is_relative_to(inside)}
        if self.folder.is_dir() and any(self.folder.iterdir()):
            raise DigestError("is not empty and holds no archive", subject=str(self.folder), hint="choose another --out")
        return set()

    def _differs(self, path: str, content: bytes) -> bool:
        there = self.folder / path
        return not there.is_file() or there.read_bytes() != content

    def _write(self, path: str, content: bytes) -> Path:
        there = self.folder / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(content)
        return there
