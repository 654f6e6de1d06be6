"""The desk as a portal and a console meet it: a real server, streams, tokens, the audit."""

import json
from collections.abc import Callable, Iterator

import grpc
import pytest
from desk_world import ANN, CASE, JANE, JOHN, Desk, pdf, upload_parts
from joserfc import jwt
from joserfc.jwk import OKPKey
from sqlalchemy import select

from case_service.service import SERVICE
from chassis import auth, tables
from chassis.auth import TokenVerifier
from chassis.errors import PlatformError
from chassis.grpc.client import channel
from chassis.grpc.server import build_server
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import document_service_pb2 as pb
from childsupport.case.v1 import worklist_service_pb2 as work_pb
from childsupport.case.v1.document_service_pb2_grpc import (
    DocumentPartyServiceStub,
    DocumentReadServiceStub,
)
from childsupport.case.v1.worklist_service_pb2_grpc import (
    WorklistReadServiceStub,
    WorklistServiceStub,
)

Bearer = Callable[[str], tuple[tuple[str, str], ...]]


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    return Desk(runtime_for(SERVICE), page)


@pytest.fixture
def bearer(desk: Desk) -> Iterator[tuple[grpc.Channel, Bearer]]:
    clock = desk.runtime.clock
    key = OKPKey.generate_key("Ed25519", {"kid": "k1", "use": "sig"})
    key_set = json.dumps({"keys": [key.as_dict(private=False)]})

    def token(scope: str) -> tuple[tuple[str, str], ...]:
        now = int(clock.now().timestamp())
        said = {
            "iss": auth.ISSUER, "aud": auth.AUDIENCE, "sub": "ann", "scope": scope,
            "employer_id": "", "iat": now, "exp": now + 600,
        }  # fmt: skip
        header = {"alg": auth.ALGORITHM, "kid": "k1", "typ": auth.TOKEN_TYPE}
        made = jwt.encode(header, said, key, algorithms=[auth.ALGORITHM])
        return (("authorization", f"Bearer {made}"),)

    server = build_server(desk.runtime, verifier=TokenVerifier(lambda: key_set, clock))
    server.start()
    with channel(f"127.0.0.1:{server.port}") as plain:
        yield plain, token
    server.drain(0)


def test_a_document_goes_in_as_a_stream_and_is_accepted_from_the_worklist(
    desk: Desk, bearer: tuple[grpc.Channel, Bearer]
) -> None:
    plain, token = bearer
    content = pdf("x" * 300_000)
    said = {"file_name": "pay.pdf", "content_type": "application/pdf", "request_id": "once"}
    parts = [
        pb.UploadMyDocumentRequest(header=header, chunk=chunk)
        for header, chunk in upload_parts(JOHN, content, **said)
    ]
    upload = DocumentPartyServiceStub(plain).UploadMyDocument
    kept = upload(iter(parts), metadata=token("case.party party.any")).document
    assert upload(iter(parts), metadata=token("case.party party.any")).document == kept
    listed = WorklistReadServiceStub(plain).ListItems(
        work_pb.ListItemsRequest(worker_id="ann"), metadata=token("case.read")
    )
    (item,) = listed.items
    request = work_pb.AcceptItemRequest(request_id="r1", item_id=item.item_id, etag=item.etag)
    accept = WorklistServiceStub(plain).AcceptItem
    done = accept(request, metadata=token("case.write")).item
    assert accept(request, metadata=token("case.write")).item == done
    read = pb.ReadDocumentRequest(document_id=kept.document_id)
    first = DocumentReadServiceStub(plain).ReadDocument(read, metadata=token("case.locations"))
    assert content.startswith(first.content)
    assert not first.last
    with desk.by(ANN) as work:
        audited = work.session.execute(select(tables.audit)).all()
    assert [row.method.rsplit("/")[-1] for row in audited] == [
        "UploadMyDocument",
        "UploadMyDocument",
        "ListItems",
        "AcceptItem",
        "AcceptItem",
        "ReadDocument",
    ]
    assert audited[0].subject == {"case_id": [CASE], "participant_id": [JOHN]}
    assert "pay.pdf" not in str(audited)


def test_what_a_party_does_takes_the_partys_scope(bearer: tuple[grpc.Channel, Bearer]) -> None:
    plain, token = bearer
    request = pb.ListMyDocumentsRequest(case_id=CASE, participant_id=JANE)
    for scope in ("case.read", "case.write", "case.locations"):
        with pytest.raises(PlatformError, match=r"needs the scope case\.party"):
            DocumentPartyServiceStub(plain).ListMyDocuments(request, metadata=token(scope))
