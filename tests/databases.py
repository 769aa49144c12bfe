"""Which of the two databases a test runs on, where not on both alike."""

from __future__ import annotations

import pytest

_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)]
# For what does nothing with the store that other tests do not do on both: on PostgreSQL only `make soak` runs it.
postgresql_in_soak = pytest.mark.parametrize("store_settings", _KINDS, indirect=True)
