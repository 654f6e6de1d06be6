"""What the agency told a parent: notices to read here, letters to save."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from chassis.errors import PlatformError, not_found
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.notification.v1 import party_service_pb2 as pb
from childsupport.notification.v1.party_service_pb2_grpc import InboxPartyServiceStub
from portal_service.desk.documents import download
from portal_service.keeper import parent
from web.site import Page
from web.visit import Visit

PAGE_SIZE = 25
PDF = "application/pdf"
_LEADS: Mapping[str, str] = {
    "payment_": "/payments",
    "first_payment": "/payments",
    "hold": "/payments",
    "support_corrected": "/balance",
    "fee_": "/balance",
    "message_": "/messages",
    "document_": "/documents",
    "information_requested": "/documents",
    "dispute_": "/disputes",
    "review_": "/reviews",
    "appointment_": "/appointments",
    "hearing_": "/appointments",
    "change_": "/changes",
    "closure_": "/tasks",
    "order_": "/balance",
    "account_change": "/deposit",
    "check_": "/payments",
    "redirect_": "/payments",
    "office_changed": "/office",
}
"""Beginning of a kind to the page where one sees what the notice is about."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of one participant's notices, and his letters."""

    number: int
    """Which of the account's participants: nearly always the only one."""
    notices: list[pb.MyNotice]
    older: str
    """For the page after this one; empty on the last."""
    letters: list[pb.MyLetter]


def show(visit: Visit) -> Response:
    """Show notices, the newest first, and below them the letters."""
    ids = parent(visit).participant_ids
    query = visit.request.query_params
    page, wanted = query.get("page", ""), query.get("of", "")
    inboxes = [
        _inbox(visit, number, participant_id, page if str(number) == wanted else "")
        for number, participant_id in enumerate(ids)
        if not page or str(number) == wanted
    ]
    return visit.render("desk/notices.html", inboxes=inboxes, first_page=not page)


def _inbox(visit: Visit, number: int, participant_id: str, page: str) -> Inbox:
    stub = visit.stub("notification", InboxPartyServiceStub)
    found = stub.ListMyNotices(
        pb.ListMyNoticesRequest(
            participant_id=participant_id, page_size=PAGE_SIZE, page_token=page
        ),
        **visit.as_person,
    )
    letters: list[pb.MyLetter] = []
    if not page:
        asked = pb.ListMyLettersRequest(participant_id=participant_id)
        letters += stub.ListMyLetters(asked, **visit.as_person).letters
    return Inbox(number, list(found.notices), found.next_page_token, letters)


def show_one(visit: Visit) -> Response:
    """Show a notice; it is read from then on."""
    stub = visit.stub("notification", InboxPartyServiceStub)
    notice_id = visit.request.path_params["notice_id"]
    for participant_id in parent(visit).participant_ids:
        request = pb.MarkMyNoticeReadRequest(participant_id=participant_id, notice_id=notice_id)
        try:
            notice = stub.MarkMyNoticeRead(request, **visit.as_person).notice
        except PlatformError as error:
            _raise_unless_elsewhere(error)
            continue
        return visit.render("desk/notice.html", notice=notice, leads_to=_leads_to(notice.kind))
    raise not_found("notice", notice_id)


def get_letter(visit: Visit) -> Response:
    """Return a letter as PDF."""
    stub = visit.stub("notification", InboxPartyServiceStub)
    letter_id = visit.request.path_params["letter_id"]
    for participant_id in parent(visit).participant_ids:
        request = pb.GetMyLetterRequest(participant_id=participant_id, letter_id=letter_id)
        try:
            answer = stub.GetMyLetter(request, **visit.as_person)
        except PlatformError as error:
            _raise_unless_elsewhere(error)
            continue
        return download(visit, answer.pdf, answer.letter.file_name, PDF)
    raise not_found("letter", letter_id)


def _raise_unless_elsewhere(error: PlatformError) -> None:
    """Go on to the account's next participant when it is not this one's."""
    if error.reason != ErrorReason.ERROR_REASON_NOT_FOUND:
        raise error


def _leads_to(kind: str) -> str:
    return next((path for begin, path in _LEADS.items() if kind.startswith(begin)), "")


PAGES = (
    Page("/notices", show),
    Page("/notices/{notice_id}", show_one),
    Page("/letters/{letter_id}", get_letter),
)
