"""Closings of cases, and what was proven toward them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from case_service.domain.closing import INTENDED, Answer, Check, Closure, Finding, Verdict
from case_service.store.tables.reviews import closure, closure_finding
from chassis.arrays import is_any
from chassis.crypto import Keys

_ANSWER: Final = "case_closure.answer"
_EVALUATION: Final = "case_closure.evaluation"
_STATEMENT: Final = "closure_finding.statement"
_RETRACTED: Final = "closure_finding.retracted_because"


@dataclass(frozen=True, slots=True)
class Stored:
    """A closing with its version."""

    closure: Closure
    version: int


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding as it was recorded."""

    finding_id: str
    case_id: str
    finding: Finding
    statement: str
    document_ids: tuple[str, ...]
    recorded_by: str
    retracted_on: date | None = None
    retracted_because: str = ""


def add(session: Session, keys: Keys, one: Closure, by: str, at: datetime) -> Stored:
    """Write a new closing."""
    stored = Stored(one, 1)
    row = _row(keys, stored, at) | {"recorded_by": by}
    session.execute(insert(closure).values(row))
    return stored


def save(session: Session, keys: Keys, before: Stored, after: Closure, at: datetime) -> Stored:
    """Write a closing in its next version."""
    stored = Stored(after, before.version + 1)
    session.execute(
        update(closure)
        .where(closure.c.closure_id == after.closure_id)
        .values(_row(keys, stored, at))
    )
    return stored


def case_of(session: Session, closure_id: str) -> str | None:
    """Return the case of a closing."""
    return session.scalar(select(closure.c.case_id).where(closure.c.closure_id == closure_id))


def read(session: Session, keys: Keys, closure_id: str) -> Stored | None:
    """Return one closing. Whoever changes it has locked its case before."""
    row = session.execute(select(closure).where(closure.c.closure_id == closure_id)).first()
    return _stored(keys, row) if row else None


def page(
    session: Session, keys: Keys, case_id: str, states: Sequence[str], after: str, limit: int
) -> list[Stored]:
    """Return a page of closings in the order in which they were intended."""
    query = select(closure).order_by(closure.c.closure_id).limit(limit)
    if case_id:
        query = query.where(closure.c.case_id == case_id)
    if states:
        query = query.where(is_any(closure.c.state, states))
    if after:
        query = query.where(closure.c.closure_id > after)
    return [_stored(keys, row) for row in session.execute(query)]


def waited(session: Session, on: date, limit: int) -> list[str]:
    """Return closings whose notice's days are over and whose worker does not know yet."""
    query = select(closure.c.closure_id).where(
        closure.c.state == INTENDED, closure.c.answer_by < on, ~closure.c.wait_told
    )
    return list(session.scalars(query.order_by(closure.c.closure_id).limit(limit)))


def add_finding(session: Session, keys: Keys, one: StoredFinding, at: datetime) -> None:
    """Write a new finding."""
    session.execute(
        insert(closure_finding).values(
            finding_id=one.finding_id,
            case_id=one.case_id,
            code=one.finding.code,
            on_date=one.finding.on_date,
            number=one.finding.number,
            statement=keys.encrypt(_STATEMENT, one.statement),
            document_ids=list(one.document_ids),
            recorded_by=one.recorded_by,
            recorded_at=at,
        )
    )


def retract_finding(session: Session, keys: Keys, finding_id: str, on: date, why: str) -> None:
    """Mark a finding as taken back."""
    session.execute(
        update(closure_finding)
        .where(closure_finding.c.finding_id == finding_id)
        .values(retracted_on=on, retracted_because=keys.encrypt(_RETRACTED, why))
    )


def read_finding(session: Session, keys: Keys, finding_id: str) -> StoredFinding | None:
    """Return one finding."""
    query = select(closure_finding).where(closure_finding.c.finding_id == finding_id)
    row = session.execute(query).first()
    return _finding(keys, row) if row else None


def findings_page(
    session: Session, keys: Keys, case_id: str, after: str, limit: int
) -> list[StoredFinding]:
    """Return a page of the findings of a case, oldest first."""
    query = select(closure_finding).where(closure_finding.c.case_id == case_id)
    if after:
        query = query.where(closure_finding.c.finding_id > after)
    rows = session.execute(query.order_by(closure_finding.c.finding_id).limit(limit))
    return [_finding(keys, row) for row in rows]


def standing_findings(session: Session, case_id: str) -> Mapping[str, Finding]:
    """Return the findings of a case that hold; of one code the newest."""
    query = select(
        closure_finding.c.code, closure_finding.c.on_date, closure_finding.c.number
    ).where(closure_finding.c.case_id == case_id, closure_finding.c.retracted_on.is_(None))
    rows = session.execute(query.order_by(closure_finding.c.finding_id))
    return {row.code: Finding(row.code, row.on_date, row.number) for row in rows}


_PLAIN: Final = (
    "closure_id",
    "case_id",
    "ground",
    "state",
    "intended_on",
    "recipient_id",
    "notice_on",
    "answer_by",
    "wait_told",
    "closed_on",
    "reopened_on",
    "reopened_because",
)


def _row(keys: Keys, stored: Stored, at: datetime) -> dict[str, object]:
    one = stored.closure
    checks = json.dumps([asdict(check) for check in one.checks])
    answer = json.dumps(asdict(one.answer), default=date.isoformat) if one.answer else ""
    return {name: getattr(one, name) for name in _PLAIN} | {
        "application_id": one.application_id or None,
        "answer": keys.encrypt(_ANSWER, answer) if answer else None,
        "evaluation": keys.encrypt(_EVALUATION, checks),
        "version": stored.version,
        "updated_at": at,
    }


def _stored(keys: Keys, row: Row[tuple[object, ...]]) -> Stored:
    checks = json.loads(keys.decrypt(_EVALUATION, row.evaluation))
    answer = json.loads(keys.decrypt(_ANSWER, row.answer)) if row.answer else None
    return Stored(
        version=row.version,
        closure=Closure(
            **{name: getattr(row, name) for name in _PLAIN},
            application_id=row.application_id or "",
            checks=tuple(
                Check(**check | {"verdict": Verdict(check["verdict"])}) for check in checks
            ),
            answer=Answer(**answer | {"answered_on": date.fromisoformat(answer["answered_on"])})
            if answer
            else None,
        ),
    )


def _finding(keys: Keys, row: Row[tuple[object, ...]]) -> StoredFinding:
    why = row.retracted_because
    return StoredFinding(
        finding_id=row.finding_id,
        case_id=row.case_id,
        finding=Finding(row.code, row.on_date, row.number),
        statement=keys.decrypt(_STATEMENT, row.statement),
        document_ids=tuple(row.document_ids),
        recorded_by=row.recorded_by,
        retracted_on=row.retracted_on,
        retracted_because=keys.decrypt(_RETRACTED, why) if why else "",
    )
