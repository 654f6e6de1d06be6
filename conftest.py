"""What every test can ask for: a fresh migrated database of a real PostgreSQL, keys, a runtime."""

import os
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from chassis import db, logs, migrate
from chassis.clock import SteppedClock
from chassis.crypto import load_keys, write_key_files
from chassis.ids import new_id
from chassis.runtime import Runtime
from chassis.service import Service
from launcher.postgres import EmbeddedPostgres

SERVICES = ("identity", "case", "payments", "withholding", "enforcement", "notification")
START = datetime(2026, 3, 6, 14, 0, 0, 123_456, tzinfo=UTC)
"""Friday, 9 in the morning in Kentucky."""

TEST_CONNECTIONS = 160

RuntimeFactory = Callable[..., Runtime]

# How long an example takes says something about the machine, not about the code. The examples are
# the same in every run, so that a build says something about its change: `HYPOTHESIS_SEARCH=1`
# looks for new ones.
settings.register_profile(
    "any machine",
    deadline=None,
    derandomize="HYPOTHESIS_SEARCH" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")

# From the first test on: structlog's own default draws every frame's variables, for seconds each.
logs.begin()


@pytest.fixture(scope="session")
def postgres_admin_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a PostgreSQL of the tests' own; it is gone when they end."""
    data_dir = tmp_path_factory.mktemp("postgres")
    server = EmbeddedPostgres(data_dir, [], connections=TEST_CONNECTIONS, durable=False)
    server.start()
    yield server.admin_url
    server.destroy()


@pytest.fixture(scope="session")
def key_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    write_key_files(directory, SERVICES)
    return directory


class Databases:
    """Databases of services as they are after their migrations.

    Making one costs more than most tests take, so one that comes back is emptied and used again:
    rows go (append-only tables too, hence the superuser), what the migrations wrote comes back,
    sequences begin anew. One that cannot be emptied at once, or that a test has built upon, is
    dropped. Its engines come back too, with their connections and the statements they compiled.
    """

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._admin = create_engine(admin_url, isolation_level="AUTOCOMMIT")
        self._templates: dict[str, str] = {}
        self._spare: dict[str, list[str]] = defaultdict(list)
        self._engines: dict[str, dict[Hashable, Engine]] = defaultdict(dict)
        self._connected: dict[str, set[int]] = defaultdict(set)
        self._emptying: dict[str, Engine] = {}

    def url(self, name: str) -> str:
        """Return the superuser's URL of a database."""
        url = make_url(self._admin_url).set(database=name)
        return url.render_as_string(hide_password=False)

    def template(self, service: Service) -> str:
        """Return the name of a migrated database that others are made from."""
        if service.name not in self._templates:
            name = f"t_{service.name}_{new_id()[-12:]}"
            self._run(f'CREATE DATABASE "{name}"')
            migrate.upgrade(service, self.url(name))
            with self._within(name) as connection:
                for statement in ("CREATE SCHEMA kept", SHAPE, KEEP_WHAT_MIGRATIONS_WROTE):
                    connection.execute(text(statement))
            self._templates[service.name] = name
        return self._templates[service.name]

    def take(self, service: Service) -> str:
        """Return the name of a database as the migrations leave it."""
        if spare := self._spare[service.name]:
            return spare.pop()
        name = f"d_{service.name}_{new_id()[-12:]}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self.template(service)}"')
        return name

    def engine(self, name: str, fresh: Engine) -> Engine:
        """Return the engine that a database already has, if it is as a fresh one is; else that."""
        alike = (fresh.url, fresh.pool.size(), db.LOCK_TIMEOUT_MS, db.STATEMENT_TIMEOUT_MS)
        found = self._engines[name].setdefault(alike, fresh)
        if found is fresh:
            pids = self._connected[name]
            event.listen(fresh, "connect", lambda made, _: pids.add(made.info.backend_pid))
        return found

    def give_back(self, service: Service, name: str) -> None:
        """Take a database back; nobody uses it any more."""
        if any(engine.pool.checkedout() for engine in self._engines[name].values()):
            self._disconnect(name)
        if name not in self._emptying:
            url = self.url(name)
            self._emptying[name] = create_engine(url, pool_size=1, max_overflow=0)
        try:
            with self._emptying[name].begin() as connection:
                connection.execute(text(END_OTHERS), {"kept": list(self._connected[name])})
                connection.execute(text(EMPTY))
        except DBAPIError:
            self._disconnect(name)
            self._emptying.pop(name).dispose()
            self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        else:
            self._spare[service.name].append(name)

    def close(self) -> None:
        """Let go of everything; the databases go with their server."""
        for name, engine in self._emptying.items():
            self._disconnect(name)
            engine.dispose()
        self._admin.dispose()

    def _disconnect(self, name: str) -> None:
        for engine in self._engines.pop(name, {}).values():
            engine.dispose()
        self._connected.pop(name, None)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    @contextmanager
    def _within(self, name: str) -> Iterator[Connection]:
        engine = create_engine(self.url(name), poolclass=NullPool)
        with engine.begin() as connection:
            yield connection


SHAPE = """
CREATE FUNCTION kept.shape_of_tables() RETURNS text LANGUAGE sql AS $$
  SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
    SELECT format('%s.%s %s', attrelid::regclass, attname, atttypid) FROM pg_attribute
      JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s', tgname, tgenabled) FROM pg_trigger
      JOIN pg_class ON pg_class.oid = tgrelid
      WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
  ) AS parts (part)
$$
"""

KEEP_WHAT_MIGRATIONS_WROTE = """
DO $$ DECLARE t record; filled boolean; BEGIN
  CREATE TABLE kept.shape (shape) AS SELECT kept.shape_of_tables();
  CREATE TABLE kept.sequences AS
    SELECT schemaname, sequencename, start_value, last_value FROM pg_sequences;
  FOR t IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t.name) INTO filled;
    IF filled THEN
      EXECUTE format('CREATE TABLE kept.%I AS SELECT * FROM public.%I', 't_' || t.name, t.name);
    END IF;
  END LOOP;
END $$
"""

END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(:kept)
"""

EMPTY = """
DO $$ DECLARE t record; BEGIN
  IF kept.shape_of_tables() IS DISTINCT FROM (SELECT shape FROM kept.shape) THEN
    RAISE EXCEPTION 'a test has changed the tables';
  END IF;
  SET LOCAL lock_timeout = '2s';
  SET LOCAL session_replication_role = replica;
  -- Most tables have never had a row, so that their files are empty.
  FOR t IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'r'
           AND relnamespace IN ('public'::regnamespace, to_regnamespace('shard'))
           AND pg_relation_size(oid) > 0 LOOP
    EXECUTE format('DELETE FROM %s', t.name);
  END LOOP;
  FOR t IN SELECT substr(tablename, 3) AS name FROM pg_tables
           WHERE schemaname = 'kept' AND tablename LIKE 't\\_%' LOOP
    EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM kept.%I',
                   t.name, 't_' || t.name);
  END LOOP;
  PERFORM setval(format('%I.%I', k.schemaname, k.sequencename)::regclass,
                 coalesce(k.last_value, k.start_value), k.last_value IS NOT NULL)
    FROM kept.sequences k;
