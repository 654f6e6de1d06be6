"""A party's own inbox and letters: what went to somebody else does not exist here."""

from uuid import UUID

from chassis.dates import from_instant
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.notification.v1 import party_service_pb2 as pb
from notification_service.catalogue import agency, catalogue, language_of
from notification_service.domain.wording import Catalogue, body, heading
from notification_service.issuing import file_name
from notification_service.store import inbox, letters

_UNREAD, _READ = "unread", "read"


class PartyInbox:
    """A party's own notices and letters."""

    def ListMyNotices(
        self, request: pb.ListMyNoticesRequest, work: Work
    ) -> pb.ListMyNoticesResponse:
        """List a party's notices, newest first; those not read before all others when asked."""
        me = _id("participant_id", request.participant_id)
        size = paging.page_size(request)
        listing = f"notices {me} {request.unread_first}"
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        if request.unread_first:
            found = inbox.read_unread_first(work.session, work.keys, me, _place(token), size + 1)
        else:
            before = int(token) if token else None
            found = inbox.read(work.session, work.keys, me, before, size + 1)
        last = found[size - 1] if len(found) > size else None
        words = _words(work, me)
        return pb.ListMyNoticesResponse(
            notices=[_notice(work, words, entry) for entry in found[:size]],
            next_page_token=paging.encode_token(
                work.keys, _token(last, unread_first=request.unread_first), listing=listing
            ),
            unread=inbox.count_unread(work.session, me),
        )

    def GetMyNotice(self, request: pb.GetMyNoticeRequest, work: Work) -> pb.GetMyNoticeResponse:
        """Return one notice."""
        me, entry = _mine(work, request)
        return pb.GetMyNoticeResponse(notice=_notice(work, _words(work, me), entry))

    def MarkMyNoticeRead(
        self, request: pb.MarkMyNoticeReadRequest, work: Work
    ) -> pb.MarkMyNoticeReadResponse:
        """Note that a party has read a notice; the first time counts."""
        me, entry = _mine(work, request)
        inbox.mark_read(work.session, me, entry.entry_id, work.clock.now())
        _, after = _mine(work, request)
        return pb.MarkMyNoticeReadResponse(notice=_notice(work, _words(work, me), after))

    def CountMyUnread(
        self, request: pb.CountMyUnreadRequest, work: Work
    ) -> pb.CountMyUnreadResponse:
        """Count the notices that a party has not read."""
        me = _id("participant_id", request.participant_id)
        return pb.CountMyUnreadResponse(unread=inbox.count_unread(work.session, me))

    def ListMyLetters(
        self, request: pb.ListMyLettersRequest, work: Work
    ) -> pb.ListMyLettersResponse:
        """List the letters that were made to a party, newest first."""
        me = _id("participant_id", request.participant_id)
        size = paging.page_size(request)
        listing = f"my letters {me}"
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        before = int(token) if token else None
        found = letters.issued(work.session, participant_id=me, before=before, limit=size + 1)
        last = str(found[size - 1].place) if len(found) > size else ""
        words = _words(work, me)
        return pb.ListMyLettersResponse(
            letters=[_letter(words, one) for one in found[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )

    def GetMyLetter(self, request: pb.GetMyLetterRequest, work: Work) -> pb.GetMyLetterResponse:
        """Return one such letter as PDF."""
        me = _id("participant_id", request.participant_id)
        letter_id = _id("letter_id", request.letter_id)
        found = letters.one_issued(work.session, work.keys, letter_id)
        if found is None or found[0].participant_id != me:
            raise not_found("letter", letter_id)
        letter, pdf = found
        return pb.GetMyLetterResponse(letter=_letter(_words(work, me), letter), pdf=pdf)


def _mine(
    work: Work, request: pb.GetMyNoticeRequest | pb.MarkMyNoticeReadRequest
) -> tuple[str, inbox.Entry]:
    me = _id("participant_id", request.participant_id)
    notice_id = _id("notice_id", request.notice_id)
    entry = inbox.one(work.session, work.keys, me, notice_id)
    if entry is None:
        raise not_found("notice", notice_id)
    return me, entry


def _words(work: Work, reader: str) -> Catalogue:
    return catalogue(language_of(inbox.language(work.session, reader)))


def _notice(work: Work, words: Catalogue, entry: inbox.Entry) -> pb.MyNotice:
    phone = agency(work.settings.jurisdiction).phone
    return pb.MyNotice(
        notice_id=entry.entry_id,
        kind=entry.kind,
        subject=words.subjects[entry.kind],
        body=body(words, entry.facts, phone),
        create_time=from_instant(entry.create_time),
        about_id=entry.about_id,
        read_time=from_instant(entry.read_time),
    )


def _letter(words: Catalogue, letter: letters.Issued) -> pb.MyLetter:
    return pb.MyLetter(
        letter_id=letter.letter_id,
        kind=letter.kind,
        title=heading(words, letter.kind),
        create_time=from_instant(letter.issue_time),
        about_id=letter.about_id,
        file_name=file_name(letter.letter_id),
    )


def _token(last: inbox.Entry | None, *, unread_first: bool) -> str:
    if last is None:
        return ""
    if not unread_first:
        return str(last.place)
    return f"{_READ if last.read_time else _UNREAD} {last.place}"


def _place(token: str) -> inbox.Place | None:
    if not token:
        return None
    among, _, place = token.partition(" ")
    return inbox.Place(unread=among == _UNREAD, place=int(place))


def _id(field: str, value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise invalid_field(field, f"must be a UUID; read {value[:40]!r}") from None


SERVICERS = (Servicer("childsupport.notification.v1.InboxPartyService", PartyInbox()),)
