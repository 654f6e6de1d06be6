"""What the database server takes at the most: COPY of a payment's ledger rows, and nothing else.

A payment is counted as eight rows of the shape of the ledger's table `line`, in COPY's text form,
made beforehand; a page of a thousand payments is a transaction, committed durably like any other.
Once without keys (the limit to measure against), once with the table's primary key.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from uuid import UUID

import psycopg

from launcher.bench.watching import Watch

ROWS_OF_A_PAYMENT = 8
PAGE_PAYMENTS = 1_000
PAYMENTS = 20_000
TABLES = {"bench_plain": "", "bench_keyed": "INCLUDING INDEXES"}
COLUMNS = (
    "obligor_id, entry_id, line_no, book, account, obligation_id, bucket, month, participant_id,"
    " amount_cents, collection_date, settlement_date, posting_date, lane, batch"
)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Payments by COPY: how many, how long it took, and what processor time it used."""

    payments: int
    plain_seconds: float
    keyed_seconds: float
    plain_cpu_seconds: float

    @property
    def plain_per_second(self) -> float:
        """Payments per second into a table without keys."""
        return self.payments / self.plain_seconds

    @property
    def keyed_per_second(self) -> float:
        """Payments per second into a table with the ledger's key."""
        return self.payments / self.keyed_seconds

    @property
    def cpu_seconds_per_payment(self) -> float:
        """Processor time of a payment, without keys."""
        return self.plain_cpu_seconds / self.payments

    def with_another(self, other: "Baseline") -> "Baseline":
        """Return both together: measured before and after, a machine's mood counts half each."""
        return Baseline(
            self.payments + other.payments,
            self.plain_seconds + other.plain_seconds,
            self.keyed_seconds + other.keyed_seconds,
            self.plain_cpu_seconds + other.plain_cpu_seconds,
        )


def measure(owner_url: str, clock: Watch, payments: int) -> Baseline:
    """Copy into tables of our own beside the ledger; they are gone afterwards."""
    took: dict[str, tuple[float, float]] = {}
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for table, with_keys in TABLES.items():
            connection.execute(f"DROP TABLE IF EXISTS {table}".encode())
            connection.execute(f"CREATE TABLE {table} (LIKE line {with_keys})".encode())
            try:
                took[table] = _copy(connection, table, clock, payments)
            finally:
                connection.execute(f"DROP TABLE {table}".encode())
    plain_seconds, plain_cpu_seconds = took["bench_plain"]
    return Baseline(payments, plain_seconds, took["bench_keyed"][0], plain_cpu_seconds)


def _copy(
    connection: "psycopg.Connection[tuple[object, ...]]",
    table: str,
    clock: Watch,
    payments: int,
) -> tuple[float, float]:
    """Return wall and processor seconds, of this process and of the database server."""
    seconds = cpu_seconds = 0.0
    statement = f"COPY {table} ({COLUMNS}) FROM STDIN".encode()
    for page in _pages(payments):
        used, started = clock().database + time.process_time(), time.perf_counter()
        with (
            connection.transaction(),
            connection.cursor() as cursor,
            cursor.copy(statement) as copy,
        ):
            copy.write(page)
        seconds += time.perf_counter() - started
        cpu_seconds += clock().database + time.process_time() - used
    return seconds, cpu_seconds


def _pages(payments: int) -> Iterator[bytes]:
    chance = Random(1)  # noqa: S311 (ids of rows that are thrown away)
    for start in range(0, payments, PAGE_PAYMENTS):
        rows = []
        for number in range(start, min(start + PAGE_PAYMENTS, payments)):
            obligor, entry, other = (UUID(int=chance.getrandbits(128)) for _ in range(3))
            rows += [
                f"{obligor}\t{entry}\t{row}\t{1 + row % 2}\t{row}\t{other}\t{row % 7}\t2026-03-01\t"
                f"{other}\t{number * 8 + row + 1}\t2026-03-06\t2026-03-06\t2026-03-06\t"
                f"{number % 16}\t{start}\n"
                for row in range(ROWS_OF_A_PAYMENT)
            ]
        yield "".join(rows).encode()
