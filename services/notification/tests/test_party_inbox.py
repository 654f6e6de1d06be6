"""A party's own inbox and letters over the wire (OWASP ASVS 5.0, 8.2.2: another's do not exist)."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis import auth
from chassis.auth import TokenVerifier
from chassis.grpc.server import build_server
from childsupport.common.v1 import annotations_pb2 as common
from childsupport.notification.v1 import party_service_pb2 as pb
from notification_service.service import SERVICE

KEY = OKPKey.generate_key("Ed25519", {"kid": "k1", "use": "sig"})
MARY_LIVES = "12 Hidden Lane"

Call = Callable[[str, Message], Any]


@pytest.fixture
def family(world: Any) -> Any:
    """Both parents, each with notices and a letter of the first payment."""
    world.meet("obligor")
    world.meet("obligee", line1=MARY_LIVES, protected=True)
    world.open_case()
    world.deliver(world.collection(world.part(22_000)))
    world.deliver(world.disbursement(22_000, first=True))
    world.run_timers()
    return world


@pytest.fixture
def call(family: Any) -> Iterator[Call]:
    clock = family.runtime.clock
    keys = json.dumps({"keys": [KEY.as_dict(private=False)]})
    server = build_server(family.runtime, verifier=TokenVerifier(lambda: keys, clock))
    server.start()
    now = int(clock.now().timestamp())
    said = {
        "iss": auth.ISSUER, "aud": auth.AUDIENCE, "sub": "portal", "employer_id": "",
        "scope": "notification.party party.any", "iat": now, "exp": now + 600,
    }  # fmt: skip
    header = {"alg": auth.ALGORITHM, "kid": "k1", "typ": auth.TOKEN_TYPE}
    token = jwt.encode(header, said, KEY, algorithms=[auth.ALGORITHM])
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")

    def send(name: str, request: Message) -> Any:
        method = next(m for m in party_methods() if m.name == name)
        given = channel.unary_unary(
            f"/{method.containing_service.full_name}/{name}",
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        return given(request, timeout=10, metadata=[("authorization", f"Bearer {token}")])

    yield send
    channel.close()
    server.drain(0)


def party_methods() -> Iterator[MethodDescriptor]:
    for servicer in SERVICE.servicers:
        for method in descriptor_pool.Default().FindServiceByName(servicer.name).methods:
            if method.GetOptions().Extensions[common.policy].party_field:
                yield method


def test_a_notice_is_unread_until_its_reader_opens_it(
    call: Call, family: Any, name_of: Callable[[str], str]
) -> None:
    jane = name_of("obligee")
    listed = call("ListMyNotices", pb.ListMyNoticesRequest(participant_id=jane))
    assert [n.kind for n in listed.notices] == ["payment_sent", "payment_for_family"]
    assert listed.unread == 2
    newest = listed.notices[0]
    request = pb.MarkMyNoticeReadRequest(participant_id=jane, notice_id=newest.notice_id)
    read = call("MarkMyNoticeRead", request).notice
    assert read.HasField("read_time")
    assert call("MarkMyNoticeRead", request).notice == read
    assert call("CountMyUnread", pb.CountMyUnreadRequest(participant_id=jane)).unread == 1
    one = pb.ListMyNoticesRequest(participant_id=jane, unread_first=True, page_size=1)
    first = call("ListMyNotices", one)
    one.page_token = first.next_page_token
    second = call("ListMyNotices", one)
    assert [first.notices[0].kind, second.notices[0].kind] == ["payment_for_family", "payment_sent"]
    assert not second.next_page_token


def test_a_letter_is_listed_with_its_heading_and_read_as_pdf(
    call: Call, family: Any, name_of: Callable[[str], str]
) -> None:
    jane = name_of("obligee")
    (letter,) = call("ListMyLetters", pb.ListMyLettersRequest(participant_id=jane)).letters
    assert letter.kind == "first_payment"
    assert letter.title
    got = call(
        "GetMyLetter", pb.GetMyLetterRequest(participant_id=jane, letter_id=letter.letter_id)
    )
    assert got.pdf.startswith(b"%PDF")


def test_what_is_anothers_does_not_exist_in_any_method_for_parties(
    call: Call, family: Any, name_of: Callable[[str], str]
) -> None:
    """As the other party and as a stranger, with her ids: the answer to a made-up id."""
    jane = name_of("obligee")
    notice = call("ListMyNotices", pb.ListMyNoticesRequest(participant_id=jane)).notices[0]
    letter = call("ListMyLetters", pb.ListMyLettersRequest(participant_id=jane)).letters[0]
    hers = {"notice_id": notice.notice_id, "letter_id": letter.letter_id}
    walked = 0
    for method in party_methods():
        named = {f.name for f in method.input_type.fields} & set(hers)
        for who in (name_of("obligor"), name_of("nobody")):
            request = GetMessageClass(method.input_type)(participant_id=who)
            if not named:
                answer = call(method.name, request)
                assert not {*hers.values()} & {str(v) for v in _values(answer)}, method.name
                assert MARY_LIVES not in str(answer), method.name
                continue
            said = []
            for ids in (hers, dict.fromkeys(hers, str(uuid4()))):
                for field in named:
                    setattr(request, field, ids[field])
                with pytest.raises(grpc.RpcError) as refused:
                    call(method.name, request)
                assert refused.value.code() is grpc.StatusCode.NOT_FOUND, method.name
                text = refused.value.details()
                said.append([text.replace(ids[field], "") for field in named])
            assert said[0] == said[1], method.name
            walked += 1
    assert walked >= 6


def _values(message: Message) -> Iterator[object]:
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Message):
                yield from _values(one)
            else:
                yield one