END $$
"""


@pytest.fixture(scope="session")
def templates(databases: Databases) -> Callable[[Service], str]:
    """Give the name of a migrated template database of a service."""
    return databases.template


@pytest.fixture(scope="session")
def databases(postgres_admin_url: str) -> Iterator[Databases]:
    """Give and take back databases of services, as they are after their migrations."""
    found = Databases(postgres_admin_url)
    yield found
    found.close()


@pytest.fixture
def runtime_for(
    databases: Databases,
    key_directory: Path,
    tmp_path: Path,
) -> Iterator[RuntimeFactory]:
    """Make runtimes of services, each with a fresh database and the settings that are given."""
    made: list[tuple[Runtime, str]] = []

    def make(service: Service, **given: Any) -> Runtime:
        name = databases.take(service)
        url = databases.url(name)
        given_settings = service.settings.from_environment(
            service.name,
            **{
                "database_url": SecretStr(url),
                "keys_file": key_directory / f"{service.name}.keys.json",
                "data_dir": tmp_path,
                "max_database_connections": 4,
            }
            | given,
        )
        runtime = Runtime(
            service,
            given_settings,
            clock=SteppedClock(START),
            keys=load_keys(service.name, given_settings.keys_file),
        )
        runtime.engine = databases.engine(name, runtime.engine)
        made.append((runtime, name))
        return runtime

    yield make
    for runtime, name in made:
        databases.give_back(runtime.service, name)
