"""What workers do with items of the worklist: take, forward, decide, hand over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from case_service.actions import conversations, desk, documents, worklist
from case_service.actions.changing import check_etag, lock_case, save_case
from case_service.actions.telling import tell
from case_service.domain.desk import worklist as domain
from case_service.domain.desk.access import is_id
from case_service.store import appointments, cases
from case_service.store import worklist as store
from chassis.errors import invalid_field, not_found
from chassis.runtime import Work

MAX_NOTE_CHARS = 1_000
MAX_ITEMS_AT_ONCE = 500
MAX_HANDED_OVER = 200
"""Items, and cases, in one transaction; who asks again gets the next ones."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How much went from one worker to another, and whether more is left."""

    items: int
    cases: int
    appointments: int
    more: bool


def take(work: Work, item_id: str, etag: str) -> domain.Item:
    """Take an item that nobody has; the second of two is told who was first."""
    item = _open(work, item_id)
    if item.worker_id == work.caller.person:
        return item
    _check_free(work, item)
    check_etag(item.version, etag, "item")
    return _move(work, domain.moved(item, worker_id=work.caller.person), "taken")


def release(work: Work, item_id: str, etag: str) -> domain.Item:
    """Give an item back to its office."""
    item = _mine(work, item_id, etag)
    return _move(work, domain.moved(item), "released") if item.worker_id else item


def forward(work: Work, item_id: str, etag: str, to: tuple[str, str], note: str) -> domain.Item:
    """Hand an item to another office, worker, or both (in this order), with a note."""
    office_id, worker_id = to
    text = desk.text_of("note", note, MAX_NOTE_CHARS)
    if not office_id and not worker_id:
        raise invalid_field("worker_id", "worker or office must be said: to whom does it go?")
    item = _mine(work, item_id, etag)
    after = domain.moved(item, office_id=office_id, worker_id=worker_id)
    return _move(work, after, "forwarded", text)


def escalate(work: Work, item_id: str, etag: str, note: str, *, up: bool) -> domain.Item:
    """Put an item before the supervisor, or take that back. Anybody may, whoever has it."""
    text = desk.text_of("note", note, MAX_NOTE_CHARS)
    item = _open(work, item_id)
    check_etag(item.version, etag, "item")
    after = replace(item, version=item.version + 1, escalated=up)
    return _move(work, after, "escalated" if up else "de_escalated", text)


def accept(work: Work, item_id: str, etag: str, message: str) -> domain.Item:
    """Accept what an item is about."""
    item = _mine_and_its_matter(work, item_id, etag)
    if item.kind == "ALERT":
        note = desk.text_of("message", message, MAX_NOTE_CHARS, needed=False)
        worklist.done(work, item.about_id, kind="ALERT", state=domain.ACCEPTED, note=note)
    else:
        _decide_document(work, item, documents.accept, message)
    return _after(work, item)


def reject(work: Work, item_id: str, etag: str, message: str) -> domain.Item:
    """Reject what an item is about, with a message to the party."""
    item = _mine_and_its_matter(work, item_id, etag)
    _decide_document(work, item, documents.reject, message)
    return _after(work, item)


def _decide_document(
    work: Work,
    item: domain.Item,
    decide: Callable[[Work, str, str, str], object],
    message: str,
) -> None:
    if item.about_type in domain.DECIDED_ELSEWHERE:
        raise desk.precondition(domain.DECIDED_ELSEWHERE[item.about_type], about_id=item.about_id)
    if item.about_type != "document":
        raise desk.precondition("only a document is accepted or rejected here: reply to a question")
    decide(work, item.about_id, "", message)


def reply(work: Work, item_id: str, etag: str, text: str) -> domain.Item:
    """Answer the message that an item is about."""
    item = _mine_and_its_matter(work, item_id, etag)
    if item.about_type in domain.DECIDED_ELSEWHERE:
        raise desk.precondition(domain.DECIDED_ELSEWHERE[item.about_type], about_id=item.about_id)
    if item.about_type != "conversation":
        raise desk.precondition("only a message is replied to: accept or reject this item")
    case = desk.case_of(work, item.case_id)
    written = conversations.Written(text, (), from_party=False)
    conversations.write(work, case, item.about_id, written)
    return _after(work, item)


