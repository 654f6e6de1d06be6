"""A family at a desk: its case with an office and a worker, callers, and what parties are told."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from PIL import Image
from pypdf import PdfWriter
from sqlalchemy import select

from case_service.api.documents import Documents, PartyDocuments
from case_service.api.imports import CaseImports
from case_service.api.reads import CaseReads
from case_service.service import SERVICE
from chassis import tables
from chassis.crypto import load_keys
from chassis.ids import derived_id
from chassis.runtime import Caller, Runtime, Work
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import document_service_pb2 as pb
from childsupport.case.v1 import events_pb2 as events

CASE = derived_id("test", "case")
JOHN = derived_id("test", "obligor")
JANE = derived_id("test", "obligee")
"""Protected: where she can be found is nothing that John may learn."""
TIM = derived_id("test", "child")
STRANGER = derived_id("test", "stranger")
OFFICE = "21073"
ANN, BEN, PORTAL = Caller("ann"), Caller("ben"), Caller("portal")

Request = TypeVar("Request")
Response = TypeVar("Response")

_ids = count(1)


def fresh() -> str:
    """Return a request id that was not used before."""
    return f"request-{next(_ids)}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a party was told: the notice, and its words for him alone."""

    kind: str
    participant_id: str
    letter: bool
    facts: dict[str, str]
    text: str
    answer_by: str


class Desk:
    """A running case service with one family in it."""

    def __init__(self, runtime: Runtime, page: case_pb.ImportCasesRequest) -> None:
        """Take the family over; Ann has the case."""
        self.runtime = runtime
        page.participants.add(participant_id=TIM, first_name="Tim", last_name="Doe")
        page.participants.add(participant_id=STRANGER, first_name="Sam", last_name="Roe")
        page.cases[0].members.add(participant_id=TIM, role=case_pb.CASE_ROLE_CHILD)
        page.cases[0].office_id = OFFICE
        page.cases[0].worker_id = ANN.client_id
        with runtime.work() as work:
            CaseImports().ImportCases(iter([page]), work)

    @contextmanager
    def by(self, caller: Caller) -> Iterator[Work]:
        """Open a unit of work of somebody."""
        with self.runtime.work(caller) as work:
            yield work

    def do(
        self, method: Callable[[Request, Work], Response], request: Request, by: Caller = ANN
    ) -> Response:
        """Call a method as somebody, in a transaction of its own."""
        with self.by(by) as work:
            return method(request, work)

    def history(self) -> list[str]:
        """Return the kinds of what happened in the case, oldest first."""
        with self.by(ANN) as work:
            answer = CaseReads().GetCase(case_pb.GetCaseRequest(case_id=CASE), work)
        return [entry.kind for entry in answer.history]

    def told(self) -> list[Told]:
        """Return every notice, opened with the keys of notification."""
        directory = self.runtime.settings.keys_file.parent
        keys = load_keys("notification", directory / "notification.keys.json")
        found = []
        with self.by(ANN) as work:
            query = select(tables.outbox.c.body).where(
                tables.outbox.c.type == events.NoticesIssued.DESCRIPTOR.full_name
            )
            for body in work.session.scalars(query.order_by(tables.outbox.c.id)):
                for notice in events.NoticesIssued.FromString(body).notices:
                    text = keys.open(notice.text_for_notification) or b""
                    by = notice.answer_by
                    found.append(
                        Told(
                            notice.kind,
                            notice.participant_id,
                            notice.letter,
                            dict(notice.facts),
                            text.decode(),
                            f"{by.year}-{by.month:02}-{by.day:02}" if by.year else "",
                        )
                    )
        return found

    def dump(self) -> str:
        """Return every row of every table as text: what a thief of the database would have."""
        found: list[str] = []
        with self.by(ANN) as work:
            for table in (*SERVICE.metadata.sorted_tables, *tables.metadata.sorted_tables):
                found += [str(row) for row in work.session.execute(select(table))]
        return "\n".join(found)

    def upload(
        self, participant_id: str = JOHN, content: bytes = b"", **header: str
    ) -> pb.Document:
        """Send a party's document."""
        said = {"file_name": "pay stub.pdf", "content_type": "application/pdf"} | header
        parts = upload_parts(participant_id, content or pdf(), **said)
        requests = [pb.UploadMyDocumentRequest(header=h, chunk=c) for h, c in parts]
        with self.by(PORTAL) as work:
            return PartyDocuments().UploadMyDocument(iter(requests), work).document

    def file(self, participant_id: str, content: bytes) -> pb.Document:
        """Put a document on file as a worker."""
        said = {"file_name": "order.pdf", "content_type": "application/pdf"}
        parts = upload_parts(participant_id, content, **said)
        requests = [pb.UploadDocumentRequest(header=h, chunk=c) for h, c in parts]
        with self.by(ANN) as work:
            return Documents().UploadDocument(iter(requests), work).document


def upload_parts(
    participant_id: str, content: bytes, **header: str
) -> Iterator[tuple[pb.DocumentHeader | None, bytes]]:
    """Cut an upload into the messages of a stream."""
    said = {"request_id": fresh(), "case_id": CASE} | header
    first = pb.DocumentHeader(
        participant_id=participant_id, subject=pb.DOCUMENT_SUBJECT_INCOME, **said
    )
    step = 64 << 10
    yield first, content[:step]
    for at in range(step, len(content), step):
        yield None, content[at : at + step]


def pdf(words: str = "a page") -> bytes:
    """Return a small PDF."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.add_metadata({"/Subject": words})
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **saved: object) -> bytes:
    """Return a small picture."""
    target = io.BytesIO()
    Image.new("RGB", size, "white").save(target, form, **saved)
    return target.getvalue()
