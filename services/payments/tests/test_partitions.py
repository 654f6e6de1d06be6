"""Partitions, shard keys, and workers side by side: what lets the unit grow beyond one machine.

The rule on keys is PostgreSQL's and Citus's own: a unique key of a partitioned table has to hold
the column that it is cut by.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
import pytest
from alembic import command
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from chassis import migrate
from chassis.ids import new_id
from launcher.postgres import ExternalPostgres, provision_external
from payments_service.actions.posting import post_receipts
from payments_service.domain.bookkeeping import Account, Book, Entry, EntryKind, Line
from payments_service.service import SERVICE
from payments_service.store import ledger, snapshot, totals

BY_OBLIGOR = {"entry", "line", "allocation", "allocation_withdrawn", "balance"}
BY_PAYEE = {"payable", "hold", "disbursement", "disbursement_part"}
OBLIGORS_TOO = {"standing", "fund", "arrears_paid", "late_receipt"}
PAYEES_TOO = {"claim", "recoupment", "came_back", "payee_account", "redirect", "payee_hold"}
"""Not cut, for they do not grow with receipts alone; on several nodes they lie with the others."""
BEFORE_PARTITIONS = "0008"
TODAY = date(2026, 3, 6)
WORKERS = 2

CUT = """
SELECT p.partrelid::regclass::text, a.attname::text, p.partstrat = 'h'
  FROM pg_partitioned_table p JOIN pg_attribute a
    ON a.attrelid = p.partrelid AND a.attnum = ANY(p.partattrs::int2[])
"""
UNIQUE_KEYS = """
SELECT array_agg(a.attname::text) FROM pg_index i
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
 WHERE i.indrelid = CAST(:name AS regclass) AND i.indisunique GROUP BY i.indexrelid
"""


def test_posting_is_cut_by_obligor_and_paying_by_payee(world):
    with world.runtime.work() as work:
        found = {name: (column, hashed) for name, column, hashed in work.session.execute(text(CUT))}
    wanted = dict.fromkeys(BY_OBLIGOR, ("obligor_id", True))
    assert found == wanted | dict.fromkeys(BY_PAYEE, ("payee_id", True))


def test_every_unique_key_carries_its_shard_key(world):
    """PostgreSQL sees to it where a table is cut; the others have to be fit for it."""
    keyed = dict.fromkeys(BY_OBLIGOR | OBLIGORS_TOO, "obligor_id")
    keyed |= dict.fromkeys(BY_PAYEE | PAYEES_TOO, "payee_id")
    with world.runtime.work() as work:
        for table, column in keyed.items():
            keys = work.session.scalars(text(UNIQUE_KEYS), {"name": table}).all()
            assert keys, table
            assert all(column in key for key in keys), table


@pytest.fixture
def provided(postgres_admin_url: str) -> Iterator[ExternalPostgres]:
    """An owner and a login of their own, as on a server that somebody else runs."""
    made = provision_external(postgres_admin_url, ["payments"], prefix=f"t{new_id()[-8:]}_")
    yield made
    made.drop()


def test_the_migration_carries_the_rows_over_and_keeps_the_guards(provided):
    owner, login = provided.owner_url("payments"), provided.url("payments")
    command.upgrade(migrate.config(SERVICE, owner), BEFORE_PARTITIONS)
    before = _written(login)
    assert before["line"]
    migrate.upgrade(SERVICE, owner)
    assert _rows(login) == before
    with _session(login) as session, pytest.raises(psycopg.errors.RaiseException, match="balance"):
        _record(session, 10, -9)
    with _session(login) as session, pytest.raises(Exception, match="line is append-only"):
        session.execute(text("UPDATE line SET amount_cents = 1"))
    with _session(login) as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("DELETE FROM shard.line_0"))
    migrate.check(SERVICE, owner)


def _written(url: str) -> dict[str, list[tuple[object, ...]]]:
    with _session(url) as session:
        for cents in range(1, 41):
            _record(session, cents, -cents)
        session.execute(
            text(
                "INSERT INTO hold (payee_id, obligor_id, receipt_id, sequence, round, payee_kind,"
                " amount_cents, settlement_date, due_date, reason, held_on) SELECT"
                " gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 0, 5, n,"
                " '2026-03-06', '2026-03-10', 'excess', '2026-03-06' FROM generate_series(1, 20) n"
            )
        )
        session.commit()
    return _rows(url)


def _record(session: Session, *cents: int) -> None:
    entry_id = new_id()
    due = Line(Book.SUPPORT, Account.DUE, entry_id, 1, None, None, cents[0])
    paid = Line(Book.SUPPORT, Account.OPENING, entry_id, None, None, None, cents[1])
    entry = Entry(new_id(), entry_id, EntryKind.OPENING, entry_id, TODAY, TODAY, [due, paid])
    ledger.lock_lane(session, 3)
    at = session.scalar(text("SELECT now()"))
    ledger.record(session, 3, [entry], on=TODAY, at=at)


def _rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with _session(url) as session:
        for table in sorted(BY_OBLIGOR | BY_PAYEE):
            rows = session.execute(text(f"SELECT * FROM {table}")).mappings()
            found[table] = sorted(tuple(sorted(map(str, row.items()))) for row in rows)
    return found


@contextmanager
def _session(url: str) -> Iterator[Session]:
    with Session(create_engine(url, poolclass=NullPool)) as session:
        yield session


def _staged(world) -> None:
    """Forty obligors in all lanes, three receipts each, some of nobody."""
    world.cases(*(world.case(n, obligations=[world.obligation(n, 30_000)]) for n in range(1, 41)))
    world.settle()
    lines = [world.line(n, 5_000 + n, obligor=n % 40 + 1) for n in range(1, 121)]
    world.take(*world.pages([*lines, world.line(121, 7, obligor=None, reason=2)], size=50))


def test_two_workers_share_the_lanes_and_post_everything_once(world_for):
    alone, shared = world_for(), world_for()
    for world in (alone, shared):
        _staged(world)
    alone.settle()
    errors = _side_by_side(lambda: _post_all(shared))
    shared.settle()
    assert errors == []
    with alone.runtime.work() as one, shared.runtime.work() as other:
        assert snapshot.books(other) == snapshot.books(one)
        found = totals.verify(other.session)
        assert found.findings == ()
        assert found.received_cents == sum(5_000 + n for n in range(1, 121)) + 7
        # A lane is a chain of batches without a gap, whoever wrote them.
        assert other.session.scalar(text("SELECT count(*) FROM batch")) >= WORKERS


def test_a_worker_leaves_a_lane_alone_that_another_has(world):
    """It neither waits for it nor takes from it; what the other drops is posted later, once."""
    _staged(world)
    waiting = "SELECT array_agg(DISTINCT lane) FROM waiting"
    try:
        with world.runtime.work() as first:
            assert post_receipts(first)
            _post_all(world)
            with world.runtime.work() as other:
                left = other.session.scalar(text(waiting))
            assert len(left) == 1
            raise InterruptedError
    except InterruptedError:
        pass
    _post_all(world)
    with world.runtime.work() as work:
        assert work.session.scalar(text(waiting)) is None
        assert totals.verify(work.session).findings == ()


def _post_all(world) -> None:
    more = True
    while more:
        with world.runtime.work() as work:
            more = post_receipts(work)


def _side_by_side(work: Callable[[], None]) -> list[Exception]:
    errors: list[Exception] = []
    together = threading.Barrier(WORKERS)

    def run() -> None:
        together.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told to the test
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors
