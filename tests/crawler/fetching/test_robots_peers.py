"""The robots.txt cases of Protego, the Google specification's among them, decided by our reading of robots.txt."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.archives import source_archive

# Stands before their tests and puts our decision in the place of theirs: all that is ours is what a RobotsPolicy says.
CONFTEST = """
import re

import protego
from crawler.fetching.robots import agent_token, read_robots
from store.database import utc_now


class Ours(protego.Protego):
    @classmethod
    def parse(cls, content):
        found = super().parse(content)
        found.text = content
        return found

    def can_fetch(self, url, user_agent):
        return self._policy(user_agent).allows(url, self._agent(user_agent))

    def crawl_delay(self, user_agent):
        return self._policy(user_agent).crawl_delay

    def _policy(self, user_agent):
        return read_robots(self.text, self._agent(user_agent), believed_until=utc_now())

    def _agent(self, user_agent):
        # Our own agent begins with a product token and a version; other forms are asked about as they are.
        return agent_token(user_agent) if re.fullmatch(r"[A-Za-z_-]+/[0-9.]+", user_agent) else user_agent


protego.Protego = Ours
"""
# Bytes are decoded before they are read here, and their inner functions are not ours.
DESELECTED = "not bytestrings and not quoting and not parse_time_period"


@pytest.mark.soak  # pip builds what it downloads
def test_protegos_cases_are_decided_alike(tmp_path: Path) -> None:
    with tarfile.open(source_archive("protego", tmp_path)) as archive:
        archive.extractall(tmp_path, filter="data")
    [folder] = tmp_path.glob("protego-*/tests")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    files = [str(folder / name) for name in ("test_protego.py", "test_on_google_spec.py")]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "-k",
        DESELECTED,
        *files,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0, done.stdout[-3000:]
    assert passed
    assert int(passed.group(1)) > 100
