"""Documents that parties were asked for."""

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from case_service.domain.desk.wanted import OPEN, RECEIVED, Wanted
from case_service.store.tables.documents import document_wanted
from chassis.crypto import Keys

_MESSAGE = "document_wanted.message"
_t = document_wanted.c


def add(session: Session, keys: Keys, one: Wanted) -> None:
    """Write what a party is asked for."""
    session.execute(
        insert(document_wanted).values(
            wanted_id=one.wanted_id,
            case_id=one.case_id,
            participant_id=one.participant_id,
            subject=one.subject,
            message=keys.encrypt(_MESSAGE, one.message),
            due_on=one.due_on,
            state=one.state,
            asked_by=one.asked_by,
            asked_at=one.asked_at,
        )
    )


def read(session: Session, keys: Keys, wanted_id: str) -> Wanted | None:
    """Return what a party was asked for, locked."""
    query = select(document_wanted).where(_t.wanted_id == wanted_id).with_for_update()
    row = session.execute(query).first()
    return _wanted(keys, row) if row else None


def page(session: Session, keys: Keys, case_id: str, before: str, limit: int) -> list[Wanted]:
    """Return a page of what parties of a case were asked for, the latest first."""
    query = select(document_wanted).where(_t.case_id == case_id)
    if before:
        query = query.where(_t.wanted_id < before)
    query = query.order_by(_t.wanted_id.desc()).limit(limit)
    return [_wanted(keys, row) for row in session.execute(query)]


def open_of(
    session: Session, keys: Keys, case_id: str, participant_id: str, limit: int
) -> list[Wanted]:
    """Return what a party of a case was asked for and did not hand in, the nearest day first."""
    query = (
        select(document_wanted)
        .where(_t.case_id == case_id, _t.participant_id == participant_id, _t.state == OPEN)
        .order_by(_t.due_on, _t.wanted_id)
        .limit(limit)
    )
    return [_wanted(keys, row) for row in session.execute(query)]


def set_state(session: Session, wanted_id: str, state: str) -> None:
    """Write where it stands."""
    session.execute(update(document_wanted).where(_t.wanted_id == wanted_id).values(state=state))


def receive(
    session: Session, case_id: str, participant_id: str, subject: str, document_id: str
) -> None:
    """Note that a document of the kind came: it is what was asked for first of those open."""
    first = (
        select(_t.wanted_id)
        .where(
            _t.case_id == case_id,
            _t.participant_id == participant_id,
            _t.subject == subject,
            _t.state == OPEN,
        )
        .order_by(_t.due_on, _t.wanted_id)
        .limit(1)
        .scalar_subquery()
    )
    session.execute(
        update(document_wanted)
        .where(_t.wanted_id == first)
        .values(state=RECEIVED, document_id=document_id)
    )


def want_again(session: Session, document_id: str) -> None:
    """Ask again for what came and was rejected."""
    session.execute(
        update(document_wanted)
        .where(_t.document_id == document_id, _t.state == RECEIVED)
        .values(state=OPEN, document_id=None)
    )


def _wanted(keys: Keys, row: Row[tuple[object, ...]]) -> Wanted:
    return Wanted(
        wanted_id=row.wanted_id,
        case_id=row.case_id,
        participant_id=row.participant_id,
        subject=row.subject,
        message=keys.decrypt(_MESSAGE, row.message),
        due_on=row.due_on,
        state=row.state,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        document_id=row.document_id or "",
    )
