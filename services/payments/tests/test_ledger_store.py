"""The ledger on a real PostgreSQL: it refuses what a ledger must refuse, and proves itself."""

from datetime import date

import psycopg
import pytest
from sqlalchemy import LargeBinary, text
from sqlalchemy.exc import DBAPIError

from chassis import migrate
from payments_service.domain.bookkeeping import Account, Book, Entry, EntryKind, Line
from payments_service.service import SERVICE
from payments_service.store import ledger, totals

TODAY = date(2026, 3, 6)
OBLIGOR = "0190aaaa-0000-7000-8000-000000000003"
ENTRY = "0190aaaa-0000-7000-8000-0000000000a1"


def entry(*amounts, entry_id=ENTRY):
    lines = [Line(Book.CASH, Account.BANK, None, None, None, None, cents) for cents in amounts]
    return Entry(OBLIGOR, entry_id, EntryKind.RECEIPT, ENTRY, TODAY, TODAY, lines)


def record(world, *entries):
    with world.runtime.work() as work:
        ledger.lock_lane(work.session, 3)
        ledger.record(work.session, 3, entries, on=TODAY, at=work.clock.now())


def verify(world):
    with world.runtime.work() as work:
        return totals.verify(work.session)


def test_an_entry_that_does_not_balance_is_refused_whole(world):
    with pytest.raises(psycopg.errors.RaiseException, match="out of balance by 1 cents"):
        record(world, entry(100, -99))
    with world.runtime.work() as work:
        assert work.session.scalar(text("SELECT count(*) FROM line")) == 0


def test_recording_the_same_fact_twice_is_refused(world):
    record(world, entry(100, -100))
    with pytest.raises(psycopg.errors.UniqueViolation):
        record(world, entry(100, -100))


@pytest.mark.parametrize("table", ["entry", "line", "batch", "allocation", "applied_rule"])
@pytest.mark.parametrize("change", ["UPDATE {} SET lane = 0", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_is_written_cannot_be_changed(world, table, change):
    statement = change.format(table).replace("allocation SET lane", "allocation SET support")
    statement = statement.replace("applied_rule SET lane = 0", "applied_rule SET citation = ''")
    with (
        pytest.raises(DBAPIError, match=f"{table} is append-only"),
        world.runtime.work() as work,
    ):
        work.session.execute(text(statement))


def tamper(world, *statements):
    """Change what the triggers guard, as somebody with the owner's rights could."""
    with world.runtime.work() as work:
        for table in ("line", "entry", "batch"):
            work.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        for statement in statements:
            work.session.execute(text(statement))


def post_some(world):
    world.participants(world.participant(1), world.participant(2))
    world.cases(
        world.case(1, obligations=[world.obligation(1, 30_000, opening=[(1, 5_000)])]),
        world.case(2, obligations=[world.obligation(2, 30_000)]),
    )
    lines = [world.line(n, 10_000 + n, obligor=n % 2 + 1) for n in range(1, 9)]
    world.take(*world.pages([*lines, world.line(9, 777, obligor=None, reason=2)], size=2))
    world.settle()


def test_untouched_books_verify(world):
    post_some(world)
    found = verify(world)
    assert found.findings == ()
    assert found.received_cents == sum(10_000 + n for n in range(1, 9)) + 777
    assert found.suspense_cents == 777
    assert found.received_cents == found.payable_cents + found.held_cents + 777


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE line SET amount_cents = amount_cents + 1 WHERE account = 1", "out of balance"),
        ("UPDATE line SET settlement_date = settlement_date + 1", "the hash of batch"),
        ("UPDATE batch SET hash = sha256(hash) WHERE batch = 1", "the hash of batch"),
        ("DELETE FROM line WHERE batch = (SELECT max(batch) FROM line)", "missing or not whole"),
        ("UPDATE lane SET hash = sha256(hash) WHERE batch > 0", "head of the chain"),
        ("UPDATE balance SET due_cents = due_cents + 1", "the balance says"),
        ("UPDATE total SET amount_cents = amount_cents + 1 WHERE account = 1", "the total says"),
        ("DELETE FROM suspended", "Suspended receipts sum to 0"),
        ("UPDATE receipt SET amount_cents = 1 WHERE state = 2", "has parts of"),
    ],
)
def test_tampering_is_found(world, change, finding):
    post_some(world)
    tamper(world, change)
    assert any(finding in sentence for sentence in verify(world).findings)


def test_deleting_the_newest_batch_is_found(world):
    """The chain's head is kept apart from the batches."""
    post_some(world)
    newest = "SELECT lane, max(batch) FROM batch GROUP BY lane"
    tamper(
        world,
        f"DELETE FROM line WHERE (lane, batch) IN ({newest})",
        f"DELETE FROM entry WHERE (lane, batch) IN ({newest})",
        f"DELETE FROM batch WHERE (lane, batch) IN ({newest})",
    )
    assert any("head of the chain" in sentence for sentence in verify(world).findings)


def test_every_unique_key_of_posting_and_paying_carries_its_shard_key(world):
    """So that the tables can be hash-partitioned, or distributed with Citus."""
    keyed = {
        "obligor_id": ("entry", "line", "balance", "standing", "fund", "allocation"),
        "payee_id": ("payable", "hold", "disbursement", "disbursement_part"),
    }
    with world.runtime.work() as work:
        for column, tables in keyed.items():
            for table in tables:
                keys = work.session.scalars(
                    text(
                        "SELECT array_agg(a.attname::text) FROM pg_index i"
                        " JOIN pg_attribute a"
                        " ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
                        " WHERE i.indrelid = CAST(:table AS regclass) AND i.indisunique"
                        " GROUP BY i.indexrelid"
                    ),
                    {"table": table},
                ).all()
                assert keys
                assert all(column in key for key in keys), table


def test_tables_and_migrations_say_the_same(world):
    url = world.runtime.settings.database_url.get_secret_value()
    migrate.check(SERVICE, url)


def test_secrets_are_bytes_and_say_so():
    secret = {
        f"{table.name}.{column.name}": column.type
        for table in SERVICE.metadata.tables.values()
        for column in table.columns
        if column.info.get("data_class") == "secret"
    }
    assert {
        "participant_projection.payment",
        "disbursement.payment",
        "to_pay.payment",
        "payee_account.corrected",
        "file_part.content",
    } <= secret.keys()
    assert [name for name, kept in secret.items() if not isinstance(kept, LargeBinary)] == []
