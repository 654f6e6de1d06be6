"""Documents: kept encrypted, decided on with a message, seen by their party alone."""

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from cryptography.exceptions import InvalidTag
from desk_world import ANN, CASE, JANE, JOHN, STRANGER, Desk, fresh, pdf, picture
from test_desk_contents import located

from case_service.api.documents import DocumentReads, Documents, PartyDocuments
from case_service.api.worklist import Worklist, WorklistReads
from case_service.scanning import Clamd
from case_service.service import SERVICE
from chassis.errors import PlatformError
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import document_service_pb2 as pb
from childsupport.case.v1 import worklist_service_pb2 as work_pb
from childsupport.common.v1.errors_pb2 import ErrorReason

READS, WRITES, PARTY = DocumentReads(), Documents(), PartyDocuments()


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    return Desk(runtime_for(SERVICE), page)


def mine(desk: Desk, participant_id: str) -> list[str]:
    request = pb.ListMyDocumentsRequest(case_id=CASE, participant_id=participant_id)
    return [d.document_id for d in desk.do(PARTY.ListMyDocuments, request).documents]


def content_of(desk: Desk, document: pb.Document, participant_id: str) -> bytes:
    found = b""
    for piece in range(document.pieces):
        request = pb.ReadMyDocumentRequest(
            case_id=CASE,
            participant_id=participant_id,
            document_id=document.document_id,
            piece=piece,
        )
        answer = desk.do(PARTY.ReadMyDocument, request)
        found += answer.content
        assert answer.last == (piece == document.pieces - 1)
    return found


def accept(desk: Desk, document: pb.Document) -> pb.Document:
    request = pb.AcceptDocumentRequest(document_id=document.document_id)
    return desk.do(WRITES.AcceptDocument, request).document


def share(desk: Desk, document: pb.Document, with_whom: str, *, checked: bool) -> pb.Document:
    request = pb.ShareDocumentRequest(
        document_id=document.document_id, participant_id=with_whom, locations_checked=checked
    )
    return desk.do(WRITES.ShareDocument, request).document


def test_a_document_comes_back_piece_by_piece_as_it_was_sent(desk: Desk) -> None:
    content = pdf("x" * 600_000)
    kept = desk.upload(JOHN, content)
    assert kept.pieces == 3
    assert kept.size_bytes == len(content)
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.file_name == "pay stub.pdf"
    assert not kept.scanned
    assert content_of(desk, kept, JOHN) == content
    past = pb.ReadDocumentRequest(document_id=kept.document_id, piece=3)
    with pytest.raises(PlatformError, match="must be 0 to 2"):
        desk.do(READS.ReadDocument, past)


def test_neither_content_nor_name_nor_hash_stands_in_the_database(desk: Desk) -> None:
    content = pdf("plantedwords")
    assert b"plantedwords" in content
    kept = desk.upload(JOHN, content, file_name="plantedname.pdf")
    dump = desk.dump()
    for secret in ("plantedwords", "plantedname", kept.sha256):
        assert secret not in dump
        assert secret.encode().hex() not in dump


def test_a_repeated_upload_is_one_document_and_its_id_is_for_nothing_else(desk: Desk) -> None:
    content, request_id = pdf(), fresh()
    first = desk.upload(JOHN, content, request_id=request_id)
    assert desk.upload(JOHN, content, request_id=request_id) == first
    assert mine(desk, JOHN) == [first.document_id]
    assert desk.history().count("document_received") == 1
    with pytest.raises(PlatformError) as caught:
        desk.upload(JOHN, pdf("another"), request_id=request_id)
    assert caught.value.reason == ErrorReason.ERROR_REASON_REQUEST_ID_REUSED


def test_the_same_content_again_is_pointed_out_but_never_across_parties(desk: Desk) -> None:
    first = desk.upload(JOHN, pdf())
    assert first.duplicate_of == ""
    assert desk.upload(JOHN, pdf()).duplicate_of == first.document_id
    assert desk.upload(JANE, pdf()).duplicate_of == ""


