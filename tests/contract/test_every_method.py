"""Another program, with no stubs of ours, finds and calls every method of every service (gRPC).

Whatever is missing in a request is the caller's to hear, in a sentence: INTERNAL, UNIMPLEMENTED
and UNKNOWN are defects (AIP-193).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from chassis.grpc.server import build_server
from chassis.runtime import Runtime
from identity_service.registration import bootstrap_client
from launcher.registry import SERVICES, service_named

CALL_SECONDS = 30
DEFECTS = {
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}
LEAST_METHODS = 100

Channels = dict[str, grpc.Channel]


@pytest.fixture
def opened(runtime_for: Callable[..., Runtime]) -> Iterator[tuple[Channels, str]]:
    """A channel to each service, and the administrator's token."""
    with ExitStack() as stack:

        def serve(name: str, identity_target: str) -> str:
            runtime = runtime_for(service_named(name), identity_grpc_target=identity_target)
            if name == "identity":
                with runtime.work() as work:
                    secrets.append(bootstrap_client(work, "administrator") or "")
            server = build_server(runtime)
            server.start()
            stack.callback(server.drain, 1.0)
            return f"127.0.0.1:{server.port}"

        secrets: list[str] = []
        targets = {"identity": serve("identity", "")}
        targets |= {s: serve(s, targets["identity"]) for s in SERVICES if s != "identity"}
        made = {service: grpc.insecure_channel(target) for service, target in targets.items()}
        for one in made.values():
            stack.callback(one.close)
        yield made, token(made["identity"], secrets[0])


def token(identity: grpc.Channel, secret: str) -> str:
    issue = next(m for m in told_by_reflection(identity) if m.name == "IssueToken")
    request = GetMessageClass(issue.input_type)(client_id="administrator", client_secret=secret)
    return str(call(identity, issue, request).access_token)


def told_by_reflection(to: grpc.Channel) -> Iterator[MethodDescriptor]:
    """Yield every method of ours that a server says it has."""
    database = ProtoReflectionDescriptorDatabase(to)
    pool = DescriptorPool(database)
    for service in database.get_services():
        if service.startswith("childsupport."):
            yield from pool.FindServiceByName(service).methods


def call(to: grpc.Channel, method: MethodDescriptor, request: Message, bearer: str = "") -> Any:
    """Call a method; returns its first answer. Raises RpcError."""
    shapes = {
        (False, False): to.unary_unary,
        (False, True): to.unary_stream,
        (True, False): to.stream_unary,
    }
    said = shapes[method.client_streaming, method.server_streaming](
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=type(request).SerializeToString,
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )(
        iter([request]) if method.client_streaming else request,
        timeout=CALL_SECONDS,
        metadata=[("authorization", f"Bearer {bearer}")] if bearer else [],
    )
    return next(said, None) if method.server_streaming else said


def test_every_method_hears_an_empty_request_and_says_what_is_missing(
    opened: tuple[Channels, str],
) -> None:
    channels, bearer = opened
    asked = 0
    wrong = []
    for service, to in channels.items():
        for method in told_by_reflection(to):
            asked += 1
            try:
                call(to, method, GetMessageClass(method.input_type)(), bearer)
            except grpc.RpcError as error:
                code, sentence = error.code(), error.details() or ""
                if code in DEFECTS or len(sentence.split()) < 2:
                    wrong.append(f"{service} {method.full_name}: {code.name} {sentence}")
    assert wrong == []
    assert asked >= LEAST_METHODS
