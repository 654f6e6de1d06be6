"""Every method for parties, taken from the descriptors, as a stranger and as the other party.

What is another's is answered as what is not there (OWASP ASVS 5.0, 8.2.2, 8.2.3), and nothing of a
protected person stands in any answer or refusal (42 USC 654(26)).
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import grpc
import pytest
from desk_world import ANN, CASE, JANE, JOHN, PORTAL, STRANGER, TIM, Desk, fresh, pdf
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.type.date_pb2 import Date
from joserfc import jwt
from joserfc.jwk import OKPKey

from case_service.api.appointments import Appointments
from case_service.api.conversations import PartyConversations
from case_service.api.disputes import PartyDisputes
from case_service.api.documents import Documents
from case_service.api.parties import Parties
from case_service.api.reviews import Reviews
from case_service.domain.closing import INTENDED, Closure
from case_service.service import SERVICE
from case_service.store import closures
from chassis import auth
from chassis.auth import TokenVerifier
from chassis.dates import from_date
from chassis.grpc.server import build_server
from chassis.ids import derived_id, new_id
from chassis.runtime import Runtime
from chassis.service import Servicer
from childsupport.case.v1 import appointment_service_pb2 as appointment_pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import conversation_service_pb2 as conversation_pb
from childsupport.case.v1 import dispute_service_pb2 as dispute_pb
from childsupport.case.v1 import document_service_pb2 as document_pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1 import review_service_pb2 as review_pb
from childsupport.common.v1 import annotations_pb2 as common

KEY = OKPKey.generate_key("Ed25519", {"kid": "k1", "use": "sig"})
SECONDS = 10
ORDER = derived_id("test", "order")
BORN = date(2019, 3, 4)
HERS = ("1 Hidden Lane", "jane@example.org", "5025550177", "Lantern Works", "Cedar Wren", "harbor")
"""Where she and the child can be found, and a word that stands in all that she wrote."""
EITHER_PARENT = {"ContestReview"}
"""What is open to both parents, whoever began it."""


def party_methods(servicers: Iterable[Servicer] = SERVICE.servicers) -> list[MethodDescriptor]:
    return [
        method
        for servicer in servicers
        for method in descriptor_pool.Default().FindServiceByName(servicer.name).methods
        if method.GetOptions().Extensions[common.policy].scope == "case.party"
    ]


FOR_PARTIES = replace(
    SERVICE, servicers=tuple(one for one in SERVICE.servicers if party_methods([one]))
)
"""The service with nothing but what has a method for parties."""


@dataclass
class Wire:
    """The service over the wire, and the ids of what is Jane's."""

    desk: Desk
    channel: grpc.Channel
    headers: list[tuple[str, str]]
    hers: dict[str, str]

    def call(self, method: MethodDescriptor, request: Message) -> Message:
        streams = method.client_streaming
        stub = (self.channel.stream_unary if streams else self.channel.unary_unary)(
            f"/{method.containing_service.full_name}/{method.name}",
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        given = iter([request]) if streams else request
        answer: Message = stub(given, timeout=SECONDS, metadata=self.headers)
        return answer

    def refusal(self, method: MethodDescriptor, request: Message) -> tuple[grpc.StatusCode, str]:
        """Return the code and the words of a refusal, without the ids that were sent."""
        with pytest.raises(grpc.RpcError) as refused:
            self.call(method, request)
        words = str(refused.value.details())
        assert not any(said in words for said in HERS), method.name
        return refused.value.code(), re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", words)


@pytest.fixture
def wire(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Iterator[Wire]:
    her = page.participants[1]
    her.phone = "5025550177"
    her.employer.name = "Lantern Works"
    world = Desk(runtime_for(FOR_PARTIES), page)
    child = party_pb.UpdateParticipantRequest(request_id=fresh())
    child.participant.participant_id = TIM
    child.participant.birth_date.CopyFrom(from_date(BORN) or Date())
    child.participant.school = "Cedar Wren"
    child.update_mask.paths.extend(["birth_date", "school"])
    world.do(Parties().UpdateParticipant, child)
    keys = json.dumps({"keys": [KEY.as_dict(private=False)]})
    server = build_server(world.runtime, verifier=TokenVerifier(lambda: keys, world.runtime.clock))
    server.start()
    now = int(world.runtime.clock.now().timestamp())
    said = {
        "iss": auth.ISSUER, "aud": auth.AUDIENCE, "sub": "portal", "employer_id": "",
        "scope": "case.party party.any", "iat": now, "exp": now + 600,
    }  # fmt: skip
    header = {"alg": auth.ALGORITHM, "kid": "k1", "typ": auth.TOKEN_TYPE}
    token = jwt.encode(header, said, KEY, algorithms=[auth.ALGORITHM])
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
    yield Wire(world, channel, [("authorization", f"Bearer {token}")], hers(world))
    channel.close()
    server.drain(0)


def hers(desk: Desk) -> dict[str, str]:
    """Let Jane do everything that a party does; return the ids of it by the names of fields."""
    mine = {"request_id": fresh(), "case_id": CASE, "participant_id": JANE}
    topic, subject = conversation_pb.CONVERSATION_TOPIC_OTHER, "About the harbor"
    thread = desk.do(
        PartyConversations().StartMyConversation,
        conversation_pb.StartMyConversationRequest(
            **mine, topic=topic, subject=subject, text="I work at the harbor."
        ),
        PORTAL,
    ).conversation
    dispute = desk.do(
        PartyDisputes().OpenDispute,
        dispute_pb.OpenDisputeRequest(**mine, statement="The harbor paid less."),
        PORTAL,
    ).dispute
    review = desk.do(
        Reviews().AskForReview,
        review_pb.AskForReviewRequest(**mine, statement="The harbor closed."),
        PORTAL,
    ).review
    desk.do(
        Parties().ReportChange,
        party_pb.ReportChangeRequest(
            **mine,
            kind=party_pb.CHANGE_KIND_INSURANCE,
            details=party_pb.ChangeDetails(
                insurance=party_pb.HealthInsurance(insurer="harbor plan", policy_number="77665544")
            ),
        ),
        PORTAL,
    )
    desk.do(
        Appointments().SetAppointment,
        appointment_pb.SetAppointmentRequest(
            request_id=fresh(),
            case_id=CASE,
            kind=appointment_pb.APPOINTMENT_KIND_OFFICE,
            local_at="2026-03-16T09:30",
            place="The room at the harbor",
            subject="Talk about the order",
            guests=[appointment_pb.AppointmentGuest(participant_id=JANE)],
        ),
    )
    desk.do(
        Documents().AskForDocument,
        document_pb.AskForDocumentRequest(
            case_id=CASE,
            participant_id=JANE,
            subject=document_pb.DOCUMENT_SUBJECT_IDENTITY,
            message="What the harbor gave you.",
            due_on=from_date(date(2026, 4, 1)),
        ),
    )
    document = desk.upload(JANE, pdf(), file_name="harbor.pdf")
    closure_id = new_id()
    intent = Closure(
        closure_id=closure_id,
        case_id=CASE,
        ground="12",
        state=INTENDED,
        intended_on=date(2026, 3, 2),
        recipient_id=JANE,
        checks=(),
        notice_on=date(2026, 3, 2),
        answer_by=date(2026, 5, 1),
    )
    with desk.by(ANN) as work:
        closures.add(work.session, work.keys, intent, "ann", work.clock.now())
    return {
        "conversation_id": thread.conversation_id,
        "dispute_id": dispute.dispute_id,
        "review_id": review.review_id,
        "document_id": document.document_id,
        "closure_id": closure_id,
    }


def asked(method: MethodDescriptor, who: str, **ids: str) -> Message:
    """Return a request that would do if everything in it were the asker's own."""
    known = {"request_id": fresh(), "case_id": CASE, "participant_id": who, "order_id": ORDER} | ids
    request: Message = GetMessageClass(method.input_type)()
    _fill(request, known)
    return request


def _fill(message: Message, known: dict[str, str]) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.name == "header":
            _fill(message.header, known)  # type: ignore[attr-defined]
        elif field.is_repeated or field.message_type or field.name in {"page_token", "etag"}:
            continue
        elif field.type == FieldDescriptor.TYPE_STRING:
            setattr(message, field.name, known.get(field.name, "Some words."))
        elif field.enum_type:
            setattr(message, field.name, 1)


def names(method: MethodDescriptor) -> set[str]:
    """Return the names of a request's fields, those of its header too."""
    fields = list(method.input_type.fields)
    for field in method.input_type.fields:
        if field.name == "header":
            fields += field.message_type.fields
    return {field.name for field in fields}


def values(message: Message) -> Iterator[object]:
    """Yield every value in a message, days as days."""
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Date):
                yield date(one.year, one.month, one.day)
            elif isinstance(one, Message):
                yield from values(one)
            else:
                yield one


def assert_nothing_of_hers(wire: Wire, answer: Message, where: str) -> None:
    found = list(values(answer))
    assert BORN not in found, f"{where} tells when the child was born"
    # A review is of both parents' order, so both may know its id; its words are whose they are.
    ids = {value for name, value in wire.hers.items() if name != "review_id"}
    assert not ids & {one for one in found if isinstance(one, str)}, where
    text = " ".join(str(one) for one in found)
    assert not [said for said in HERS if said in text], where


def test_a_stranger_finds_no_case_in_any_method(wire: Wire) -> None:
    with_case = [m for m in party_methods() if "case_id" in names(m)]
    assert len(with_case) >= 20
    for method in with_case:
        real = wire.refusal(method, asked(method, STRANGER, **wire.hers))
        made_up = wire.refusal(method, asked(method, STRANGER, **wire.hers, case_id=new_id()))
        assert real[0] is grpc.StatusCode.NOT_FOUND, method.name
        assert real == made_up, method.name


def test_what_is_the_other_partys_is_not_there_in_any_method(wire: Wire) -> None:
    """The same for a stranger where no case is asked for."""
    about_hers = [m for m in party_methods() if names(m) & set(wire.hers)]
    assert len(about_hers) > 8
    for method in about_hers:
        for who in (JOHN, STRANGER):
            if method.name in EITHER_PARENT and who == JOHN:
                code, _ = wire.refusal(method, asked(method, JOHN, **wire.hers))
                assert code is grpc.StatusCode.FAILED_PRECONDITION
                continue
            real = wire.refusal(method, asked(method, who, **wire.hers))
            made_up = {name: new_id() for name in wire.hers}
            assert real[0] is grpc.StatusCode.NOT_FOUND, method.name
            assert real == wire.refusal(method, asked(method, who, **made_up)), method.name


def test_nothing_of_hers_stands_in_what_the_other_party_reads_or_does(wire: Wire) -> None:
    answered = 0
    for method in party_methods():
        if names(method) & set(wire.hers):
            continue
        for who in (JOHN, STRANGER):
            request = asked(method, who)
            try:
                answer = wire.call(method, request)
            except grpc.RpcError:
                code, _ = wire.refusal(method, request)
                assert code is not grpc.StatusCode.INTERNAL, method.name
            else:
                answered += 1
                assert_nothing_of_hers(wire, answer, method.name)
    assert answered > 12


def test_her_papers_are_evidence_of_nobody_else(wire: Wire) -> None:
    taking = [m for m in party_methods() if "document_ids" in names(m)]
    assert len(taking) > 4
    for method in taking:
        said = []
        for document_id in (wire.hers["document_id"], new_id()):
            request = asked(method, JOHN, **wire.hers)
            request.document_ids.append(document_id)  # type: ignore[attr-defined]
            said.append(wire.refusal(method, request))
        assert said[0] == said[1], method.name


def test_she_herself_reads_all_of_it(wire: Wire) -> None:
    """Else the tests above would prove nothing."""
    seen: list[object] = []
    for method in party_methods():
        if method.name.startswith(("Get", "List", "Read", "Export")):
            seen += values(wire.call(method, asked(method, JANE, **wire.hers)))
    own = {str(one) for one in seen}
    assert set(wire.hers.values()) <= own
    assert all(any(said in one for one in own) for said in HERS if said != "Cedar Wren")
    assert BORN not in seen
    assert "77665544" not in own
