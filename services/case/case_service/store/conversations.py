"""Threads and their messages."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from case_service.domain.desk.conversations import CLOSED, Conversation, Message
from case_service.store.tables.desk import conversation, message, message_document
from case_service.store.tables.ids import ID
from chassis.crypto import Keys

_t = conversation.c
_m = message.c
_d = message_document.c


@dataclass(frozen=True, slots=True)
class Filter:
    """Which threads of a case are asked for; what is empty asks for all."""

    case_id: str
    participant_id: str = ""
    unread_by_agency: bool = False


def add(session: Session, keys: Keys, thread: Conversation) -> None:
    """Add a thread without messages."""
    session.execute(
        insert(conversation).values(
            conversation_id=thread.conversation_id,
            version=thread.version,
            case_id=thread.case_id,
            participant_id=thread.participant_id,
            topic=thread.topic,
            subject=keys.encrypt("conversation.subject", thread.subject),
            state=thread.state,
            messages=thread.messages,
            read_by_party=thread.read_by_party,
            read_by_agency=thread.read_by_agency,
            opened_at=thread.opened_at,
            last_at=thread.last_at,
        )
    )


def write(session: Session, thread: Conversation) -> None:
    """Write what can change of a thread."""
    session.execute(
        update(conversation)
        .where(_t.conversation_id == thread.conversation_id)
        .values(
            version=thread.version,
            state=thread.state,
            messages=thread.messages,
            read_by_party=thread.read_by_party,
            read_by_agency=thread.read_by_agency,
            last_at=thread.last_at,
        )
    )


def add_message(session: Session, keys: Keys, thread: Conversation, one: Message) -> None:
    """Add a message to a thread."""
    key = {"conversation_id": thread.conversation_id, "number": one.number}
    sealed = keys.encrypt(_purpose(thread.conversation_id), one.text)
    values = {"at": one.at, "from_party": one.from_party, "author": one.author, "text": sealed}
    session.execute(insert(message), key | values)
    if one.document_ids:
        rows = [key | {"document_id": document_id} for document_id in one.document_ids]
        session.execute(insert(message_document), rows)


def _purpose(conversation_id: str) -> str:
    """Bind a text to its thread: in another one it cannot be read."""
    return f"conversation_message.text\x1f{conversation_id}"


def read(
    session: Session, keys: Keys, conversation_id: str, *, lock: bool = False
) -> Conversation | None:
    """Return one thread; locked when it is to be changed."""
    query = _threads().where(_t.conversation_id == conversation_id)
    if lock:
        query = query.with_for_update(of=conversation)
    row = session.execute(query).first()
    return _thread(keys, row) if row else None


def page(
    session: Session, keys: Keys, which: Filter, after: tuple[datetime, str] | None, limit: int
) -> list[Conversation]:
    """Return a page of threads, the latest first."""
    query = _threads().where(_t.case_id == which.case_id)
    if which.participant_id:
        query = query.where(_t.participant_id == which.participant_id)
    if which.unread_by_agency:
        query = query.where(_unread(_t.read_by_agency, from_party=True) > 0)
    if after:
        place = tuple_(_t.last_at, _t.conversation_id)
        query = query.where(place < tuple_(literal(after[0]), literal(after[1], ID)))
    query = query.order_by(_t.last_at.desc(), _t.conversation_id.desc()).limit(limit)
    return [_thread(keys, row) for row in session.execute(query)]


def messages(
    session: Session, keys: Keys, conversation_id: str, after: int, limit: int
) -> list[Message]:
    """Return a page of messages behind a number, oldest first."""
    attached = _attached(session, conversation_id, after, limit)
    query = (
        select(message)
        .where(_m.conversation_id == conversation_id, _m.number > after)
        .order_by(_m.number)
        .limit(limit)
    )
    return [
        Message(
            number=row.number,
            at=row.at,
            from_party=row.from_party,
            author=row.author,
            text=keys.decrypt(_purpose(conversation_id), row.text),
            document_ids=attached.get(row.number, ()),
        )
        for row in session.execute(query)
    ]


def _attached(
    session: Session, conversation_id: str, after: int, limit: int
) -> Mapping[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    query = select(_d.number, _d.document_id).where(
        _d.conversation_id == conversation_id, _d.number > after, _d.number <= after + limit
    )
    for row in session.execute(query.order_by(_d.number, _d.document_id)):
        found[row.number] += (row.document_id,)
    return found


def forget_closed(session: Session, before: datetime, limit: int) -> int:
    """Delete closed threads whose last message is older; returns how many."""
    old = (
        select(_t.conversation_id)
        .where(_t.state == CLOSED, _t.last_at < before)
        .order_by(_t.last_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = delete(conversation).where(_t.conversation_id.in_(old))
    return len(session.scalars(gone.returning(_t.conversation_id)).all())


def _threads() -> Select[Any]:
    return select(
        conversation,
        _unread(_t.read_by_agency, from_party=True).label("unread_by_agency"),
        _unread(_t.read_by_party, from_party=False).label("unread_by_party"),
    )


def _unread(mark: Any, *, from_party: bool) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(message)
        .where(
            _m.conversation_id == _t.conversation_id,
            _m.number > mark,
            _m.from_party.is_(from_party),
        )
        .correlate(conversation)
        .scalar_subquery()
    )


def _thread(keys: Keys, row: Any) -> Conversation:
    return Conversation(
        conversation_id=row.conversation_id,
        version=row.version,
        case_id=row.case_id,
        participant_id=row.participant_id,
        topic=row.topic,
        subject=keys.decrypt("conversation.subject", row.subject),
        state=row.state,
        messages=row.messages,
        read_by_party=row.read_by_party,
        read_by_agency=row.read_by_agency,
        unread_by_party=row.unread_by_party,
        unread_by_agency=row.unread_by_agency,
        opened_at=row.opened_at,
        last_at=row.last_at,
    )
