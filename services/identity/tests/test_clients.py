"""Clients: registered, shown, revoked; what is told of them."""

from datetime import date

import pytest

from chassis import migrate
from chassis.events import Envelope
from chassis.grpc import contract
from chassis.ids import new_id
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import identity_service_pb2 as pb
from childsupport.withholding.v1.events_pb2 import EmployersChanged
from childsupport.withholding.v1.withholding_service_pb2 import Employer
from identity_service.registration import bootstrap_client
from identity_service.service import SERVICE

R = ErrorReason
EMPLOYER = "0190a000-0000-7000-8000-000000000001"


def tell_employers(identity, *employers):
    message = EmployersChanged(
        employers=[Employer(employer_id=e, version=version) for e, version in employers]
    )
    envelope = Envelope(
        new_id(),
        message.DESCRIPTOR.full_name,
        "withholding",
        "x",
        identity.runtime.clock.now(),
        message.SerializeToString(),
    )
    return identity.runtime.deliver("identity.withholding", envelope)


def test_registered_client_gets_a_token_with_its_scopes(identity):
    made = identity.create()
    assert made.client.version == 1
    assert not made.client.HasField("revoke_time")
    issued = identity.issue("intake", made.client_secret)
    assert list(issued.scopes) == list(made.client.scopes)
    found = identity.admin("GetClient", pb.GetClientRequest(client_id="intake"))
    assert found.client == made.client
    assert identity.told() == [("admin", 1, False), ("intake", 1, False)]


def test_repeated_registration_gives_the_same_secret_and_one_client(identity):
    assert identity.create() == identity.create()
    assert identity.told().count(("intake", 1, False)) == 1


def test_taken_id_is_refused(identity):
    identity.create()
    told = identity.refused(lambda: identity.create(request_id="another"))
    assert told.reason == R.ERROR_REASON_ALREADY_EXISTS
    assert told.metadata == {"client_id": "intake"}


@pytest.mark.parametrize(
    ("client_id", "given", "field"),
    [
        ("Intake", {}, "client_id"),
        ("a", {}, "client_id"),
        ("9lives", {}, "client_id"),
        ("x" * 64, {}, "client_id"),
        ("intake", {"display_name": "  "}, "display_name"),
        ("intake", {"display_name": "x" * 201}, "display_name"),
        ("intake", {"scopes": []}, "scopes"),
        ("intake", {"scopes": ["everything"]}, "scopes"),
        ("intake", {"employer_id": "acme"}, "employer_id"),
        ("intake", {"employer_id": EMPLOYER, "scopes": ["payments.read"]}, "scopes"),
    ],
)
def test_broken_rule_is_named(identity, client_id, given, field):
    told = identity.refused(lambda: identity.create(client_id, **{"request_id": "r"} | given))
    assert told.reason == R.ERROR_REASON_INVALID_FIELD
    assert [violation.field for violation in told.violations] == [field]
    assert identity.told() == [("admin", 1, False)]


def test_all_broken_rules_are_named_at_once(identity):
    told = identity.refused(
        lambda: identity.create("X", request_id="r", display_name="", scopes=["no.such"])
    )
    assert [v.field for v in told.violations] == ["client_id", "display_name", "scopes"]


def test_employers_client_waits_for_the_employer_to_be_known(identity):
    told = identity.refused(lambda: identity.create("acme", employer_id=EMPLOYER))
    assert told.reason == R.ERROR_REASON_FAILED_PRECONDITION
    assert told.metadata == {"employer_id": EMPLOYER}
    tell_employers(identity, (EMPLOYER, 1))
    made = identity.create("acme", employer_id=EMPLOYER)
    assert made.client.employer_id == EMPLOYER
    token = identity.issue("acme", made.client_secret).access_token
    from chassis.auth import TokenVerifier, own_keys

    caller = TokenVerifier(own_keys(identity.runtime), identity.clock).verify(token)
    assert caller.employer_id == EMPLOYER


