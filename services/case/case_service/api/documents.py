"""Documents: uploads as streams, decisions, and content piece by piece."""

from collections.abc import Iterator, Sequence

from case_service.actions import desk, wanted
from case_service.actions import documents as actions
from case_service.api.desk_pages import decode_place, encode_place, instant_place
from case_service.domain.desk import documents as domain
from case_service.domain.desk.access import is_id
from case_service.domain.desk.wanted import Wanted
from case_service.domain.model import Case
from case_service.settings import settings_of
from case_service.store import documents as store
from case_service.store import wanted as wanted_store
from chassis.dates import from_date, from_instant, to_date
from chassis.errors import PlatformError, invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import document_service_pb2 as pb
from childsupport.common.v1.errors_pb2 import ErrorReason

MAX_CHUNK_BYTES = 64 << 10
MAX_SENT_NAME_CHARS = 1_000
MAX_REQUEST_ID_CHARS = 64

SUBJECTS = {
    code: name.removeprefix("DOCUMENT_SUBJECT_").lower()
    for name, code in pb.DocumentSubject.items()
    if code
}
STATES = {
    code: name.removeprefix("DOCUMENT_STATE_").lower()
    for name, code in pb.DocumentState.items()
    if code
}
_SUBJECT_VALUES = {value: code for code, value in SUBJECTS.items()}
_STATE_VALUES = {value: code for code, value in STATES.items()}

_Upload = pb.UploadDocumentRequest | pb.UploadMyDocumentRequest


