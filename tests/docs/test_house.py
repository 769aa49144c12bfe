"""No module and no function grows beyond what one reads at a glance."""

from __future__ import annotations

from tests.house import too_large


def test_files_and_functions_stay_small() -> None:
    assert list(too_large()) == []
