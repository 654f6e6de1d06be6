"""Asking a party for a document."""

from dataclasses import replace
from datetime import date

from case_service.actions import desk
from case_service.actions.notices import notify
from case_service.actions.recording import refuse_locations
from case_service.actions.telling import tell
from case_service.domain.desk import wanted as domain
from case_service.domain.desk.access import is_id
from case_service.domain.desk.documents import SUBJECTS
from case_service.domain.notices import Notice
from case_service.store import wanted as store
from chassis.errors import invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work

MAX_MESSAGE_CHARS = 2_000


def ask(
    work: Work, case_id: str, participant_id: str, subject: str, message: str, due_on: date | None
) -> domain.Wanted:
    """Ask a party of an open case for a document, by letter too: he may have no account."""
    case = desk.open_case_of(work, case_id)
    desk.check_party(work, case, participant_id, "participant_id")
    text = desk.text_of("message", message, MAX_MESSAGE_CHARS)
    if due_on is None or due_on < work.clock.today():
        raise invalid_field("due_on", "must be today or a later day")
    refuse_locations(work, [case], "message", text, but_of=participant_id)
    one = domain.Wanted(
        wanted_id=new_id(work.clock.now()),
        case_id=case.case_id,
        participant_id=participant_id,
        subject=subject,
        message=text,
        due_on=due_on,
        state=domain.OPEN,
        asked_by=work.caller.person,
        asked_at=work.clock.now(),
    )
    store.add(work.session, work.keys, one)
    tell(
        work,
        case.case_id,
        "document_wanted",
        about_id=one.wanted_id,
        subject=SUBJECTS[subject],
        due_on=due_on.isoformat(),
    )
    notice = Notice("document_wanted", one.wanted_id, answer_by=due_on, letter=True, text=text)
    notify(work, case, participant_id, notice)
    return one


def withdraw(work: Work, wanted_id: str) -> domain.Wanted:
    """Want a document no more. Raises PlatformError: NOT_FOUND, FAILED_PRECONDITION."""
    before = store.read(work.session, work.keys, wanted_id) if is_id(wanted_id) else None
    if before is None:
        raise not_found("wanted document", wanted_id)
    if before.state != domain.OPEN:
        raise desk.precondition(f"the document is {before.state} already", state=before.state)
    store.set_state(work.session, wanted_id, domain.WITHDRAWN)
    what = SUBJECTS[before.subject]
    tell(work, before.case_id, "document_wish_withdrawn", about_id=wanted_id, subject=what)
    return replace(before, state=domain.WITHDRAWN)