def test_a_worker_accepts_from_the_worklist_and_the_party_is_told(desk: Desk) -> None:
    kept = desk.upload(JOHN)
    reads = WorklistReads()
    listed = desk.do(reads.ListItems, work_pb.ListItemsRequest(worker_id="ann")).items
    assert [(i.kind, i.line) for i in listed] == [
        (work_pb.WORKLIST_KIND_FORM, "Document: proof of income")
    ]
    request = work_pb.AcceptItemRequest(item_id=listed[0].item_id, message="Thank you.")
    done = desk.do(Worklist().AcceptItem, request).item
    assert done.state == work_pb.WORKLIST_STATE_ACCEPTED
    document = desk.do(READS.GetDocument, pb.GetDocumentRequest(document_id=kept.document_id))
    assert document.document.state == pb.DOCUMENT_STATE_ACCEPTED
    told = desk.told()[-1]
    assert (told.kind, told.participant_id, told.text) == ("document_accepted", JOHN, "Thank you.")
    assert desk.history()[-2:] == ["document_received", "document_accepted"]


def test_a_rejection_says_why_and_takes_the_item_away(desk: Desk) -> None:
    kept = desk.upload(JOHN)
    request = pb.RejectDocumentRequest(document_id=kept.document_id)
    with pytest.raises(PlatformError, match="message: must say something"):
        desk.do(WRITES.RejectDocument, request)
    request.message = "It is too dark to read."
    assert desk.do(WRITES.RejectDocument, request).document.state == pb.DOCUMENT_STATE_REJECTED
    assert desk.told()[-1].text == "It is too dark to read."
    open_items = desk.do(WorklistReads().ListItems, work_pb.ListItemsRequest()).items
    assert list(open_items) == []
    with pytest.raises(PlatformError, match="was rejected already"):
        desk.do(WRITES.AcceptDocument, pb.AcceptDocumentRequest(document_id=kept.document_id))


def test_a_decision_names_the_version_that_was_seen(desk: Desk) -> None:
    kept = desk.upload(JOHN)
    request = pb.AcceptDocumentRequest(document_id=kept.document_id, etag="7")
    with pytest.raises(PlatformError) as caught:
        desk.do(WRITES.AcceptDocument, request)
    assert caught.value.reason == ErrorReason.ERROR_REASON_ETAG_MISMATCH


def test_the_other_side_sees_a_document_only_when_a_worker_shares_it(desk: Desk) -> None:
    kept = accept(desk, desk.upload(JANE, pdf("hers")))
    assert mine(desk, JOHN) == []
    with pytest.raises(PlatformError, match="document not found"):
        content_of(desk, kept, JOHN)
    with pytest.raises(PlatformError, match="somebody in the case is protected"):
        share(desk, kept, JOHN, checked=False)
    assert list(share(desk, kept, JOHN, checked=True).shared_with) == [JOHN]
    assert content_of(desk, kept, JOHN) == pdf("hers")
    seen = desk.do(
        PARTY.ListMyDocuments, pb.ListMyDocumentsRequest(case_id=CASE, participant_id=JOHN)
    ).documents[0]
    assert (seen.participant_id, seen.sha256, list(seen.shared_with)) == ("", "", [])
    back = pb.UnshareDocumentRequest(document_id=kept.document_id, participant_id=JOHN)
    desk.do(WRITES.UnshareDocument, back)
    assert mine(desk, JOHN) == []


def test_a_photo_that_tells_where_it_was_taken_is_not_shared(desk: Desk) -> None:
    kept = accept(desk, desk.upload(JANE, located(), content_type="image/jpeg"))
    assert kept.has_coordinates
    with pytest.raises(PlatformError, match="tells where it was taken"):
        share(desk, kept, JOHN, checked=True)


def test_who_is_no_party_finds_no_case(desk: Desk) -> None:
    for nobody in (STRANGER, "", "x"):
        with pytest.raises(PlatformError, match="case not found"):
            mine(desk, nobody)
        with pytest.raises(PlatformError, match="case not found"):
            desk.upload(nobody)


def test_what_a_worker_files_is_accepted_at_once(desk: Desk) -> None:
    kept = desk.file("", pdf())
    assert kept.state == pb.DOCUMENT_STATE_ACCEPTED
    assert mine(desk, JOHN) == []
    assert desk.told() == []


def test_bad_uploads_name_the_field(desk: Desk) -> None:
    with pytest.raises(PlatformError, match="chunk: is image/png"):
        desk.upload(JOHN, picture("PNG"))
    with pytest.raises(PlatformError, match="header: must stand in the first message"):
        desk.do(PARTY.UploadMyDocument, iter([pb.UploadMyDocumentRequest(chunk=b"x")]))
    long = [pb.UploadMyDocumentRequest(header=pb.DocumentHeader(), chunk=bytes(65_537))]
    with pytest.raises(PlatformError, match="chunk: must have at most 65536 bytes"):
        desk.do(PARTY.UploadMyDocument, iter(long))
    assert mine(desk, JOHN) == []


