"""A protected address, phone, employer, e-mail and school, planted and looked for everywhere.

The service's methods are taken from its descriptors, so that a room that is added later is covered:
what may answer with a location stands in `MAY_TELL` with its reason, and every method that only
reads is called over the wire with the ids of the family.
"""

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import structlog
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from joserfc import jwt
from joserfc.jwk import OKPKey
from parties_world import PLANTED, new_case
from sqlalchemy import text

from case_service.actions.parties import open_case
from case_service.domain.model import Case
from case_service.service import SERVICE
from chassis import auth, logs, tables
from chassis.auth import TokenVerifier
from chassis.grpc.server import build_server
from chassis.ids import new_id
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as pb
from childsupport.common.v1 import annotations_pb2 as common

SECONDS = 10
KEY = OKPKey.generate_key("Ed25519", {"kid": "k1", "use": "sig"})
OTHER_SIDE = frozenset({"case.read", "case.party"})
"""Scopes behind which the other side, or something made for it, may stand."""
NEVER_SET = {
    "Participant.address",
    "Participant.email",
    "Participant.phone",
    "Participant.employer",
    "Participant.school",
}
"""Fields that only requests fill; `participant_message` leaves them out, which the sweep proves."""
LEFT_OUT = {"ApplicationReadService.ListApplications": "Application.content"}
"""Parts that a list leaves out, and only the method for a single one fills."""
_OWN_WORDS = "an applicant's own application, to himself; nobody is a party of it yet"
MAY_TELL = {
    "PartyReadService.GetOwnDetails": "to the party himself; refused for everybody else's id",
    "PartyCaseReadService.ListMyReportedChanges": "what the party reported of himself, to himself",
    "AppointmentPartyService.ListMyAppointments": "where the reader has to go, and no other guest",
    "AppointmentPartyService.ExportMyCalendar": "the same appointments as a calendar",
    "DocumentPartyService.ReadMyDocument": "a document that the party himself handed in",
    "ApplicantReadService.GetOwnApplication": _OWN_WORDS,
    "ApplicantService.StartOwnApplication": _OWN_WORDS,
    "ApplicantService.SaveOwnApplication": _OWN_WORDS,
    "ApplicantService.SubmitOwnApplication": _OWN_WORDS,
    "ApplicantService.WithdrawOwnApplication": _OWN_WORDS,
}
"""Methods that answer with a location, each with the reason why it may."""


def methods() -> Iterator[MethodDescriptor]:
    for servicer in SERVICE.servicers:
        yield from descriptor_pool.Default().FindServiceByName(servicer.name).methods


def policy(method: MethodDescriptor) -> common.MethodPolicy:
    return method.GetOptions().Extensions[common.policy]


def short(method: MethodDescriptor) -> str:
    return f"{method.containing_service.name}.{method.name}"


def location_fields(
    message: Descriptor, left_out: str = "", seen: frozenset[str] = frozenset()
) -> set[str]:
    """Return the fields of a message, nested ones too, that tell where somebody can be found."""
    if message.full_name in seen:
        return set()
    found: set[str] = set()
    for field in message.fields:
        name = f"{message.name}.{field.name}"
        if name == left_out:
            continue
        if field.GetOptions().Extensions[common.data_class] == common.DATA_CLASS_LOCATION:
            found.add(name)
        elif field.message_type is not None:
            found |= location_fields(field.message_type, left_out, seen | {message.full_name})
    return found


def test_no_answer_for_the_other_side_has_room_for_a_location() -> None:
    for method in methods():
        if policy(method).scope in OTHER_SIDE and short(method) not in MAY_TELL:
            found = location_fields(method.output_type, LEFT_OUT.get(short(method), ""))
            assert found <= NEVER_SET, short(method)


def test_every_exception_is_needed() -> None:
    told = {short(m): location_fields(m.output_type) - NEVER_SET for m in methods()}
    assert all(told[name] for name in MAY_TELL)


