"""The client half: deadline, token, trace, retries, and errors that are ours again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from chassis import tracing
from chassis.errors import PlatformError, invalid_field
from chassis.grpc import client
from chassis.grpc.client import RemoteKeys, TokenSource, channel
from chassis.tests.rpc import probe_contract as pc
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import identity_service_pb2 as identity

PATIENCE_S = 60


class Fake:
    """Stands for identity: counts the calls of each method and answers what it is told."""

    def __init__(self, answers):
        self.calls = []
        self.metadata = {}
        self.left_s = 0.0

        def handler(name):
            def handle(raw, context):
                self.calls.append(name)
                self.metadata = dict(context.invocation_metadata())
                self.left_s = context.time_remaining()
                return answers[name](len(self.calls), context)

            return grpc.unary_unary_rpc_method_handler(handle)

        self.server = grpc.server(
            ThreadPoolExecutor(2),
            handlers=[
                grpc.method_handlers_generic_handler(
                    "childsupport.identity.v1.TokenService", {n: handler(n) for n in answers}
                )
            ],
        )
        self.target = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()


@pytest.fixture
def fake():
    made = []

    def make(**answers):
        made.append(Fake(answers))
        return made[-1]

    yield make
    for one in made:
        one.server.stop(0)


def issued(number, _context):
    return identity.IssueTokenResponse(
        access_token=f"token{number}", expires_in_seconds=100
    ).SerializeToString()


def unavailable_until(attempt):
    def answer(number, context):
        if number < attempt:
            context.abort(grpc.StatusCode.UNAVAILABLE, "starting")
        return identity.GetKeySetResponse(jwks_json="{}").SerializeToString()

    return answer


def call(target, method, **given):
    with channel(target, **given) as plain:
        return plain.unary_unary(f"/childsupport.identity.v1.TokenService/{method}")(b"")


def test_reading_is_tried_again_while_unavailable(fake):
    server = fake(GetKeySet=unavailable_until(3))
    call(server.target, "GetKeySet")
    assert server.calls == ["GetKeySet"] * 3


def test_writing_is_never_tried_again(fake):
    server = fake(IssueToken=unavailable_until(3))
    with pytest.raises(PlatformError) as caught:
        call(server.target, "IssueToken")
    assert caught.value.reason == ErrorReason.ERROR_REASON_UNAVAILABLE
    assert server.calls == ["IssueToken"]


def test_call_without_a_timeout_gets_a_deadline(fake):
    server = fake(IssueToken=issued)
    call(server.target, "IssueToken")
    # The deadline travels in the wire's units, rounded up; without one there would be years left.
    assert 0 < server.left_s < client.DEFAULT_DEADLINE_S + 1


def test_server_that_does_not_answer_is_a_deadline_error(fake):
    answer = threading.Event()
    server = fake(IssueToken=lambda n, c: answer.wait(PATIENCE_S) and issued(n, c))
    with pytest.raises(PlatformError) as caught:
        call(server.target, "IssueToken", deadline_s=0.1)
    answer.set()
    assert caught.value.reason == ErrorReason.ERROR_REASON_DEADLINE_TOO_SHORT


def test_token_and_trace_go_along(fake):
    server = fake(IssueToken=issued)
    with channel(server.target) as plain, tracing.continue_trace("", "test"):
        call(server.target, "IssueToken", tokens=TokenSource("c", "s", plain))
        assert server.metadata["traceparent"] == tracing.current_traceparent()
    assert server.metadata["authorization"] == "Bearer token1"


class Watch:
    now = 0.0

    def __call__(self):
        return self.now


def test_token_is_kept_and_renewed_before_it_ends(fake):
    server = fake(IssueToken=issued)
    watch = Watch()
    with channel(server.target) as plain:
        tokens = TokenSource("c", "s", plain, watch=watch)
        assert [tokens.token(), tokens.token()] == ["token1", "token1"]
        watch.now = 81.0
        assert tokens.token() == "token2"


def test_refused_token_is_asked_for_again_the_next_time(api, fake):
    tokens_given = ["bad", api.signer.token()]
    server = fake(
        IssueToken=lambda n, _c: identity.IssueTokenResponse(
            access_token=tokens_given[n - 1], expires_in_seconds=100
        ).SerializeToString()
    )
    with channel(server.target) as identity_channel:
        tokens = TokenSource("c", "s", identity_channel)
        with channel(f"127.0.0.1:{api.server.port}", tokens=tokens) as plain:
            peek = plain.unary_unary(f"/{pc.SERVICE}/Peek")
            with pytest.raises(PlatformError) as caught:
                peek(b"")
            assert caught.value.reason == ErrorReason.ERROR_REASON_UNAUTHENTICATED
            peek(b"")
    assert server.calls == ["IssueToken"] * 2


def test_errors_of_a_service_arrive_as_they_were_raised(api):
    def refuse(*_):
        raise invalid_field("note_id", "must be another")

    api.probe.does["Ping"] = refuse
    with channel(f"127.0.0.1:{api.server.port}") as plain:
        with pytest.raises(PlatformError) as caught:
            plain.unary_unary(f"/{pc.SERVICE}/Ping")(b"")
        stream = plain.stream_unary(f"/{pc.SERVICE}/Upload")
        with pytest.raises(PlatformError, match="Bearer"):
            stream(iter([b""]))
    assert caught.value.reason == ErrorReason.ERROR_REASON_INVALID_FIELD
    assert caught.value.violations[0].field == "note_id"


def test_server_that_is_away_is_unavailable():
    with pytest.raises(PlatformError) as caught:
        call("127.0.0.1:1", "IssueToken")
    assert caught.value.reason == ErrorReason.ERROR_REASON_UNAVAILABLE


def test_keys_come_from_identity(api, fake):
    server = fake(GetKeySet=unavailable_until(0))
    settings = api.runtime.settings.model_copy(update={"identity_grpc_target": server.target})
    keys = RemoteKeys(settings)
    assert keys() == "{}"
    keys.close()


def test_missing_identity_address_is_an_error_of_the_settings(api):
    with pytest.raises(ValueError, match="identity_grpc_target"):
        RemoteKeys(api.runtime.settings)
