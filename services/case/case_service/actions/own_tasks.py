"""What a party should do next, gathered from all his open cases."""

from collections.abc import Iterator
from datetime import date, timedelta

from case_service.actions import own_reviews
from case_service.actions.own_cases import cases_of
from case_service.domain import closing, reviews
from case_service.domain.desk import appointments as meetings
from case_service.domain.model import Case
from case_service.domain.own_tasks import Task, in_order, newest_rejected, said, still_rejected
from case_service.settings import settings_of
from case_service.store import (
    appointments,
    closures,
    conversations,
    documents,
    participants,
    reported_changes,
    wanted,
)
from case_service.store import reviews as review_store
from chassis.runtime import Work

MAX_LOOKED_AT = 100
"""Of each kind of thing in a case, the latest so many."""


def tasks_of(work: Work, participant_id: str) -> tuple[list[Task], dict[str, str]]:
    """Return what a party should do, and the numbers of the cases by id."""
    mine = [case for case in cases_of(work, participant_id) if case.status == "open"]
    if not mine:
        return [], {}
    found = list(_of_himself(work, participant_id, mine))
    for case in mine:
        found += _messages(work, case, participant_id)
        found += _documents(work, case, participant_id)
        found += _appointments(work, case, participant_id)
        found += _closings(work, case, participant_id)
        found += _reviews(work, case, participant_id)
    return in_order(found), {case.case_id: case.case_number for case in mine}


def _of_himself(work: Work, me: str, mine: list[Case]) -> Iterator[Task]:
    person = participants.read(work.session, work.keys, [me])[0].participant
    changes = reported_changes.latest(work.session, work.keys, me, "", MAX_LOOKED_AT)
    first = mine[0].case_id
    if person.address is None and not said(changes, "address"):
        yield Task("missing_address", first)
    owes = [case.case_id for case in mine if case.obligor_id == me]
    if owes and person.employer is None and not said(changes, "employment"):
        yield Task("missing_employer", owes[0])
    since = work.clock.today() - timedelta(days=settings_of(work).rejected_task_days)
    for one in still_rejected(changes, since):
        yield Task("change_rejected", one.case_id, one.change_id, note=one.answer)


def _messages(work: Work, case: Case, me: str) -> Iterator[Task]:
    which = conversations.Filter(case.case_id, me)
    for one in conversations.page(work.session, work.keys, which, None, MAX_LOOKED_AT):
        if one.unread_by_party:
            yield Task("message_unread", case.case_id, one.conversation_id)


def _documents(work: Work, case: Case, me: str) -> Iterator[Task]:
    for want in wanted.open_of(work.session, work.keys, case.case_id, me, MAX_LOOKED_AT):
        yield Task(
            "document_wanted",
            case.case_id,
            want.wanted_id,
            due_on=want.due_on,
            subject=want.subject,
            note=want.message,
        )
    which = documents.Filter(case.case_id, participant_id=me)
    own = documents.page(work.session, work.keys, which, None, MAX_LOOKED_AT)
    for one in newest_rejected(own):
        yield Task(
            "document_rejected",
            case.case_id,
            one.document_id,
            subject=one.subject,
            note=one.message,
        )


def _appointments(work: Work, case: Case, me: str) -> Iterator[Task]:
    now = work.clock.now()
    which = appointments.Filter(
        case_id=case.case_id,
        participant_id=me,
        starts_from=now,
        starts_before=now + timedelta(days=settings_of(work).appointment_soon_days),
        states=(meetings.SET,),
    )
    for one in appointments.page(work.session, work.keys, which, None, MAX_LOOKED_AT):
        on = date.fromisoformat(meetings.local_at(one)[:10])
        yield Task("appointment_soon", case.case_id, one.appointment_id, due_on=on)


def _closings(work: Work, case: Case, me: str) -> Iterator[Task]:
    intended = [closing.INTENDED]
    page = closures.page(work.session, work.keys, case.case_id, intended, "", MAX_LOOKED_AT)
    for one in (stored.closure for stored in page):
        last_day = one.answer_by if one.recipient_id == me and one.answer is None else None
        if last_day and last_day >= work.clock.today():
            yield Task("closure_notice", case.case_id, one.closure_id, due_on=last_day)


def _reviews(work: Work, case: Case, me: str) -> Iterator[Task]:
    if me not in {case.obligor_id, case.obligee_id}:
        return
    states = [reviews.UNDER_REVIEW]
    for stored in review_store.page(
        work.session, work.keys, case.case_id, states, "", MAX_LOOKED_AT
    ):
        if not own_reviews.information_received(work, stored.review, me):
            yield Task(
                "review_information_wanted",
                case.case_id,
                stored.review.review_id,
                due_on=stored.review.begins_on,
            )
