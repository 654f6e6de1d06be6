"""The chain: what it is made of, its order, and that a plain call goes through it."""

from chassis.grpc.interceptors.chain import CHAIN
from chassis.tests.rpc import probe_contract as pc


def test_plain_call_reaches_method_with_its_caller(api):
    seen = []
    api.probe.does["Peek"] = lambda request, work: seen.append((request.note_id, work.caller))
    api.call("Peek", pc.PeekRequest(note_id="n1"))
    [(note_id, caller)] = seen
    assert note_id == "n1"
    assert caller.client_id == "tester"
    assert caller.scopes == {"probe.read", "probe.write"}


def test_links_stand_in_the_order_of_the_design():
    assert [link.__name__ for link in CHAIN] == [
        "errors",
        "telemetry",
        "deadline",
        "caller",
        "audit",
        "scope",
        "decoding",
        "party",
        "validation",
        "session",
        "idempotency",
    ]
