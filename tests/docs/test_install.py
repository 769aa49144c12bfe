"""The pip of a fresh Python can install Yixun with any extra: dependencies that it breaks on show here.

No index is asked: each package installed here is offered as a wheel of its metadata alone.
"""

from __future__ import annotations

import subprocess
import venv
from base64 import urlsafe_b64encode
from email import message_from_string
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.utils import canonicalize_name

from tests.warm import REAL_PYTHON

ROOT = Path(__file__).parents[2]
# Whoever uses Yixun, and whoever works on it.
EXTRAS = ("demo,parquet,postgres", pytest.param("build,test", marks=pytest.mark.soak))
_WHEEL = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _offer(metadata: str, folder: Path) -> None:
    """Write a wheel that holds nothing but this metadata."""
    fields = message_from_string(metadata)
    stem = f"{canonicalize_name(fields['Name']).replace('-', '_')}-{fields['Version']}"
    files = {f"{stem}.dist-info/METADATA": metadata, f"{stem}.dist-info/WHEEL": _WHEEL}
    lines = [f"{path},sha256={urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b'=').decode()}," for path, text in files.items()]
    files[f"{stem}.dist-info/RECORD"] = "\n".join([*lines, f"{stem}.dist-info/RECORD,,"]) + "\n"
    with ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


def _own_metadata(folder: Path) -> str:
    """What pyproject.toml says today, as an installer reads it."""
    code = "import sys; from setuptools import build_meta; print(build_meta.prepare_metadata_for_build_wheel(sys.argv[1]))"
    done = subprocess.run([REAL_PYTHON, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True)
    return (folder / done.stdout.splitlines()[-1] / "METADATA").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The pip of a fresh environment, and a folder of wheels."""
    folder = tmp_path_factory.mktemp("install")
    wheels, built = folder / "wheels", folder / "built"
    wheels.mkdir()
    built.mkdir()
    for one in distributions():
        if one.name != "yixun" and (metadata := one.read_text("METADATA")):
            _offer(metadata, wheels)
    _offer(_own_metadata(built), wheels)
    venv.create(folder / "venv", with_pip=True)
    return folder / "venv" / "bin" / "pip", wheels


@pytest.mark.parametrize("extras", EXTRAS)
def test_a_fresh_pip_can_install_it(fresh: tuple[Path, Path], extras: str) -> None:
    pip, wheels = fresh
    wanted = f"yixun[{extras}]"
    command = [str(pip), "install", "--dry-run", "--no-index", "--find-links", str(wheels), "--disable-pip-version-check", wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-600:]
    assert "Would install" in done.stdout and "yixun" in done.stdout
