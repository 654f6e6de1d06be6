"""Lines of released files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, select, text, update
from sqlalchemy.orm import Session

from chassis.arrays import is_any, rows_of
from chassis.copying import EMPTY_ARRAY, copy_rows
from withholding_service.domain.line import LineState
from withholding_service.domain.outcome import EarlierLine
from withholding_service.domain.reasons import Reason
from withholding_service.store.tables import AWAITS_FACTS_SQL, remittance_line

PAGE_LINES_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a released file."""

    receipt_id: str
    submission_id: str
    employer_id: str
    line_number: int
    page_number: int
    trace_number: str
    sequence: int
    state: LineState
    reason: Reason | None
    detail: str
    amount_cents: int
    credited_cents: int
    settlement_date: date
    application: str
    case_identifier: str
    identifier_key: str
    pay_date: date | None
    obligor_id: str | None
    case_id: str | None
    employment_ended: bool
    medical_coverage: bool
    warnings: Sequence[str]
    ssn_hash: bytes | None
    ssn_last_four: str
    ssn_encrypted: bytes | None = field(repr=False)
    name: str = field(repr=False)
    fingerprint: bytes | None
    received_on: date
    identified_at: datetime | None = None


_PLAIN = tuple(column.name for column in remittance_line.columns if column.name != "warnings")
_values = attrgetter(*_PLAIN)
_COLUMNS = ("warnings", *_PLAIN)
_RESOLVED = (
    "receipt_id",
    "state",
    "reason",
    "detail",
    "obligor_id",
    "case_id",
    "ssn_hash",
    "ssn_last_four",
    "ssn_encrypted",
    "name",
    "identified_at",
)


def add(session: Session, lines: Sequence[Line]) -> None:
    """Record a page of lines."""
    rows = ((list(line.warnings) or EMPTY_ARRAY, *_values(line)) for line in lines)
    copy_rows(session, remittance_line.name, _COLUMNS, rows)


def of_submission(session: Session, submission_id: str, after: int, limit: int) -> list[Line]:
    """Return up to `limit` lines behind a line number, in the order of the file."""
    return _lines(
        session,
        select(remittance_line)
        .where(
            remittance_line.c.submission_id == submission_id,
            remittance_line.c.line_number > after,
        )
        .order_by(remittance_line.c.line_number)
        .limit(limit),
    )


def pages_of_submission(session: Session, submission_id: str) -> Iterator[list[Line]]:
    """Give the lines of a submission in the order of the file, a page at a time."""
    after = 0
    while page := of_submission(session, submission_id, after, PAGE_LINES_MAX):
        yield page
        after = page[-1].line_number


def earlier(
    session: Session, fingerprints: Sequence[bytes], *, since: date, submission_id: str
) -> Mapping[bytes, EarlierLine]:
    """Return by fingerprint the first line of another file that has it, received since a day."""
    statement = (
        select(
            remittance_line.c.fingerprint,
            remittance_line.c.submission_id,
            remittance_line.c.line_number,
            remittance_line.c.received_on,
        )
        .distinct(remittance_line.c.fingerprint)
        .where(
            is_any(remittance_line.c.fingerprint, fingerprints),
            remittance_line.c.received_on >= since,
            remittance_line.c.submission_id != submission_id,
        )
        .order_by(remittance_line.c.fingerprint, remittance_line.c.receipt_id)
    )
    return {key: EarlierLine(*values) for key, *values in session.execute(statement)}


def awaiting_identifiers(session: Session, keys: Sequence[str]) -> Iterator[list[Line]]:
    """Give the lines that wait for a case with one of these keys, locked, a page at a time."""
    return _awaiting(session, is_any(remittance_line.c.identifier_key, keys))


def awaiting_ssns(session: Session, hashes: Sequence[bytes]) -> Iterator[list[Line]]:
    """Give the lines that wait for an obligor with one of these numbers, locked, in pages."""
    return _awaiting(session, is_any(remittance_line.c.ssn_hash, hashes))


def awaiting_in(session: Session, submission_id: str) -> Iterator[list[Line]]:
    """Give the lines of a submission that wait for a case or participant, locked, in pages."""
    return _awaiting(session, remittance_line.c.submission_id == submission_id)


def resolve(session: Session, lines: Sequence[Line]) -> None:
    """Write what became of lines that waited."""
    columns = [remittance_line.c[name] for name in _RESOLVED]
    rows = [{name: getattr(line, name) for name in _RESOLVED} for line in lines]
    new = rows_of(columns, rows).subquery("new")
    session.execute(
        update(remittance_line)
        .where(remittance_line.c.receipt_id == new.c.receipt_id)
        .values({name: new.c[name] for name in _RESOLVED if name != "receipt_id"})
    )


def _awaiting(session: Session, where: ColumnElement[bool]) -> Iterator[list[Line]]:
    after: str | None = None
    while True:
        statement = select(remittance_line).where(
            where,
            # As text, so that the planner sees the predicate of the partial indexes.
            text(AWAITS_FACTS_SQL),
        )
        if after is not None:
            statement = statement.where(remittance_line.c.receipt_id > after)
        statement = statement.order_by(remittance_line.c.receipt_id).limit(PAGE_LINES_MAX)
        page = _lines(session, statement.with_for_update())
        if not page:
            return
        yield page
        after = page[-1].receipt_id


def _lines(session: Session, statement: Select[Any]) -> list[Line]:
    return [_line(row) for row in session.execute(statement).mappings()]


def _line(row: RowMapping) -> Line:
    values = dict(row)
    values["state"] = LineState(row["state"])
    values["reason"] = None if row["reason"] is None else Reason(row["reason"])
    return Line(**values)
