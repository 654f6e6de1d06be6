"""Telling parties: a notice is a fact that the service notification puts into words."""

from case_service.domain.model import Case
from case_service.domain.notices import Notice
from chassis.dates import from_date
from chassis.ids import derived_id
from chassis.runtime import Work
from childsupport.case.v1 import events_pb2 as events


def notify(work: Work, case: Case, participant_id: str, notice: Notice) -> str:
    """Tell one party of a case something; returns the notice's id. Told twice it is one notice."""
    return _issue(work, case.case_id, case.case_number, participant_id, notice)


def notify_applicant(
    work: Work, application_id: str, reference: str, participant_id: str, notice: Notice
) -> str:
    """Tell who applied something while there is no case; `reference` is what he knows it by."""
    return _issue(work, application_id, reference, participant_id, notice)


def _issue(work: Work, case_id: str, number: str, participant_id: str, notice: Notice) -> str:
    notice_id = derived_id("notice", notice.kind, notice.about_id, participant_id)
    sealed = work.keys.seal("notification", notice.text.encode()) if notice.text else None
    message = events.Notice(
        notice_id=notice_id,
        case_id=case_id,
        case_number=number,
        participant_id=participant_id,
        kind=notice.kind,
        on_date=from_date(work.clock.today()),
        answer_by=from_date(notice.answer_by),
        letter=notice.letter,
        facts=dict(notice.facts),
        text_for_notification=sealed,
    )
    work.emit(events.NoticesIssued(notices=[message]), subject=notice_id)
    return notice_id
