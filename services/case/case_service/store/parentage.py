"""What is recorded about children's parentage: facts, only added to."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import cast

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from case_service.domain.establishing import facts as domain
from case_service.store.tables.establishing import paternity_fact
from chassis.arrays import is_any
from chassis.crypto import Keys

PURPOSE = "paternity_fact.content"
_KINDS: Mapping[str, type] = {
    "mother": domain.Mother,
    "alleged": domain.Alleged,
    "marriage": domain.Marriage,
    "acknowledgment": domain.Acknowledgment,
    "rescission": domain.Rescission,
    "challenge": domain.Challenge,
    "action": domain.Action,
    "action_ended": domain.ActionEnded,
    "proceeding": domain.Proceeding,
    "genetic_test": domain.GeneticTest,
    "test_appointment": domain.GeneticAppointment,
    "test_result": domain.GeneticResult,
    "finding": domain.Finding,
    "not_pursued": domain.NotPursued,
    "withdrawal": domain.Withdrawal,
}
KIND_OF = {kind: name for name, kind in _KINDS.items()}
_DAYS = frozenset({"married_on", "ended_on", "mother_signed_on", "father_signed_on"})


def add(session: Session, keys: Keys, recorded: domain.Recorded, at: datetime) -> None:
    """Write one fact."""
    session.execute(
        insert(paternity_fact).values(
            fact_id=recorded.fact_id,
            child_id=recorded.child_id,
            case_id=recorded.case_id,
            kind=KIND_OF[type(recorded.fact)],
            on_date=recorded.on_date,
            content=keys.encrypt(PURPOSE, json.dumps(asdict(recorded.fact), default=str)),
            recorded_by=recorded.recorded_by,
            recorded_at=at,
        )
    )


def read(
    session: Session, keys: Keys, child_ids: Sequence[str]
) -> Mapping[str, list[domain.Recorded]]:
    """Return the facts about each child, in the order in which they were recorded."""
    query = (
        select(paternity_fact)
        .where(is_any(paternity_fact.c.child_id, list(child_ids)))
        .order_by(paternity_fact.c.number)
    )
    found: dict[str, list[domain.Recorded]] = defaultdict(list)
    for row in session.execute(query):
        found[row.child_id].append(_recorded(keys, row))
    return found


def _recorded(keys: Keys, row: Row[tuple[object, ...]]) -> domain.Recorded:
    content = json.loads(keys.decrypt(PURPOSE, row.content))
    return domain.Recorded(
        fact_id=row.fact_id,
        child_id=row.child_id,
        case_id=row.case_id,
        on_date=row.on_date,
        fact=_fact(_KINDS[row.kind], content),
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )


def _fact(kind: type, content: Mapping[str, object]) -> domain.Fact:
    values = {f.name: _value(f.name, content[f.name]) for f in fields(kind) if f.name in content}
    return cast("domain.Fact", kind(**values))


def _value(name: str, value: object) -> object:
    if name in _DAYS:
        return date.fromisoformat(str(value)) if value else None
    return tuple(value) if isinstance(value, list) else value