def assign(work: Work, item_ids: Sequence[str], worker_id: str, note: str) -> list[domain.Item]:
    """Assign many items to one worker: all of them or none."""
    text = desk.text_of("note", note, MAX_NOTE_CHARS, needed=False)
    if not worker_id:
        raise invalid_field("worker_id", "must say who gets them")
    if not 1 <= len(item_ids) <= MAX_ITEMS_AT_ONCE:
        raise invalid_field("item_ids", f"must be 1 to {MAX_ITEMS_AT_ONCE}; read {len(item_ids)}")
    wanted = [one for one in item_ids if is_id(one)]
    found = {item.item_id: item for item in store.lock(work.session, work.keys, wanted)}
    for number, item_id in enumerate(item_ids):
        item = found.get(item_id)
        if item is None or item.state != domain.OPEN:
            raise invalid_field(f"item_ids[{number}]", "must be an open item")
    moved = [domain.moved(found[one], worker_id=worker_id) for one in dict.fromkeys(item_ids)]
    return [_move(work, item, "assigned", text) for item in moved]


def hand_over(work: Work, from_worker: str, to_worker: str, note: str) -> HandedOver:
    """Hand all that one worker has to another: items, cases, coming appointments.

    So much at once as one transaction bears; cases are locked before items, each in the order of
    their ids, as everywhere.
    """
    text = desk.text_of("note", note, MAX_NOTE_CHARS)
    if not from_worker or not to_worker or from_worker == to_worker:
        raise invalid_field("to_worker_id", "two different workers must be said")
    case_ids = store.case_ids_of_worker(work.session, from_worker, MAX_HANDED_OVER)
    for case_id in case_ids:
        _hand_over_case(work, case_id, from_worker, to_worker)
    items = store.lock_of_worker(work.session, work.keys, from_worker, MAX_HANDED_OVER)
    for item in items:
        _move(work, domain.moved(item, worker_id=to_worker), "handed_over", text)
    coming = appointments.hand_over(work.session, from_worker, to_worker, work.clock.now())
    return HandedOver(
        items=len(items),
        cases=len(case_ids),
        appointments=coming,
        more=MAX_HANDED_OVER in (len(items), len(case_ids)),
    )


def _hand_over_case(work: Work, case_id: str, from_worker: str, to_worker: str) -> None:
    before: cases.Stored = lock_case(work, case_id)
    if before.case.worker_id != from_worker:
        return
    save_case(work, before, replace(before.case, worker_id=to_worker))
    tell(work, case_id, "case_handed_over", from_worker=from_worker, to_worker=to_worker)


def _open(work: Work, item_id: str) -> domain.Item:
    found = store.lock(work.session, work.keys, [item_id]) if is_id(item_id) else []
    if not found:
        raise not_found("item", item_id)
    if found[0].state != domain.OPEN:
        raise desk.precondition(f"the item is {found[0].state} already", state=found[0].state)
    return found[0]


def _mine(work: Work, item_id: str, etag: str) -> domain.Item:
    """Return an open item that nobody else has, locked."""
    item = _open(work, item_id)
    if item.worker_id != work.caller.person:
        _check_free(work, item)
    check_etag(item.version, etag, "item")
    return item


def _mine_and_its_matter(work: Work, item_id: str, etag: str) -> domain.Item:
    """Return an open item that nobody else has, locked behind what it is about.

    That is the order in which the documents' and conversations' own methods lock.
    """
    seen = store.read(work.session, work.keys, item_id) if is_id(item_id) else None
    if seen and seen.about_type == "document":
        documents.lock(work, seen.about_id)
    elif seen and seen.about_type == "conversation":
        conversations.lock(work, seen.about_id)
    return _mine(work, item_id, etag)


def _check_free(work: Work, item: domain.Item) -> None:
    if item.worker_id:
        raise desk.precondition(
            f"{item.worker_id} has the item: ask for it, or let a supervisor assign it",
            worker_id=item.worker_id,
            caller=work.caller.person,
        )


def _move(work: Work, after: domain.Item, action: str, note: str = "") -> domain.Item:
    store.write(work.session, [after])
    worklist.record(work, after, action, note)
    return after


def _after(work: Work, item: domain.Item) -> domain.Item:
    return store.read(work.session, work.keys, item.item_id) or item
