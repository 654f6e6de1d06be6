"""One page an item: what it is about, what is on file, and everything that can be done, at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from mimetypes import guess_extension
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from chassis.dates import to_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import dispute_service_pb2 as dispute_pb
from childsupport.case.v1 import document_service_pb2 as document_pb
from childsupport.case.v1 import worklist_service_pb2 as pb
from childsupport.case.v1.document_service_pb2_grpc import DocumentReadServiceStub
from childsupport.case.v1.worklist_service_pb2_grpc import WorklistReadServiceStub
from console_service import offices, saying
from console_service.keeper import may, session_of, today
from console_service.worklist import differences, filters, identities, matters
from console_service.worklist.filters import Filters
from console_service.worklist.matters import Matter
from web.site import Page
from web.visit import SEE_OTHER, Visit

AHEAD = 200
"""How far the next item is looked for; beyond it the list begins again."""
PICTURES = frozenset({"image/jpeg", "image/png"})
SHOWN_INLINE = PICTURES | {"application/pdf"}
PIECES_MAX = 400
DOCUMENT_POLICY = (
    "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'"
)
"""For a document alone: what a browser's own viewer of PDFs needs. No scripts, no other place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands among those that the worker looks at."""

    number: int
    of: int
    more: bool
    next_id: str


def show(visit: Visit) -> Response:
    """Show an item with its matter."""
    reads = visit.stub("case", WorklistReadServiceStub)
    asked = pb.GetItemRequest(item_id=visit.request.path_params["item_id"])
    answer = reads.GetItem(asked, **visit.as_person)
    item, wanted = answer.item, filters.read(visit)
    matter = matters.read(visit, item)
    color, due = saying.due(visit, to_date(item.due_on), today(visit))
    waits = item.state == pb.WORKLIST_STATE_OPEN
    return visit.render(
        "worklist/item.html",
        item=item,
        kind=saying.kind_of(item),
        state=saying.ITEM_STATES.get(item.state, ""),
        color=color,
        due=due,
        moves=[(one, saying.MOVES.get(one.action, one.action)) for one in answer.moves],
        filters=wanted,
        place=place(visit, wanted, item.item_id),
        waits=waits,
        decides=waits and may(visit, "case.write"),
        free=item.worker_id in ("", session_of(visit).worker_id),
        mine=item.worker_id == session_of(visit).worker_id,
        matter=matter,
        proposer=_proposer(matter),
        own_id=session_of(visit).worker_id,
        case=matters.case_of(visit, item.case_id),
        names=names,
        offices=offices.names(visit),
        colleagues=offices.colleagues(visit, item.office_id) if waits else (),
        said=saying,
        pictures=PICTURES,
        lines=_lines(visit, matter),
        people=_people(visit, matter) if waits else (),
        address_text=differences.address_text,
    )


def _lines(visit: Visit, matter: Matter) -> Sequence[differences.Line]:
    if matter.kind != "change" or matter.withheld:
        return ()
    return differences.lines(visit, matter.said)


def _people(visit: Visit, matter: Matter) -> Sequence[identities.Person]:
    if matter.kind != "application" or matter.withheld:
        return ()
    return identities.people(visit, matter.said.application)


def _proposer(matter: Matter) -> str:
    """Return who proposed the answer to a dispute that waits for a second person; else empty."""
    if matter.kind != "dispute" or matter.withheld:
        return ""
    proposed = matter.said.state == dispute_pb.DISPUTE_STATE_PROPOSED
    return str(matter.said.rounds[-1].decided_by) if proposed else ""


def names(case: case_pb.GetCaseResponse | None, participant_id: str) -> str:
    """Return the name of somebody in a case; empty when he is not in it."""
    for one in case.participants if case else ():
        if one.participant_id == participant_id:
            return f"{one.first_name} {one.last_name}".strip()
    return ""


def place(visit: Visit, wanted: Filters, item_id: str) -> Place:
    """Return where an item stands, and the one after it; at the end the first comes again."""
    reads = visit.stub("case", WorklistReadServiceStub)
    answer = reads.ListItems(filters.request(visit, wanted, AHEAD), **visit.as_person)
    ids = [one.item_id for one in answer.items]
    at = ids.index(item_id) if item_id in ids else -1
    following = ids[at + 1 :] + (ids[:at] if at > 0 else [])
    return Place(
        number=at + 1,
        of=len(ids),
        more=bool(answer.next_page_token),
        next_id=following[0] if following else "",
    )


def go_on(visit: Visit, next_id: str, done: str) -> Response:
    """Go to the next item of the same kind with word of what was done; without one to the list."""
    query = urlencode([*filters.read(visit).pairs, ("done", done)])
    where = f"/worklist/{next_id}" if next_id else "/worklist"
    return visit.finish(RedirectResponse(f"{where}?{query}", SEE_OTHER))


def next_of(visit: Visit, item_id: str) -> str:
    """Return the item after one; asked before it is decided, since then it stands there no more."""
    return place(visit, filters.read(visit), item_id).next_id


def document(visit: Visit) -> Response:
    """Show a document: what it is the case service has looked into, whole."""
    document_id = visit.request.path_params["document_id"]
    reads = visit.stub("case", DocumentReadServiceStub)
    one = reads.GetDocument(
        document_pb.GetDocumentRequest(document_id=document_id), **visit.as_person
    ).document
    pieces = []
    for piece in range(min(one.pieces, PIECES_MAX)):
        asked = document_pb.ReadDocumentRequest(document_id=document_id, piece=piece)
        pieces.append(reads.ReadDocument(asked, **visit.as_person).content)
    how = "inline" if one.content_type in SHOWN_INLINE else "attachment"
    answer = Response(b"".join(pieces), media_type=one.content_type)
    answer.headers["content-security-policy"] = DOCUMENT_POLICY
    # The file's name is the sender's and may say anything: the saved copy gets one of ours.
    name = f"document-{document_id[:8]}{guess_extension(one.content_type) or ''}"
    answer.headers["content-disposition"] = f'{how}; filename="{name}"'
    return visit.finish(answer)


PAGES = (
    Page("/worklist/{item_id}", show),
    Page("/documents/{document_id}", document),
)
