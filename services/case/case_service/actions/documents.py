"""Documents: taking one in, deciding on it, sharing it with another party."""

import hashlib
from dataclasses import dataclass, replace

from case_service.actions import desk, worklist
from case_service.actions.changing import check_etag
from case_service.actions.notices import notify
from case_service.actions.recording import refuse_locations
from case_service.actions.telling import tell
from case_service.contents import UnfitContentError, look_into
from case_service.domain.desk import documents as domain
from case_service.domain.desk.access import is_id
from case_service.domain.desk.files import clean_name
from case_service.domain.model import Case
from case_service.domain.notices import Notice
from case_service.scanning import scanner_of
from case_service.settings import settings_of
from case_service.store import documents as store
from case_service.store import wanted
from chassis.errors import PlatformError, invalid_field, not_found
from chassis.ids import derived_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason

MAX_MESSAGE_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it is handed in."""

    request_id: str
    case: Case
    participant_id: str
    subject: str
    file_name: str
    content_type: str
    content: bytes
    by_party: bool


def keep(work: Work, new: NewDocument) -> domain.Document:
    """Check, scan and keep a document; a party's goes on the worklist, a worker's is accepted.

    The same request_id with the same content gives the same document again. Raises PlatformError:
    INVALID_FIELD, REQUEST_ID_REUSED, UNAVAILABLE (scanner).
    """
    document = _checked(work, new)
    document = replace(document, duplicate_of=store.same_content(work.session, work.keys, document))
    if not store.add(work.session, work.keys, document, new.content):
        return _kept_before(work, document)
    if document.participant_id:
        wanted.receive(
            work.session,
            document.case_id,
            document.participant_id,
            document.subject,
            document.document_id,
        )
    what = domain.SUBJECTS[document.subject]
    kind = "document_received" if new.by_party else "document_filed"
    tell(work, new.case.case_id, kind, about_id=document.document_id, subject=what)
    if new.by_party:
        worklist.put(work, new.case.case_id, "FORM", document.document_id, subject=what)
    return document


def _checked(work: Work, new: NewDocument) -> domain.Document:
    try:
        found = look_into(new.content, new.content_type)
    except UnfitContentError as error:
        raise invalid_field("chunk", str(error)) from error
    scanner = scanner_of(settings_of(work))
    if scanner and (harm := scanner.verdict(new.content)):
        raise invalid_field("chunk", f"the virus scanner found {harm}: it was not kept")
    now = work.clock.now()
    return domain.Document(
        document_id=derived_id("document", work.caller.name, new.request_id),
        version=1,
        case_id=new.case.case_id,
        participant_id=new.participant_id,
        uploaded_by=work.caller.person,
        subject=new.subject,
        file_name=clean_name(new.file_name, found.content_type),
        content_type=found.content_type,
        size_bytes=len(new.content),
        pieces=len(list(store.pieces_of(new.content))),
        sha256=hashlib.sha256(new.content).hexdigest(),
        has_coordinates=found.has_coordinates,
        scan=domain.CLEAN if scanner else domain.NOT_SCANNED,
        duplicate_of="",
        state=domain.RECEIVED if new.by_party else domain.ACCEPTED,
        message="",
        decided_by="" if new.by_party else work.caller.person,
        decided_at=None if new.by_party else now,
        received_at=now,
    )


def _kept_before(work: Work, document: domain.Document) -> domain.Document:
    before = store.read(work.session, work.keys, [document.document_id])[0]
    same = ("case_id", "participant_id", "sha256", "subject")
    if any(getattr(before, name) != getattr(document, name) for name in same):
        raise PlatformError(
            ErrorReason.ERROR_REASON_REQUEST_ID_REUSED,
            "request_id was used before, with other content: take a new one for a new document",
        )
    return before


def accept(work: Work, document_id: str, etag: str, message: str) -> domain.Document:
    """Accept a document: it is readable and what was asked for."""
    return _decide(work, document_id, etag, domain.ACCEPTED, message)


def reject(work: Work, document_id: str, etag: str, message: str) -> domain.Document:
    """Reject a document; the message says why, and what would be right."""
    return _decide(work, document_id, etag, domain.REJECTED, message)


def _decide(work: Work, document_id: str, etag: str, state: str, message: str) -> domain.Document:
    needed = state == domain.REJECTED
    text = desk.text_of("message", message, MAX_MESSAGE_CHARS, needed=needed)
    before = lock(work, document_id, etag)
    if before.state != domain.RECEIVED:
        raise desk.precondition(
            f"the document was {before.state} already: ask the party for another one",
            state=before.state,
        )
    case = desk.case_of(work, before.case_id)
    refuse_locations(work, [case], "message", text, but_of=before.participant_id)
    after = domain.decided(before, state, text, work.caller.person, work.clock.now())
    store.write(work.session, work.keys, after)
    if needed:
        wanted.want_again(work.session, document_id)
    worklist.done(work, document_id, kind="FORM", state=state, note=text)
    what = domain.SUBJECTS[before.subject]
    tell(work, before.case_id, f"document_{state}", about_id=document_id, subject=what)
    if before.participant_id:
        notice = Notice(f"document_{state}", document_id, text=text)
        notify(work, case, before.participant_id, notice)
    return after


def share(
    work: Work, document_id: str, etag: str, participant_id: str, *, locations_checked: bool
) -> domain.Document:
    """Let another party of the case read a document. Raises PlatformError."""
    before = lock(work, document_id, etag)
    case = desk.case_of(work, before.case_id)
    desk.check_party(work, case, participant_id, "participant_id")
    if domain.readable_by(before, participant_id):
        return before
    if before.state != domain.ACCEPTED:
        raise desk.precondition("only an accepted document can be shared: accept it first")
    if before.has_coordinates:
        raise desk.precondition(
            "the picture tells where it was taken: ask for a scan, or print it and scan that"
        )
    if desk.has_protected(work, case) and not locations_checked:
        raise desk.precondition(
            "somebody in the case is protected: look whether the document tells where to find "
            "him or her, then say so in locations_checked"
        )
    after = _next(before, (*before.shared_with, participant_id))
    store.share(work.session, after, participant_id, work.caller.person, work.clock.now())
    _tell_sharing(work, after, "document_shared")
    return after


def unshare(work: Work, document_id: str, etag: str, participant_id: str) -> domain.Document:
    """Let a party no longer read a document that was shared with him."""
    before = lock(work, document_id, etag)
    if participant_id not in before.shared_with:
        return before
    after = _next(before, tuple(p for p in before.shared_with if p != participant_id))
    store.unshare(work.session, after, participant_id)
    _tell_sharing(work, after, "document_unshared")
    return after


def _next(before: domain.Document, shared_with: tuple[str, ...]) -> domain.Document:
    return replace(before, version=before.version + 1, shared_with=shared_with)


def _tell_sharing(work: Work, after: domain.Document, kind: str) -> None:
    store.write(work.session, work.keys, after)
    what = domain.SUBJECTS[after.subject]
    tell(work, after.case_id, kind, about_id=after.document_id, subject=what)


def lock(work: Work, document_id: str, etag: str = "") -> domain.Document:
    """Return a document, locked. Raises PlatformError: NOT_FOUND, ETAG_MISMATCH."""
    ids = [document_id] if is_id(document_id) else []
    found = store.read(work.session, work.keys, ids, lock=True)
    if not found:
        raise not_found("document", document_id)
    check_etag(found[0].version, etag, "document")
    return found[0]


def check_attached(work: Work, case: Case, ids: list[str], max_items: int, owner: str) -> None:
    """Raise PlatformError (INVALID_FIELD) when not all are documents that may be attached.

    `owner`: the party whose own they must be; empty: any document of the case.
    """
    field = "document_ids"
    if len(ids) > max_items:
        raise invalid_field(field, f"must have at most {max_items} items; read {len(ids)}")
    wanted = [one for one in ids if is_id(one)]
    found = {d.document_id: d for d in store.read(work.session, work.keys, wanted)}
    for number, one in enumerate(ids):
        document = found.get(one)
        fits = document is not None and document.case_id == case.case_id
        if not fits or (document and owner not in ("", document.participant_id)):
            raise invalid_field(f"{field}[{number}]", "must be a document of this case and party")