@dataclass
class World:
    """A server with the planted family, and whatever it logs."""

    runtime: Runtime
    channel: grpc.Channel
    case: Case
    log: io.StringIO

    def call(self, method: MethodDescriptor, request: Message, scope: str) -> Message | None:
        """Call a method; None when it refuses, with nothing planted in the refusal."""
        try:
            return self.send(method, request, scope)
        except grpc.RpcError as refusal:
            said = str(refusal)
        assert_nothing_planted(said.encode(), short(method))
        return None

    def send(self, method: MethodDescriptor, request: Message, scope: str) -> Message:
        path = f"/{method.containing_service.full_name}/{method.name}"
        given = self.channel.unary_unary(
            path,
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        headers = [("authorization", f"Bearer {self.token(scope)}")]
        answer: Message = given(request, timeout=SECONDS, metadata=headers)
        return answer

    def token(self, scope: str) -> str:
        now = int(self.runtime.clock.now().timestamp())
        said = {
            "iss": auth.ISSUER,
            "aud": auth.AUDIENCE,
            "sub": "worker" if "case.write" in scope else "parent",
            "scope": scope,
            "employer_id": "",
            "iat": now,
            "exp": now + 600,
        }
        header = {"alg": auth.ALGORITHM, "kid": "k1", "typ": auth.TOKEN_TYPE}
        return jwt.encode(header, said, KEY, algorithms=[auth.ALGORITHM])


@pytest.fixture
def world(runtime_for: Callable[..., Runtime]) -> Iterator[World]:
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    runtime = runtime_for(SERVICE)
    logs.configure("case", "test", "DEBUG", stream)
    keys = json.dumps({"keys": [KEY.as_dict(private=False)]})
    server = build_server(runtime, verifier=TokenVerifier(lambda: keys, runtime.clock))
    server.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
    with runtime.work(Caller("ann")) as work:
        case = open_case(work, new_case()).case
    yield World(runtime, channel, case, stream)
    channel.close()
    server.drain(0)
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


def assert_nothing_planted(haystack: bytes, where: str) -> None:
    lowered = haystack.lower()
    for what, value in PLANTED.items():
        assert value.lower().encode() not in lowered, f"{what} stands in {where}"


def asked(method: MethodDescriptor, case: Case, participant_id: str) -> Message:
    """Return a request that names the family wherever its fields have the names for it."""
    request = GetMessageClass(method.input_type)()
    known: dict[str, Any] = {
        "case_id": case.case_id,
        "participant_id": participant_id,
        "name_prefix": "Doe",
        "obligor_id": case.obligor_id,
        "office_id": case.office_id,
    }
    for field in method.input_type.fields:
        value = known.get(field.name)
        if value is None and method.name.startswith("Get") and field.name.endswith("_id"):
            value = new_id()
        if value and field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated:
            setattr(request, field.name, value)
    return request


def sweep(world: World) -> int:
    """Call all that reads, as the other party (his own id) and about the protected ones."""
    case, answered = world.case, 0
    everybody = [case.obligor_id, case.obligee_id, case.members[0].participant_id]
    for method in methods():
        if policy(method).scope not in OTHER_SIDE or not method.name.startswith(
            ("Get", "List", "Search", "Find", "Explain", "Export", "Read")
        ):
            continue
        for subject in everybody[:1] if short(method) in MAY_TELL else everybody:
            answer = world.call(
                method, asked(method, case, subject), "case.read case.party party.any"
            )
            if answer is not None:
                answered += 1
                assert_nothing_planted(answer.SerializeToString(), short(method))
    return answered


def test_nothing_planted_comes_out_of_any_method_that_reads(world: World) -> None:
    assert sweep(world) > 10


def test_nothing_planted_is_told_logged_or_kept_in_clear(world: World) -> None:
    """After everything that a worker and a party do with the protected person."""
    case, mother = world.case, world.case.obligee_id
    write = "case.read case.write case.party party.any case.locations"
    moved = case_pb.PostalAddress(
        line1=PLANTED["address"], line2="B", city=PLANTED["city"], state="KY", zip_code="41011"
    )
    reported = world.call(
        by_name("PartyService.ReportChange"),
        pb.ReportChangeRequest(
            request_id="r1",
            case_id=case.case_id,
            participant_id=mother,
            kind=pb.CHANGE_KIND_ADDRESS,
            details=pb.ChangeDetails(address=moved),
        ),
        "case.party party.any",
    )
    assert isinstance(reported, pb.ReportChangeResponse)
    change_id = reported.change.change_id
    jane_again = case_pb.Participant(
        first_name="Jane", last_name="Doe", ssn="900010002", address=moved, email=PLANTED["email"]
    )
    steps: list[tuple[str, Message]] = [
        ("PartyReadService.GetReportedChange", pb.GetReportedChangeRequest(change_id=change_id)),
        ("PartyService.AcceptChange", pb.AcceptChangeRequest(request_id="r2", change_id=change_id)),
        (
            "LocationService.GetLocations",
            pb.GetLocationsRequest(participant_id=mother, purpose=pb.LOCATION_PURPOSE_CASE_WORK),
        ),
        (
            "PartyReadService.GetOwnDetails",
            pb.GetOwnDetailsRequest(case_id=case.case_id, participant_id=mother),
        ),
        (
            "PartyService.AssignCase",
            pb.AssignCaseRequest(request_id="r3", case_id=case.case_id, worker_id="ann"),
        ),
    ]
    for name, request in steps:
        assert world.call(by_name(name), request, write) is not None, name
    note = f"At {PLANTED['address']}"
    refused: list[tuple[str, Message]] = [
        (
            "PartyService.TransferCase",
            pb.TransferCaseRequest(
                request_id="r4", case_id=case.case_id, office_id="21067", note=note
            ),
        ),
        (
            "PartyService.RecordParticipant",
            pb.RecordParticipantRequest(request_id="r5", participant=jane_again),
        ),
        (
            "PartyService.SetProtection",
            pb.SetProtectionRequest(request_id="r6", participant_id=mother, reason=note),
        ),
    ]
    for name, request in refused:
        assert world.call(by_name(name), request, write) is None, name
    assert sweep(world) > 10
    with world.runtime.work() as work:
        bodies = work.session.execute(text("SELECT type, body FROM outbox")).all()
        assert bodies
        for kind, body in bodies:
            assert_nothing_planted(bytes(body), kind)
        for table in (*SERVICE.metadata.sorted_tables, tables.audit, tables.idempotency):
            rows = work.session.execute(table.select()).all()
            assert_nothing_planted(b"".join(plain(row) for row in rows), f"table {table.name}")
    world.log.flush()
    assert "GetLocations" in world.log.getvalue()
    assert_nothing_planted(world.log.getvalue().encode(), "the log")


def test_the_other_party_is_told_that_there_is_nobody(world: World) -> None:
    own = by_name("PartyReadService.GetOwnDetails")
    child = pb.GetOwnDetailsRequest(
        case_id=world.case.case_id, participant_id=world.case.members[0].participant_id
    )
    assert world.call(own, child, "case.party party.any") is None
    look = by_name("LocationService.GetLocations")
    request = pb.GetLocationsRequest(
        participant_id=world.case.obligee_id,
        purpose=pb.LOCATION_PURPOSE_SHOW_TO_PARTICIPANT,
        shown_to_id=world.case.obligor_id,
    )
    assert world.call(look, request, "case.locations") is None
    request.shown_to_id = ""
    for scope in ("case.read", "case.write", "case.party party.any"):
        assert world.call(look, request, scope) is None


def test_what_a_parent_writes_to_the_office_is_read_with_the_scope_for_locations() -> None:
    """Nobody can keep her from writing where she lives now."""
    for name in ("ConversationReadService.GetConversation", "DocumentReadService.ReadDocument"):
        assert policy(by_name(name)).scope == "case.locations"


def test_taking_cases_over_is_not_among_what_a_caseworker_may_do() -> None:
    """It takes bank accounts as they come, which otherwise takes two people."""
    takes_over = [short(m) for m in methods() if policy(m).scope == "case.import"]
    assert takes_over == ["CaseImportService.ImportCases"]


def test_an_id_that_is_none_is_bad_input(world: World) -> None:
    for name in ("PartyReadService.GetProtection", "PartyService.SetProtection"):
        method = by_name(name)
        request = GetMessageClass(method.input_type)(participant_id="x")
        with pytest.raises(grpc.RpcError) as caught:
            world.send(method, request, "case.read case.write")
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def plain(row: Any) -> bytes:
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in row)


def by_name(name: str) -> MethodDescriptor:
    return next(m for m in methods() if short(m) == name)
