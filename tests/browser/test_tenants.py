"""What a parent's token opens, on every method of every service: his own, and nothing else.

OWASP ASVS 5.0, 8.2.2, 8.2.3, 8.3.3: the owning service decides, whatever the portal sends.
"""

import uuid

import grpc
import pytest
from google.protobuf.message_factory import GetMessageClass

from chassis.errors import PlatformError
from chassis.grpc.client import TokenSource, channel
from chassis.grpc.contract import policy_of, services
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import account_service_pb2 as identity_pb
from childsupport.identity.v1.account_service_pb2_grpc import AccountServiceStub

DENIED = ErrorReason.ERROR_REASON_PERMISSION_DENIED
PROBES = ("grpc.health", "grpc.reflection")


@pytest.fixture(scope="module")
def strong_portal(town):
    """A portal with every scope there is, so that only the parent's token can hold it back."""
    administrator = town.platform.administrator
    identity = channel(town.platform.addresses.grpc["identity"])
    tokens = TokenSource(administrator.client_id, administrator.secret, identity)
    opened = {n: channel(t, tokens=tokens) for n, t in town.platform.addresses.grpc.items()}
    yield opened
    for one in (identity, *opened.values()):
        one.close()


def token_of(channels, login) -> str:
    accounts = AccountServiceStub(channels["identity"])
    session = accounts.LogIn(
        identity_pb.LogInRequest(
            request_id=str(uuid.uuid4()),
            login=login.user_name,
            password=login.password,
            origin=identity_pb.Origin(address="192.0.2.9", user_agent="test"),
        )
    )
    asked = identity_pb.IssueUserTokenRequest(session_token=session.session_token)
    return str(accounts.IssueUserToken(asked).user_token)


def methods():
    for service in services():
        for method in service.methods:
            if policy_of(method).scope:
                yield service, method


def call(channels, service, method, user_token, filled=None):
    request = GetMessageClass(method.input_type)()
    if filled:
        filled(request)
    name = service.full_name.split(".")[1]
    if name not in channels:  # policy's service is served by the case service
        name = "case"
    kind = "stream_unary" if method.client_streaming else "unary_unary"
    send = getattr(channels[name], kind)(
        f"/{service.full_name}/{method.name}",
        request_serializer=lambda one: one.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    metadata = (("x-end-user", user_token),) if user_token else ()
    return send(
        iter([request]) if method.client_streaming else request, timeout=20, metadata=metadata
    )


def reason(channels, service, method, user_token, filled=None):
    try:
        call(channels, service, method, user_token, filled)
    except PlatformError as error:
        return error.reason
    except grpc.RpcError as error:
        return error.code()
    return None


def put(path: str, value: str):
    def fill(request):
        *above, last = path.split(".")
        for part in above:
            request = getattr(request, part)
        setattr(request, last, value)

    return fill


def test_a_parents_token_opens_no_method_that_is_not_for_parties(town, strong_portal):
    token = token_of(strong_portal, town.enrol("john-doe"))
    others = [(s, m) for s, m in methods() if not policy_of(m).party_field]
    assert len(others) > 150
    opened = [m.full_name for s, m in others if reason(strong_portal, s, m, token) != DENIED]
    assert not opened


def test_a_parents_token_opens_no_method_for_another_participant(town, strong_portal):
    john, jane = town.enrol("john-doe"), town.enrol("jane-doe")
    token = token_of(strong_portal, john)
    ours = [(s, m, policy_of(m).party_field) for s, m in methods() if policy_of(m).party_field]
    assert len(ours) > 40
    for whose in (jane.participant_id, str(uuid.uuid4()), ""):
        opened = [
            m.full_name
            for s, m, path in ours
            if reason(strong_portal, s, m, token, put(path, whose)) != DENIED
        ]
        assert not opened, whose


def test_the_portals_own_client_sees_no_party_without_a_parent(town):
    """Without a token of somebody who is logged in, the portal's client is nobody."""
    settings = town.platform.sites["portal"]
    identity = channel(town.platform.addresses.grpc["identity"])
    tokens = TokenSource(settings.client_id, settings.client_secret.get_secret_value(), identity)
    opened = {n: channel(t, tokens=tokens) for n, t in town.platform.addresses.grpc.items()}
    jane = town.enrol("jane-doe").participant_id
    try:
        for service, method in methods():
            policy = policy_of(method)
            if policy.scope in SITE_SCOPES:
                continue
            filled = put(policy.party_field, jane) if policy.party_field else None
            found = reason(opened, service, method, "", filled)
            assert found in {DENIED, ErrorReason.ERROR_REASON_UNAUTHENTICATED}, method.full_name
    finally:
        for one in (identity, *opened.values()):
            one.close()


def test_the_consoles_own_client_does_nothing_without_a_worker(town):
    """Else it would be a second person wherever two are asked for."""
    settings = town.platform.sites["console"]
    identity = channel(town.platform.addresses.grpc["identity"])
    tokens = TokenSource(settings.client_id, settings.client_secret.get_secret_value(), identity)
    opened = {n: channel(t, tokens=tokens) for n, t in town.platform.addresses.grpc.items()}
    try:
        for service, method in methods():
            if policy_of(method).scope == "identity.console":
                continue
            assert reason(opened, service, method, "") == DENIED, method.full_name
    finally:
        for one in (identity, *opened.values()):
            one.close()


SITE_SCOPES = {"identity.accounts", "case.apply", "guideline.compute"}
"""What the portal's client may in its own name."""
