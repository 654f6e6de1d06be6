"""Deadlines: the default, too little time, and that late work changes nothing."""

import time

import grpc
import pytest
from sqlalchemy import text

from chassis.grpc.interceptors import deadline
from chassis.tests.rpc import probe_contract as pc
from childsupport.common.v1.errors_pb2 import ErrorReason


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
    assert 100 < limit(api, "Quick", timeout=None) <= 280


def test_short_deadline_bounds_statements_exactly_and_for_that_call_only(api):
    assert 500 < limit(api, "Touch", timeout=1) <= 980
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
        work.session.execute(text("SELECT pg_sleep(5)")) and None
    )
    started = time.monotonic()
    code, told = api.refused("Quick", timeout=None)
    assert time.monotonic() - started < 2
    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert told.reason == ErrorReason.ERROR_REASON_DEADLINE_TOO_SHORT


def test_work_done_too_late_is_rolled_back(api):
    def slow(_request, work):
        work.session.execute(text("INSERT INTO note VALUES ('late')"))
        time.sleep(0.35)

    api.probe.does["Quick"] = slow
    code, told = api.refused("Quick", timeout=None)
    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert "nothing was changed" in told.detail
    assert api.rows("SELECT * FROM note") == []


def test_stream_that_falls_silent_is_ended_at_its_deadline(api):
    api.probe.does["Upload"] = lambda requests, _work: list(requests) and None

    def silent():
        yield pc.NoteRequest(note_id="1")
        time.sleep(2)

    started = time.monotonic()
    with pytest.raises(grpc.RpcError) as caught:
        api.call("Upload", silent(), timeout=None)
    assert caught.value.code() == grpc.StatusCode.CANCELLED
    assert time.monotonic() - started < 1.8