class DocumentReads:
    """Reads documents."""

    def GetDocument(self, request: pb.GetDocumentRequest, work: Work) -> pb.GetDocumentResponse:
        """Return what is known of one document."""
        return pb.GetDocumentResponse(document=document_message(_read(work, request.document_id)))

    def ListDocuments(
        self, request: pb.ListDocumentsRequest, work: Work
    ) -> pb.ListDocumentsResponse:
        """List documents of a case."""
        desk.case_of(work, request.case_id)
        which = store.Filter(
            request.case_id,
            participant_id=_id_or_empty(request.participant_id, "participant_id"),
            states=[STATES[s] for s in request.states if s],
        )
        found, token = _page(work, which, request)
        return pb.ListDocumentsResponse(
            documents=[document_message(d) for d in found], next_page_token=token
        )

    def ReadDocument(self, request: pb.ReadDocumentRequest, work: Work) -> pb.ReadDocumentResponse:
        """Return one piece of a document's content."""
        document = _read(work, request.document_id)
        return pb.ReadDocumentResponse(
            content=_piece(work, document, request.piece),
            last=request.piece == document.pieces - 1,
            content_type=document.content_type,
            file_name=document.file_name,
        )

    def ListWantedDocuments(
        self, request: pb.ListWantedDocumentsRequest, work: Work
    ) -> pb.ListWantedDocumentsResponse:
        """List the documents that parties of a case were asked for, the latest first."""
        case_id = desk.case_of(work, request.case_id).case_id
        size = paging.page_size(request)
        listing = f"wanted {case_id}"
        before = paging.decode_token(work.keys, request.page_token, listing=listing)
        found = wanted_store.page(work.session, work.keys, case_id, before, size + 1)
        last = found[size - 1].wanted_id if len(found) > size else ""
        return pb.ListWantedDocumentsResponse(
            wanted=[_wanted_message(one) for one in found[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )


class Documents:
    """Takes documents in for the agency and decides on those of parties."""

    def UploadDocument(
        self, request: Iterator[pb.UploadDocumentRequest], work: Work
    ) -> pb.UploadDocumentResponse:
        """Take a document that a worker hands in."""
        header, content = _received(request, settings_of(work).max_document_bytes)
        case = desk.case_of(work, header.case_id)
        if header.participant_id:
            desk.check_party(work, case, header.participant_id, "header.participant_id")
        kept = actions.keep(work, _new(header, content, case, by_party=False))
        return pb.UploadDocumentResponse(document=document_message(kept))

    def AskForDocument(
        self, request: pb.AskForDocumentRequest, work: Work
    ) -> pb.AskForDocumentResponse:
        """Ask a party for a document."""
        if request.subject not in SUBJECTS:
            raise invalid_field("subject", "must say what the document is to be evidence of")
        one = wanted.ask(
            work,
            request.case_id,
            request.participant_id,
            SUBJECTS[request.subject],
            request.message,
            to_date(request.due_on, "due_on"),
        )
        return pb.AskForDocumentResponse(wanted=_wanted_message(one))

    def WithdrawDocumentWish(
        self, request: pb.WithdrawDocumentWishRequest, work: Work
    ) -> pb.WithdrawDocumentWishResponse:
        """Want a document no more."""
        one = wanted.withdraw(work, request.wanted_id)
        return pb.WithdrawDocumentWishResponse(wanted=_wanted_message(one))

    def AcceptDocument(
        self, request: pb.AcceptDocumentRequest, work: Work
    ) -> pb.AcceptDocumentResponse:
        """Accept a document."""
        done = actions.accept(work, request.document_id, request.etag, request.message)
        return pb.AcceptDocumentResponse(document=document_message(done))

    def RejectDocument(
        self, request: pb.RejectDocumentRequest, work: Work
    ) -> pb.RejectDocumentResponse:
        """Reject a document with a message."""
        done = actions.reject(work, request.document_id, request.etag, request.message)
        return pb.RejectDocumentResponse(document=document_message(done))

    def ShareDocument(
        self, request: pb.ShareDocumentRequest, work: Work
    ) -> pb.ShareDocumentResponse:
        """Let another party of the case read a document."""
        done = actions.share(
            work,
            request.document_id,
            request.etag,
            request.participant_id,
            locations_checked=request.locations_checked,
        )
        return pb.ShareDocumentResponse(document=document_message(done))

    def UnshareDocument(
        self, request: pb.UnshareDocumentRequest, work: Work
    ) -> pb.UnshareDocumentResponse:
        """Take that back."""
        done = actions.unshare(work, request.document_id, request.etag, request.participant_id)
        return pb.UnshareDocumentResponse(document=document_message(done))


class PartyDocuments:
    """What a party hands in and reads."""

    def UploadMyDocument(
        self, request: Iterator[pb.UploadMyDocumentRequest], work: Work
    ) -> pb.UploadMyDocumentResponse:
        """Take a party's document."""
        header, content = _received(request, settings_of(work).max_document_bytes)
        case = desk.party_case(work, header.case_id, header.participant_id)
        kept = actions.keep(work, _new(header, content, case, by_party=True))
        mine = domain.seen_by(kept, header.participant_id)
        return pb.UploadMyDocumentResponse(document=document_message(mine))

    def ListMyDocuments(
        self, request: pb.ListMyDocumentsRequest, work: Work
    ) -> pb.ListMyDocumentsResponse:
        """List a party's own documents and those shared with him."""
        me = request.participant_id
        desk.party_case(work, request.case_id, me)
        found, token = _page(work, store.Filter(request.case_id, readable_by=me), request)
        return pb.ListMyDocumentsResponse(
            documents=[document_message(domain.seen_by(d, me)) for d in found],
            next_page_token=token,
        )

    def ReadMyDocument(
        self, request: pb.ReadMyDocumentRequest, work: Work
    ) -> pb.ReadMyDocumentResponse:
        """Return one piece of such a document's content."""
        desk.party_case(work, request.case_id, request.participant_id)
        document = _read(work, request.document_id)
        hidden = not domain.readable_by(document, request.participant_id)
        if hidden or document.case_id != request.case_id:
            raise not_found("document", request.document_id)
        document = domain.seen_by(document, request.participant_id)
        return pb.ReadMyDocumentResponse(
            content=_piece(work, document, request.piece),
            last=request.piece == document.pieces - 1,
            content_type=document.content_type,
            file_name=document.file_name,
        )


def document_message(document: domain.Document) -> pb.Document:
    """Return the message for what is known of a document."""
    return pb.Document(
        document_id=document.document_id,
        case_id=document.case_id,
        participant_id=document.participant_id,
        subject=_SUBJECT_VALUES[document.subject],
        file_name=document.file_name,
        content_type=document.content_type,
        size_bytes=document.size_bytes,
        pieces=document.pieces,
        sha256=document.sha256,
        state=_STATE_VALUES[document.state],
        message=document.message,
        scanned=document.scan == domain.CLEAN,
        duplicate_of=document.duplicate_of,
        has_coordinates=document.has_coordinates,
        shared_with=document.shared_with,
        received_at=from_instant(document.received_at),
        decided_at=from_instant(document.decided_at),
        etag=str(document.version),
    )


def _wanted_message(one: Wanted) -> pb.WantedDocument:
    return pb.WantedDocument(
        wanted_id=one.wanted_id,
        case_id=one.case_id,
        participant_id=one.participant_id,
        subject=_SUBJECT_VALUES[one.subject],
        message=one.message,
        due_on=from_date(one.due_on),
        state=pb.WantedState.Value(f"WANTED_STATE_{one.state.upper()}"),
        document_id=one.document_id,
        asked_by=one.asked_by,
        asked_at=from_instant(one.asked_at),
    )


def _received(messages: Iterator[_Upload], max_bytes: int) -> tuple[pb.DocumentHeader, bytes]:
    """Return the header and the whole content of an upload. Raises PlatformError."""
    first = next(messages, None)
    if first is None or not first.HasField("header"):
        raise invalid_field("header", "must stand in the first message of the stream")
    content = bytearray(_chunk(first))
    _check_header(first.header)
    for message in messages:
        if message.HasField("header"):
            raise invalid_field("header", "must stand in the first message only")
        content += _chunk(message)
        if len(content) > max_bytes:
            raise PlatformError(
                ErrorReason.ERROR_REASON_LIMIT_EXCEEDED,
                f"document: read more than {max_bytes} bytes, expected at most so many",
                metadata={"max_bytes": str(max_bytes)},
            )
    return first.header, bytes(content)


def _chunk(message: _Upload) -> bytes:
    if len(message.chunk) > MAX_CHUNK_BYTES:
        read = len(message.chunk)
        raise invalid_field("chunk", f"must have at most {MAX_CHUNK_BYTES} bytes; read {read}")
    return message.chunk


def _check_header(header: pb.DocumentHeader) -> None:
    if not 1 <= len(header.request_id) <= MAX_REQUEST_ID_CHARS:
        raise invalid_field(
            "header.request_id", f"must have 1 to {MAX_REQUEST_ID_CHARS} characters"
        )
    if len(header.file_name) > MAX_SENT_NAME_CHARS:
        raise invalid_field(
            "header.file_name", f"must have at most {MAX_SENT_NAME_CHARS} characters"
        )
    if header.subject not in SUBJECTS:
        raise invalid_field("header.subject", "must say what the document is evidence of")


def _new(
    header: pb.DocumentHeader, content: bytes, case: Case, *, by_party: bool
) -> actions.NewDocument:
    return actions.NewDocument(
        request_id=header.request_id,
        case=case,
        participant_id=header.participant_id,
        subject=SUBJECTS[header.subject],
        file_name=header.file_name,
        content_type=header.content_type,
        content=content,
        by_party=by_party,
    )


def _read(work: Work, document_id: str) -> domain.Document:
    ids = [document_id] if is_id(document_id) else []
    found = store.read(work.session, work.keys, ids)
    if not found:
        raise not_found("document", document_id)
    return found[0]


def _piece(work: Work, document: domain.Document, number: int) -> bytes:
    content = store.piece(work.session, work.keys, document.document_id, number)
    if content is None:
        raise invalid_field("piece", f"must be 0 to {document.pieces - 1}; read {number}")
    return content


def _page(
    work: Work,
    which: store.Filter,
    request: pb.ListDocumentsRequest | pb.ListMyDocumentsRequest,
) -> tuple[Sequence[domain.Document], str]:
    size = paging.page_size(request)
    after = decode_place(work, request.page_token, "documents")
    found = store.page(work.session, work.keys, which, instant_place(after), size + 1)
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    place = (last.received_at.isoformat(), last.document_id)
    return found[:size], encode_place(work, place, "documents")


def _id_or_empty(value: str, field: str) -> str:
    if value and not is_id(value):
        raise invalid_field(field, "must be an id (UUID in lower case)")
    return value


SERVICERS = (
    Servicer("childsupport.case.v1.DocumentReadService", DocumentReads()),
    Servicer("childsupport.case.v1.DocumentService", Documents()),
    Servicer("childsupport.case.v1.DocumentPartyService", PartyDocuments()),
)
