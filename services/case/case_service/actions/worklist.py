"""The worklist: putting there what waits for a caseworker, and taking it away when it is done."""

from datetime import date

from case_service.domain.desk import worklist as domain
from case_service.store import worklist as store
from chassis.ids import new_id
from chassis.runtime import Work


def put(
    work: Work,
    case_id: str,
    kind: str,
    about_id: str,
    *,
    due_on: date | None = None,
    about_type: str = "",
    office_id: str = "",
    **facts: str,
) -> str:
    """Put something before the worker of a case, or before its office while nobody has the case.

    `kind` is one of `domain.desk.worklist.KINDS`; `facts` are what its line names (FORM and QUES:
    subject; ALERT: what). A thing lies there once: put again while it is open, it stays as it is;
    only an alert also says what is new about the same thing.
    `case_id` is empty and `office_id` set for an application that is no case yet. Returns its id.
    """
    case_office, worker_id = store.office_and_worker(work.session, case_id) if case_id else ("", "")
    item = domain.Item(
        item_id=new_id(work.clock.now()),
        version=1,
        kind=kind,
        case_id=case_id,
        about_id=about_id,
        about_type=about_type or domain.KINDS[kind][0],
        office_id=office_id or case_office,
        worker_id="" if office_id and office_id != case_office else worker_id,
        state=domain.OPEN,
        due_on=due_on,
        escalated=False,
        facts=facts,
        created_at=work.clock.now(),
    )
    item_id = store.add(work.session, work.keys, item)
    if item_id == item.item_id:
        record(work, item, "put")
    elif kind == "ALERT":
        _say_also(work, item)
    return item_id


def _say_also(work: Work, alert: domain.Item) -> None:
    """Let an open alert say another thing about what it is about, which no second one would."""
    for item in store.lock_about(work.session, work.keys, alert.about_id, alert.kind):
        after = domain.saying_also(item, alert)
        if after != item:
            store.write(work.session, [after])
            store.write_facts(work.session, work.keys, after)
            record(work, after, "put")


def done(
    work: Work, about_id: str, *, kind: str = "", state: str = domain.DONE, note: str = ""
) -> None:
    """Take away what is open about a thing: it was accepted, rejected, answered or done."""
    for item in store.lock_about(work.session, work.keys, about_id, kind):
        after = domain.closed(item, state, work.clock.now())
        store.write(work.session, [after])
        record(work, after, state, note)


def record(work: Work, item: domain.Item, action: str, note: str = "") -> None:
    """Write into the history of an item what was done with it, and where it lies now."""
    move = store.Move(
        item_id=item.item_id,
        at=work.clock.now(),
        by=work.caller.person,
        action=action,
        office_id=item.office_id,
        worker_id=item.worker_id,
        note=note,
    )
    store.add_moves(work.session, work.keys, [move])


def note(work: Work, about_id: str, action: str, text: str) -> None:
    """Write a note into the history of what is open about a thing."""
    for item in store.lock_about(work.session, work.keys, about_id):
        record(work, item, action, text)
