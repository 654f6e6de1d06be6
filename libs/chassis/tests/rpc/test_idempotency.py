"""The same request_id gives the first answer again; the effect happens once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from sqlalchemy import text

from chassis.errors import PlatformError
from chassis.tests.rpc import probe_contract as pc
from childsupport.common.v1.errors_pb2 import ErrorReason


def insert(request, work):
    work.session.execute(text("INSERT INTO note VALUES (:t)"), {"t": request.text})
    return pc.Note(text=request.text, count=7)


@pytest.fixture
def creating(api):
    api.probe.does["Create"] = insert
    return api


def request(text="a", request_id="r1"):
    return pc.NoteRequest(request_id=request_id, text=text)


def test_repeated_call_gets_the_first_answer_and_one_effect(creating):
    first = creating.call("Create", request())
    creating.probe.does["Create"] = lambda *_: pytest.fail("called again")
    assert creating.call("Create", request()) == first == pc.Note(text="a", count=7)
    assert len(creating.rows("SELECT * FROM note")) == 1


def test_same_id_with_other_content_is_refused(creating):
    creating.call("Create", request("a"))
    code, told = creating.refused("Create", request("b"))
    assert code == grpc.StatusCode.ALREADY_EXISTS
    assert told.reason == ErrorReason.ERROR_REASON_REQUEST_ID_REUSED
    assert creating.rows("SELECT text FROM note") == [("a",)]


def test_another_caller_may_use_the_same_id(creating):
    creating.call("Create", request("a"))
    other = creating.signer.token(client_id="other")
    assert creating.call("Create", request("b"), token=other).text == "b"


@pytest.mark.parametrize("bad", ["", "x" * 65])
def test_request_id_must_be_there_and_short(creating, bad):
    code, told = creating.refused("Create", request(request_id=bad))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert told.metadata == {"field": "request_id"}
    assert creating.probe.calls == []


def test_refused_call_leaves_no_record_so_that_it_can_be_mended(creating):
    def refuse(_request, _work):
        raise PlatformError(ErrorReason.ERROR_REASON_FAILED_PRECONDITION, "not yet")

    creating.probe.does["Create"] = refuse
    creating.refused("Create", request())
    creating.probe.does["Create"] = insert
    assert creating.call("Create", request()).count == 7


def test_two_at_once_have_one_effect_and_one_answer(creating):
    both = threading.Barrier(2, timeout=60)

    def slowly(asked, work):
        answered = insert(asked, work)
        threading.Event().wait(0.2)
        return answered

    creating.probe.does["Create"] = slowly

    def go(_):
        both.wait()
        return creating.call("Create", request())

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(go, range(2))
    assert first == second
    assert creating.probe.calls == ["Create"]
    assert len(creating.rows("SELECT * FROM note")) == 1


def test_one_that_takes_long_makes_the_other_try_again(api_for, monkeypatch):
    monkeypatch.setattr("chassis.db.LOCK_TIMEOUT_MS", 1_000)
    creating = api_for()
    begun, go_on = threading.Event(), threading.Event()

    def hold(asked, work):
        answered = insert(asked, work)
        begun.set()
        go_on.wait(30)
        return answered

    creating.probe.does["Create"] = hold
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(creating.call, "Create", request())
        assert begun.wait(20), first.exception(1)
        code, told = creating.refused("Create", request())
        go_on.set()
        first.result(20)
    assert code == grpc.StatusCode.ABORTED
    assert told.reason == ErrorReason.ERROR_REASON_REQUEST_IN_PROGRESS
    assert creating.call("Create", request()).text == "a"


def test_record_holds_neither_request_nor_answer_in_clear(creating):
    creating.call("Create", request("Jane's address"))
    [(response, request_hash)] = creating.rows("SELECT response, request_hash FROM idempotency")
    assert b"Jane" not in bytes(response) + bytes(request_hash)