def test_a_document_longer_than_the_setting_is_refused(
    runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest
) -> None:
    desk = Desk(runtime_for(SERVICE, max_document_bytes=100_000), page)
    with pytest.raises(PlatformError) as caught:
        desk.upload(JOHN, pdf("x" * 200_000))
    assert caught.value.reason == ErrorReason.ERROR_REASON_LIMIT_EXCEEDED


def test_documents_are_listed_a_page_at_a_time(desk: Desk) -> None:
    sent = [desk.upload(JOHN, pdf(str(n))).document_id for n in range(3)]
    found: list[str] = []
    token = ""
    for _ in range(2):
        request = pb.ListDocumentsRequest(case_id=CASE, page_size=2, page_token=token)
        answer = desk.do(READS.ListDocuments, request)
        found += [d.document_id for d in answer.documents]
        token = answer.next_page_token
    assert sorted(found) == sorted(sent)
    assert token == ""


class Scanner(threading.Thread):
    """A server that speaks clamd's INSTREAM and answers what it is told to."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(daemon=True)
        self.answer = answer
        self.read = b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.server.getsockname()[1]

    def run(self) -> None:
        connection, _ = self.server.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while length := int.from_bytes(stream.read(4), "big"):
                self.read += stream.read(length)
            connection.sendall(self.answer)


@contextmanager
def scanner(answer: bytes) -> Iterator[Scanner]:
    one = Scanner(answer)
    one.start()
    try:
        yield one
    finally:
        one.server.close()
        one.join(timeout=5)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [(b"stream: OK\0", ""), (b"stream: Eicar-Test-Signature FOUND\0", "Eicar-Test-Signature")],
)
def test_the_scanner_is_sent_all_of_it_and_understood(answer: bytes, verdict: str) -> None:
    content = bytes(range(256)) * 1_000
    with scanner(answer) as one:
        assert Clamd("127.0.0.1", one.port, 5).verdict(content) == verdict
    assert one.read == content


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0"])
def test_a_scanner_that_gives_no_verdict_is_no_verdict(answer: bytes) -> None:
    with scanner(answer) as one, pytest.raises(PlatformError) as caught:
        Clamd("127.0.0.1", one.port, 5).verdict(b"x")
    assert caught.value.reason == ErrorReason.ERROR_REASON_UNAVAILABLE


def test_where_there_is_a_scanner_nothing_is_kept_without_its_word(
    runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest
) -> None:
    with scanner(b"stream: OK\0") as one:
        settings = {"clamd_host": "127.0.0.1", "clamd_port": one.port}
        desk = Desk(runtime_for(SERVICE, **settings, clamd_timeout_seconds=5), page)
        assert desk.upload(JOHN).scanned
    with pytest.raises(PlatformError) as caught:
        desk.upload(JOHN, pdf("second"))
    assert caught.value.reason == ErrorReason.ERROR_REASON_UNAVAILABLE
    assert len(mine(desk, JOHN)) == 1


def test_what_the_scanner_finds_is_not_kept(
    runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest
) -> None:
    with scanner(b"stream: Eicar FOUND\0") as one:
        settings = {"clamd_host": "127.0.0.1", "clamd_port": one.port}
        desk = Desk(runtime_for(SERVICE, **settings, clamd_timeout_seconds=5), page)
        with pytest.raises(PlatformError, match="the virus scanner found Eicar"):
            desk.upload(JOHN)
    assert mine(desk, JOHN) == []


def test_pieces_cannot_be_put_into_another_document(desk: Desk) -> None:
    """Encryption binds each piece to its document and place."""
    first, second = desk.upload(JOHN, pdf("one")), desk.upload(JOHN, pdf("two"))
    with desk.by(ANN) as work:
        work.session.connection().exec_driver_sql(
            "UPDATE document_piece SET content ="
            f" (SELECT content FROM document_piece WHERE document_id = '{first.document_id}')"
            f" WHERE document_id = '{second.document_id}'"
        )
    with pytest.raises(InvalidTag):
        content_of(desk, second, JOHN)
    assert content_of(desk, first, JOHN) == pdf("one")
