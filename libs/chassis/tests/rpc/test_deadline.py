"""Deadlines: the default, too little time, and that late work changes nothing."""

import threading
import time

import grpc
import pytest
from sqlalchemy import text

from chassis.grpc.interceptors import deadline
from chassis.tests.rpc import probe_contract as pc
from childsupport.common.v1.errors_pb2 import ErrorReason

FAR_TOO_LONG_S = 30


def limit(api, name, **given):
    """The statement time-out that a call gets, in milliseconds."""
    seen = []
    api.probe.does[name] = lambda _request, work: seen.append(
        work.session.execute(
            text("SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'")
        ).scalar_one()
    )
    api.call(name, **given)
    return seen[0]


def test_call_without_deadline_gets_the_platforms(api):
    assert limit(api, "Touch", timeout=None) == deadline.DEFAULT_DEADLINE_S * 1000


def test_call_without_deadline_gets_its_policys(api):
    assert 0 < limit(api, "Quick", timeout=None) <= 980


def test_short_deadline_bounds_statements_exactly_and_for_that_call_only(api):
    # gRPC rounds a deadline up by as much as a hundredth on its way.
    assert 0 < limit(api, "Touch", timeout=4) < 4_040
    assert limit(api, "Touch", timeout=9) == 10_000
    assert limit(api, "Touch", timeout=9) == 10_000


def test_no_caller_gets_more_than_the_bound(api):
    assert limit(api, "Touch", timeout=3 * 3600) == deadline.MAX_DEADLINE_S * 1000


def test_under_100_ms_is_refused_before_anything_else_is_looked_at(api):
    with pytest.raises(grpc.RpcError) as caught:
        api.call("Touch", token="", timeout=0.09)
    # The server's refusal and the client's own time-out race; both say the same.
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert api.probe.calls == []


def test_slow_statement_is_stopped_at_the_deadline(api):
    api.probe.does["Quick"] = lambda _request, work: (
        work.session.execute(text(f"SELECT pg_sleep({FAR_TOO_LONG_S})")) and None
    )
    started = time.monotonic()
    code, told = api.refused("Quick", timeout=None)
    assert time.monotonic() - started < FAR_TOO_LONG_S
    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert told.reason == ErrorReason.ERROR_REASON_DEADLINE_TOO_SHORT


def test_work_done_too_late_is_rolled_back(api):
    def slow(_request, work):
        work.session.execute(text("INSERT INTO note VALUES ('late')"))
        time.sleep(1.05)

    api.probe.does["Quick"] = slow
    code, told = api.refused("Quick", timeout=None)
    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert "nothing was changed" in told.detail
    assert api.rows("SELECT * FROM note") == []


def test_stream_that_falls_silent_is_ended_at_its_deadline(api):
    api.probe.does["Upload"] = lambda requests, _work: list(requests) and None

    def silent():
        yield pc.NoteRequest(note_id="1")
        ended.wait(FAR_TOO_LONG_S)

    ended = threading.Event()
    with pytest.raises(grpc.RpcError) as caught:
        api.call("Upload", silent(), timeout=None)
    assert caught.value.code() == grpc.StatusCode.CANCELLED, "and not the end of the stream"
    ended.set()