def test_employers_are_projected_by_version_whatever_comes_when(identity):
    other = "0190a000-0000-7000-8000-000000000002"
    tell_employers(identity, (EMPLOYER, 3), (EMPLOYER, 2), (other, 1))
    tell_employers(identity, (EMPLOYER, 1))
    tell_employers(identity)
    assert identity.rows("SELECT version FROM employer ORDER BY employer_id") == [(3,), (1,)]


def test_revoked_client_gets_no_token_and_revoking_again_changes_nothing(identity):
    made = identity.create()
    first = identity.admin("RevokeClient", pb.RevokeClientRequest(client_id="intake"))
    again = identity.admin("RevokeClient", pb.RevokeClientRequest(client_id="intake"))
    assert first == again
    assert first.client.version == 2
    assert first.client.HasField("revoke_time")
    told = identity.refused(identity.issue, "intake", made.client_secret)
    assert told.reason == R.ERROR_REASON_UNAUTHENTICATED
    assert identity.told()[-1] == ("intake", 2, True)
    assert len(identity.told()) == 3


@pytest.mark.parametrize("name", ["GetClient", "RevokeClient"])
def test_unknown_client_is_not_found(identity, name):
    request = getattr(pb, f"{name}Request")(client_id="nobody")
    told = identity.refused(identity.admin, name, request)
    assert told.reason == R.ERROR_REASON_NOT_FOUND


def test_client_without_the_scope_registers_nobody(identity):
    made = identity.create()
    token = identity.issue("intake", made.client_secret).access_token
    from childsupport.identity.v1.identity_service_pb2_grpc import ClientServiceStub

    request = pb.CreateClientRequest(request_id="r", client_id="evil", scopes=["case.read"])
    metadata = (("authorization", f"Bearer {token}"),)
    told = identity.refused(
        lambda: ClientServiceStub(identity.plain).CreateClient(request, metadata=metadata)
    )
    assert told.reason == R.ERROR_REASON_PERMISSION_DENIED
    [row] = identity.rows("SELECT caller, subject FROM audit WHERE outcome = 'PERMISSION_DENIED'")
    assert (row.caller, row.subject) == ("intake", {"client_id": ["evil"]})


def test_bootstrap_twice_keeps_the_secret_and_tells_nothing(identity):
    with identity.runtime.work() as work:
        assert bootstrap_client(work, "admin") is None
    assert identity.issue().access_token
    assert identity.told() == [("admin", 1, False)]


def test_bootstrap_gives_another_secret_only_when_asked(identity):
    identity.admin("RevokeClient", pb.RevokeClientRequest(client_id="admin"))
    with identity.runtime.work() as work:
        fresh = bootstrap_client(work, "admin", rotate=True)
    assert fresh != identity.secret
    assert identity.issue("admin", fresh).access_token
    told = identity.refused(identity.issue, "admin", identity.secret)
    assert told.reason == R.ERROR_REASON_UNAUTHENTICATED
    assert identity.told()[-1] == ("admin", 3, False)


def test_bootstrap_changes_scopes_and_knows_only_those_of_the_contract(identity):
    with identity.runtime.work() as work:
        bootstrap_client(work, "admin", ["case.read"])
    assert list(identity.issue().scopes) == ["case.read"]
    with pytest.raises(Exception, match="scopes"), identity.runtime.work() as work:
        bootstrap_client(work, "admin", ["no.such"])
    with identity.runtime.work() as work:
        bootstrap_client(work, "admin")
    assert set(identity.issue().scopes) == contract.scopes() - {contract.WORKER_ONLY}


def test_state_can_be_told_again_with_the_same_versions(identity):
    identity.create()
    identity.admin("RevokeClient", pb.RevokeClientRequest(client_id="intake"))
    before = {name: version for name, version, _ in identity.told()}
    with identity.runtime.work() as work:
        assert SERVICE.republish["clients"](work, None) == 2
        assert SERVICE.republish["clients"](work, date(2026, 3, 7)) == 1
    assert {name: version for name, version, _ in identity.told()[3:5]} == before


def test_migrations_make_the_tables_that_the_code_speaks_of(runtime_for):
    runtime = runtime_for(SERVICE)
    migrate.check(SERVICE, runtime.settings.database_url.get_secret_value())
