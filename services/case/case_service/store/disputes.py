"""Disputes of a balance with their rounds, evidence and references."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Row, Table, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from case_service.domain.desk.disputes import Dispute, Round
from case_service.store.tables.core import case_table
from case_service.store.tables.desk import (
    dispute,
    dispute_document,
    dispute_reference,
    dispute_round,
)
from case_service.store.tables.ids import ID
from chassis.arrays import is_any
from chassis.crypto import Keys

_t = dispute.c


@dataclass(frozen=True, slots=True)
class Filter:
    """Which disputes are asked for; what is empty asks for all."""

    case_id: str = ""
    participant_id: str = ""
    office_id: str = ""
    states: Sequence[str] = ()
    answer_before: date | None = None


def write(session: Session, keys: Keys, one: Dispute, by: str, at: datetime) -> None:
    """Write a dispute, new or changed; evidence and references are only ever added to."""
    _upsert(session, dispute, _row(one))
    for each in one.rounds:
        _upsert(session, dispute_round, _round_row(keys, one.dispute_id, each))
    key = {"dispute_id": one.dispute_id}
    _add(session, dispute_document, [key | {"document_id": d} for d in one.document_ids])
    added = {"added_by": by, "added_at": at}
    references = [key | added | {"reference_id": r} for r in one.reference_ids]
    _add(session, dispute_reference, references)


def read(session: Session, keys: Keys, dispute_id: str, *, lock: bool = False) -> Dispute | None:
    """Return one dispute; locked when it is to be changed."""
    query = select(dispute).where(_t.dispute_id == dispute_id)
    rows = session.execute(query.with_for_update() if lock else query).all()
    return _disputes(session, keys, rows)[0] if rows else None


def page(
    session: Session, keys: Keys, which: Filter, after: tuple[date, str] | None, limit: int
) -> list[Dispute]:
    """Return a page of disputes by the day that they are to be answered by."""
    query = select(dispute)
    if which.case_id:
        query = query.where(_t.case_id == which.case_id)
    if which.participant_id:
        query = query.where(_t.participant_id == which.participant_id)
    if which.office_id:
        of_office = select(case_table.c.case_id).where(case_table.c.office_id == which.office_id)
        query = query.where(_t.case_id.in_(of_office))
    if which.states:
        query = query.where(is_any(_t.state, which.states))
    if which.answer_before:
        query = query.where(_t.answer_by < which.answer_before)
    if after:
        place = tuple_(_t.answer_by, _t.dispute_id)
        query = query.where(place > tuple_(literal(after[0]), literal(after[1], ID)))
    query = query.order_by(_t.answer_by, _t.dispute_id).limit(limit)
    return _disputes(session, keys, session.execute(query).all())


def _upsert(session: Session, table: Table, row: Mapping[str, object]) -> None:
    statement = insert(table).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={c.name: statement.excluded[c.name] for c in table.c if not c.primary_key},
        )
    )


def _add(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        session.execute(insert(table).values(rows).on_conflict_do_nothing())


def _row(one: Dispute) -> dict[str, object]:
    return {
        "dispute_id": one.dispute_id,
        "version": one.version,
        "case_id": one.case_id,
        "participant_id": one.participant_id,
        "state": one.state,
        "round": one.last.number,
        "expected_cents": one.expected_cents,
        "first_month": one.first_month,
        "last_month": one.last_month,
        "answer_by": one.answer_by,
        "created_at": one.created_at,
    }


def _round_row(keys: Keys, dispute_id: str, one: Round) -> dict[str, object]:
    answer = json.dumps({"answer": one.answer, "reasons": one.reasons})
    return {
        "dispute_id": dispute_id,
        "round": one.number,
        "stated_on": one.stated_on,
        "statement": keys.encrypt("dispute_round.statement", one.statement),
        "decision": one.decision,
        "answer": keys.encrypt("dispute_round.answer", answer) if one.answer else None,
        "decided_by": one.decided_by,
        "confirmed_by": one.confirmed_by,
        "answered_on": one.answered_on,
    }


def _disputes(session: Session, keys: Keys, rows: Sequence[Row[Any]]) -> list[Dispute]:
    ids = [row.dispute_id for row in rows]
    rounds: dict[str, list[Round]] = defaultdict(list)
    query = select(dispute_round).where(is_any(dispute_round.c.dispute_id, ids))
    for row in session.execute(query.order_by(dispute_round.c.round)):
        rounds[row.dispute_id].append(_round(keys, row))
    documents = _parts(session, dispute_document.c.document_id, ids)
    references = _parts(session, dispute_reference.c.reference_id, ids)
    return [
        Dispute(
            dispute_id=row.dispute_id,
            version=row.version,
            case_id=row.case_id,
            participant_id=row.participant_id,
            state=row.state,
            expected_cents=row.expected_cents,
            first_month=row.first_month,
            last_month=row.last_month,
            answer_by=row.answer_by,
            created_at=row.created_at,
            rounds=tuple(rounds[row.dispute_id]),
            document_ids=tuple(documents[row.dispute_id]),
            reference_ids=tuple(references[row.dispute_id]),
        )
        for row in rows
    ]


def _parts(session: Session, wanted: Column[Any], ids: Sequence[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    of = wanted.table.c.dispute_id
    for dispute_id, value in session.execute(
        select(of, wanted).where(is_any(of, ids)).order_by(wanted)
    ):
        found[dispute_id].append(value)
    return found


def _round(keys: Keys, row: Row[Any]) -> Round:
    answer: Mapping[str, str] = {}
    if row.answer:
        answer = json.loads(keys.decrypt("dispute_round.answer", row.answer))
    return Round(
        number=row.round,
        stated_on=row.stated_on,
        statement=keys.decrypt("dispute_round.statement", row.statement),
        decision=row.decision,
        decided_by=row.decided_by,
        confirmed_by=row.confirmed_by,
        answered_on=row.answered_on,
        **answer,
    )
