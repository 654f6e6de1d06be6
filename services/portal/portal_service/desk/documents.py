"""Documents: sending one, seeing what became of it, getting it back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import Response

from chassis.errors import PlatformError
from chassis.ids import derived_id
from childsupport.case.v1 import document_service_pb2 as pb
from childsupport.case.v1.document_service_pb2_grpc import DocumentPartyServiceStub
from childsupport.common.v1.errors_pb2 import ErrorReason
from portal_service.desk import cases
from portal_service.keeper import Party, parent
from web.forms import MISSING
from web.i18n import N_
from web.site import Page
from web.visit import Visit

DOCUMENT_MAX_BYTES: Final = 10_000_000
"""As the case service's max_document_bytes."""
FORM_MAX_BYTES: Final = 32 << 20
"""More than a document may have, so that one that is too long is answered in the form."""
UPLOAD_TIMEOUT_S: Final = 120.0
CHUNK_BYTES: Final = 64 << 10
PIECES_MAX: Final = 1_000
ATTACHED_MAX: Final = 10
NAME_MAX: Final = 500
ACCEPTED: Final = "image/jpeg,image/png,image/tiff,application/pdf"
"""What a phone offers; an iPhone turns its own format into JPEG when that one is not named."""

SUBJECTS: dict["pb.DocumentSubject.ValueType", str] = {
    pb.DOCUMENT_SUBJECT_INCOME: N_("Income: pay stubs, tax return"),
    pb.DOCUMENT_SUBJECT_PAYMENT: N_("A payment that you made or got"),
    pb.DOCUMENT_SUBJECT_INSURANCE: N_("Health insurance"),
    pb.DOCUMENT_SUBJECT_CHILD_CARE: N_("Cost of child care"),
    pb.DOCUMENT_SUBJECT_CUSTODY: N_("Who has the children"),
    pb.DOCUMENT_SUBJECT_COURT: N_("A paper from a court"),
    pb.DOCUMENT_SUBJECT_BIRTH: N_("Birth or paternity of a child"),
    pb.DOCUMENT_SUBJECT_IDENTITY: N_("Who you are: license, ID card"),
    pb.DOCUMENT_SUBJECT_RESIDENCE: N_("Where you live"),
    pb.DOCUMENT_SUBJECT_INCARCERATION: N_("Time in jail or prison, or release"),
    pb.DOCUMENT_SUBJECT_OTHER: N_("Something else"),
}
STATES: dict[int, tuple[str, str, str]] = {
    pb.DOCUMENT_STATE_RECEIVED: (
        "is-now",
        N_("We have it"),
        N_("Nobody has looked at it yet. There is nothing for you to do."),
    ),
    pb.DOCUMENT_STATE_ACCEPTED: (
        "is-done",
        N_("Accepted"),
        N_("We could read it, and it is what we need."),
    ),
    pb.DOCUMENT_STATE_REJECTED: (
        "is-bad",
        N_("Not accepted"),
        N_("We cannot use it. Please send it again."),
    ),
}
"""By state: mark, heading, sentence."""
TOO_BIG = N_("This file is too big. A file may have 10 MB. Take the photo in a smaller size.")
EMPTY = N_("This file is empty. Choose another one.")
UNFIT = N_("We cannot use this file. Send a photo (JPEG, PNG, TIFF), or a PDF without a password.")
NO_FILE = N_("Choose a file, or take a photo.")
_SLUGS: dict["pb.DocumentSubject.ValueType", str] = {
    code: name.removeprefix("DOCUMENT_SUBJECT_").lower()
    for name, code in pb.DocumentSubject.items()
    if code
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as pages show it."""

    document: pb.Document
    subject: str
    slug: str
    mark: str
    state: str
    what: str
    own: bool
    rejected: bool
    replaced: bool
    """True when a later one of the kind has come in its case."""

    @property
    def path(self) -> str:
        """Return where it can be downloaded."""
        return f"/documents/{self.document.case_id}/{self.document.document_id}"


def slug_of(subject: "pb.DocumentSubject.ValueType") -> str:
    """Return a subject as it stands in a form: "income"; empty when none is said."""
    return _SLUGS.get(subject, "")


def subject_choices(visit: Visit) -> list[tuple[str, str]]:
    """Return what a document can be about."""
    return [(slug_of(code), visit.text(text)) for code, text in SUBJECTS.items()]


def of(visit: Visit, party: Party) -> Sequence[Listed]:
    """Return what a party has sent in a case and what was shared with him, the latest first."""
    asked = pb.ListMyDocumentsRequest(
        case_id=party.case_id, participant_id=party.participant_id, page_size=cases.PAGE_SIZE
    )
    documents = visit.stub("case", DocumentPartyServiceStub)
    found = documents.ListMyDocuments(asked, **visit.as_person).documents
    listed: list[Listed] = []
    later: set[int] = set()
    for one in found:
        mark, state, what = STATES[one.state]
        own = bool(one.participant_id)
        rejected = own and one.state == pb.DOCUMENT_STATE_REJECTED
        listed.append(
            Listed(
                one,
                SUBJECTS[one.subject],
                slug_of(one.subject),
                mark,
                state,
                what,
                own,
                rejected,
                replaced=one.subject in later,
            )
        )
        if own:
            later.add(one.subject)
    return listed


def sent(
    visit: Visit, party: Party, subject: "pb.DocumentSubject.ValueType", *, required: bool
) -> str:
    """Send the form's file to the service; return its id.

    Empty when there is none, or when it cannot be used: then the form says so.
    """
    file = visit.form.files.get("file")
    problem = _problem(file, required=required)
    if problem:
        visit.form.wrong("file", problem)
    if problem or file is None:
        return ""
    documents = visit.stub("case", DocumentPartyServiceStub)
    header = pb.DocumentHeader(
        request_id=derived_id("upload", visit.form.request_id),
        case_id=party.case_id,
        participant_id=party.participant_id,
        subject=subject,
        file_name=(file.filename or "")[:NAME_MAX],
        content_type=file.content_type or "",
    )
    try:
        answer = documents.UploadMyDocument(
            _parts(header, file), **{**visit.as_person, "timeout": UPLOAD_TIMEOUT_S}
        )
    except PlatformError as error:
        if error.reason != ErrorReason.ERROR_REASON_INVALID_FIELD:
            visit.form.refuse(error)
        else:
            visit.form.wrong("file", UNFIT, error.detail)
        return ""
    return answer.document.document_id


def attached(visit: Visit, party: Party, subject: "pb.DocumentSubject.ValueType") -> list[str]:
    """Return the documents that go with a form: those that were ticked, and the file sent with it.

    Does nothing when the form has an error: then it is sent again.
    """
    ticked = list(dict.fromkeys(visit.form.all("document_id")))[: ATTACHED_MAX - 1]
    if visit.form.errors:
        return ticked
    new = sent(visit, party, subject, required=False)
    return [*ticked, new] if new else ticked


def _problem(file: UploadFile | None, *, required: bool) -> str:
    if file is None:
        return NO_FILE if required else ""
    if not file.size:
        return EMPTY
    return TOO_BIG if file.size > DOCUMENT_MAX_BYTES else ""


def _parts(header: pb.DocumentHeader, file: UploadFile) -> Iterator[pb.UploadMyDocumentRequest]:
    yield pb.UploadMyDocumentRequest(header=header)
    while chunk := file.file.read(CHUNK_BYTES):
        yield pb.UploadMyDocumentRequest(chunk=chunk)


def show(visit: Visit) -> Response:
    """Show every document, each with its state."""
    found = [one for party in parent(visit).parties for one in of(visit, party)]
    found.sort(key=lambda one: one.document.received_at.ToNanoseconds(), reverse=True)
    return visit.render("desk/documents.html", documents=found, numbers=cases.numbers(visit))


def show_new(visit: Visit) -> Response:
    """Show the form for a document."""
    party = cases.picked(visit)
    if party is None:
        return cases.ask_which(visit, _with_subject(visit))
    return visit.render(
        "desk/document_new.html",
        party=party,
        subjects=subject_choices(visit),
        subject=visit.request.query_params.get("subject", ""),
        accepted=ACCEPTED,
        limit=DOCUMENT_MAX_BYTES,
    )


def take_new(visit: Visit) -> Response:
    """Take a document in."""
    party = cases.picked(visit)
    if party is None:
        return show_new(visit)
    slugs = {slug: code for code, slug in _SLUGS.items()}
    slug = visit.form.raw("subject")
    if slug not in slugs:
        visit.form.wrong("subject", MISSING)
    if "file" not in visit.form.files:
        visit.form.wrong("file", NO_FILE)
    if not visit.form.errors:
        sent(visit, party, slugs[slug], required=True)
    if visit.form.errors:
        return show_new(visit)
    return visit.redirect("/documents", done="desk.document")


def get(visit: Visit) -> Response:
    """Return a document's content, to be saved."""
    party = cases.of_path(visit)
    documents = visit.stub("case", DocumentPartyServiceStub)
    content, answer = bytearray(), pb.ReadMyDocumentResponse()
    for piece in range(PIECES_MAX):
        asked = pb.ReadMyDocumentRequest(
            case_id=party.case_id,
            participant_id=party.participant_id,
            document_id=visit.request.path_params["document_id"],
            piece=piece,
        )
        answer = documents.ReadMyDocument(asked, **visit.as_person)
        content += answer.content
        if answer.last:
            break
    return download(visit, bytes(content), answer.file_name, answer.content_type)


def download(visit: Visit, content: bytes, name: str, content_type: str) -> Response:
    """Return a file to be saved, never shown in the page's own origin."""
    saved = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"content-disposition": saved}
    return visit.finish(Response(content, media_type=content_type, headers=headers))


def _with_subject(visit: Visit) -> str:
    subject = visit.request.query_params.get("subject", "")
    known = subject in _SLUGS.values()
    return f"/documents/new?subject={subject}" if known else "/documents/new"


PAGES = (
    Page("/documents", show, mobile=True),
    Page("/documents/new", show_new, take_new, mobile=True, body_max=FORM_MAX_BYTES),
    Page("/documents/{case_id}/{document_id}", get),
)
MESSAGES = {"desk.document": N_("We have your document. You can follow here what becomes of it.")}
