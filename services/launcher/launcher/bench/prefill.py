"""Lines of earlier years in the ledger, written as the ledger writes, chain of hashes and all."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from chassis.ids import derived_id
from launcher.bench.hosts import Host, Say
from payments_service.domain.bookkeeping import Account, Book, Entry, EntryKind, Line
from payments_service.domain.lanes import lane_of
from payments_service.store import ledger

LINES_OF_AN_ENTRY: Final = 8
PAGE_ENTRIES: Final = 2_000
TELL_EVERY: Final = 50
POSTED_ON: Final = date(2025, 12, 1)
POSTED_AT: Final = datetime(2025, 12, 1, 9, tzinfo=ZoneInfo("America/New_York"))


def fill(host: Host, lines: int, say: Say) -> int:
    """Append entries of earlier years to everybody's books; returns how many lines.

    Each entry says and takes back the same, so that no balance and no total moves.
    """
    engine = create_engine(host.databases.url("payments"))
    entries = -(-lines // LINES_OF_AN_ENTRY)
    done = 0
    try:
        with Session(engine) as session:
            query = "SELECT DISTINCT obligor_id::text FROM case_projection ORDER BY 1"
            by_lane = _by_lane(session.scalars(text(query)).all())
            session.rollback()
            for page_number, lane in enumerate(_round(by_lane)):
                if done == entries:
                    break
                size = min(PAGE_ENTRIES, entries - done)
                page = _page(by_lane[lane], page_number, size)
                with session.begin():
                    ledger.lock_lane(session, lane)
                    ledger.record(session, lane, page, on=POSTED_ON, at=POSTED_AT)
                done += size
                if page_number % TELL_EVERY == 0:
                    say(f"  {done * LINES_OF_AN_ENTRY:,} of {lines:,} lines")
    finally:
        engine.dispose()
    return done * LINES_OF_AN_ENTRY


def _by_lane(obligor_ids: Sequence[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for obligor_id in obligor_ids:
        found.setdefault(lane_of(obligor_id), []).append(obligor_id)
    return found


def _round(lanes: dict[int, list[str]]) -> Iterator[int]:
    while True:
        yield from sorted(lanes)


def _page(obligor_ids: list[str], page_number: int, size: int) -> list[Entry]:
    entries = []
    for place in range(size):
        entry_id = derived_id("bench", "earlier", str(page_number), str(place))
        cents = 100 + place
        to, fro = (
            (_line(Account.BANK, cents), _line(Account.SUSPENSE, -cents)),
            (_line(Account.SUSPENSE, cents), _line(Account.BANK, -cents)),
        )
        entries.append(
            Entry(
                obligor_id=obligor_ids[(page_number * size + place) % len(obligor_ids)],
                entry_id=entry_id,
                kind=EntryKind.REVERSAL,
                source_id=entry_id,
                collection_date=POSTED_ON,
                settlement_date=POSTED_ON,
                lines=(*to, *fro, *to, *fro),
            )
        )
    return entries


def _line(account: Account, cents: int) -> Line:
    return Line(Book.CASH, account, None, None, None, None, cents)
