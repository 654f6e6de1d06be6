"""A server refuses to start when methods and contract do not fit; it says all that is wrong."""

import itertools

import pytest

from chassis.auth import TokenVerifier
from chassis.grpc import contract
from chassis.grpc.contract import ContractError
from chassis.grpc.server import build_server
from chassis.service import Servicer
from chassis.tests.rpc import probe_contract as pc
from chassis.tests.rpc.conftest import Probe, probe_service
from childsupport.common.v1 import annotations_pb2 as a

_numbers = itertools.count()


class Answers:
    def Method(self, request, work):
        return pc.Note()


def problem(*methods, implementation=None):
    number = next(_numbers)
    name = f"Bad{number}Service"
    pc.add_service(f"chassis/probe/v1/bad{number}.proto", name, methods, dependency=[pc.PROBE_FILE])
    with pytest.raises(ContractError) as caught:
        contract.methods(Servicer(f"{pc.PACKAGE}.{name}", implementation or Answers()))
    return str(caught.value)


def method(request="NoteRequest", response="Note", **given):
    return pc.rpc("Method", request, response, **given)


READ = a.IDEMPOTENCY_READ_ONLY
BY_ID = a.IDEMPOTENCY_REQUEST_ID


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "no policy"),
        ({"scope": "s", "audited": True}, "idempotency"),
        ({"idempotency": READ, "audited": True}, "asks for no scope"),
        ({"idempotency": READ, "scope": "s", "public": True, "audited": True}, "public, and yet"),
        ({"idempotency": BY_ID, "public": True, "audited": True}, "another's answer"),
        ({"idempotency": READ, "scope": "s"}, "not audited"),
        (
            {"idempotency": BY_ID, "scope": "s", "request": "PeekRequest"},
            "no request_id",
        ),
        ({"idempotency": READ, "scope": "s", "audited": True, "answers": True}, "streams"),
        (
            {"idempotency": BY_ID, "scope": "s", "audited": True, "streams": True},
            "not by request_id",
        ),
        (
            {"idempotency": READ, "scope": "s", "request": "PeekRequest", "response": "Secretive"},
            "Secretive.ssn",
        ),
    ],
)
def test_unsound_policy_is_named(given, says):
    assert says in problem(method(**given))


SOUND = {"idempotency": READ, "scope": "s", "audited": True}


def test_missing_and_foreign_methods_are_named():
    class Others:
        def Methood(self, request, work):
            return None

    said = problem(method(**SOUND), implementation=Others())
    assert "Method: not implemented by Others" in said
    assert "Methood: implemented, but not in the contract" in said


def test_all_that_is_wrong_is_said_at_once():
    said = problem(pc.rpc("One", "PeekRequest", "Note"), pc.rpc("Two", "PeekRequest", "Note"))
    for text in ("One: not implemented", "One: the contract gives it no policy", "Two: the"):
        assert text in said


def test_server_does_not_start_with_a_service_of_no_contract(runtime_for, key_directory):
    runtime = runtime_for(probe_service(Probe()), keys_file=key_directory / "withholding.keys.json")
    broken = type(runtime.service)(
        name="rpcprobe",
        metadata=runtime.service.metadata,
        migrations=runtime.service.migrations,
        servicers=(Servicer("no.such.v1.Service", Answers()),),
    )
    runtime.service = broken
    with pytest.raises(ContractError, match=r"no.such.v1.Service"):
        build_server(runtime, verifier=TokenVerifier(lambda: "{}"))


def test_the_platforms_contract_is_sound():
    class Everything:
        def __init__(self, names):
            for name in names:
                setattr(self, name, lambda request, work: None)

    found = contract.services()
    assert len(found) >= 10
    for service in found:
        names = [m.name for m in service.methods]
        served = contract.methods(Servicer(service.full_name, Everything(names)))
        assert [m.name for m in served] == names


def test_scopes_are_those_of_the_contract():
    assert {"identity.clients.write", "payments.read", "case.write"} <= contract.scopes()
    assert "" not in contract.scopes()
