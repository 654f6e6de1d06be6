"""gRPC: message to domain to message."""

from uuid import UUID

from chassis.dates import from_instant
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.notification.v1 import notification_service_pb2 as pb
from notification_service import issuing
from notification_service.catalogue import agency, catalogue, language_of
from notification_service.domain.wording import body
from notification_service.store import inbox, letters

_EMAIL_STATES = {
    "undecided": pb.EMAIL_STATE_UNSPECIFIED,
    "not_chosen": pb.EMAIL_STATE_NOT_CHOSEN,
    "off": pb.EMAIL_STATE_OFF,
    "queued": pb.EMAIL_STATE_QUEUED,
    "sent": pb.EMAIL_STATE_SENT,
    "failed": pb.EMAIL_STATE_FAILED,
}


class InboxReads:
    """Reads what people were told."""

    def ListInboxEntries(
        self, request: pb.ListInboxEntriesRequest, work: Work
    ) -> pb.ListInboxEntriesResponse:
        """List a participant's inbox, newest first, in the participant's language."""
        reader = _id("participant_id", request.participant_id)
        size = paging.page_size(request)
        listing = f"inbox {reader}"
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        before = int(token) if token else None
        found = inbox.read(work.session, work.keys, reader, before, size + 1)
        words = catalogue(language_of(inbox.language(work.session, reader)))
        phone = agency(work.settings.jurisdiction).phone
        last = str(found[size - 1].place) if len(found) > size else ""
        return pb.ListInboxEntriesResponse(
            entries=[
                pb.InboxEntry(
                    entry_id=e.entry_id,
                    participant_id=reader,
                    kind=e.kind,
                    subject=words.subjects[e.kind],
                    body=body(words, e.facts, phone),
                    create_time=from_instant(e.create_time),
                    about_id=e.about_id,
                    email_state=_EMAIL_STATES[e.email_state],
                )
                for e in found[:size]
            ],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )

    def ListLetters(self, request: pb.ListLettersRequest, work: Work) -> pb.ListLettersResponse:
        """List letters that were made, newest first."""
        reader = _id("participant_id", request.participant_id) if request.participant_id else ""
        size = paging.page_size(request)
        listing = f"letters {reader}"
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        before = int(token) if token else None
        found = letters.issued(work.session, participant_id=reader, before=before, limit=size + 1)
        last = str(found[size - 1].place) if len(found) > size else ""
        return pb.ListLettersResponse(
            letters=[issuing.message(letter) for letter in found[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )

    def GetLetter(self, request: pb.GetLetterRequest, work: Work) -> pb.GetLetterResponse:
        """Return one letter as PDF."""
        letter_id = _id("letter_id", request.letter_id)
        found = letters.one_issued(work.session, work.keys, letter_id)
        if found is None:
            raise not_found("letter", letter_id)
        letter, pdf = found
        return pb.GetLetterResponse(letter=issuing.message(letter), pdf=pdf)


def _id(field: str, value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise invalid_field(field, f"must be a UUID; read {value[:40]!r}") from None


SERVICERS = (Servicer("childsupport.notification.v1.InboxReadService", InboxReads()),)
