"""Errors on the wire: code, reason, details of each; what is not to be told stays inside."""

import grpc
import psycopg
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from sqlalchemy import text
from structlog.testing import capture_logs

from chassis.errors import FieldViolation, PlatformError
from chassis.grpc.status import CODES, reason_name
from chassis.tests.rpc import probe_contract as pc
from childsupport.common.v1.errors_pb2 import ErrorReason

REASONS = [r for r in ErrorReason.values() if r != ErrorReason.ERROR_REASON_UNSPECIFIED]


def raising(error):
    def do(_request, _work):
        raise error

    return do


@pytest.mark.parametrize("reason", REASONS, ids=reason_name)
def test_every_reason_of_the_catalogue_arrives_with_its_code(api, reason):
    api.probe.does["Touch"] = raising(
        PlatformError(
            reason, "a sentence", metadata={"key": "v"}, violations=[FieldViolation("f", "rule")]
        )
    )
    code, told = api.refused("Touch")
    assert code == CODES[reason]
    assert told.reason == reason
    assert told.detail == "a sentence"
    assert told.metadata == {"key": "v"}
    assert told.violations == (FieldViolation("f", "rule"),)


def test_status_details_are_the_standard_ones(api):
    api.probe.does["Touch"] = raising(
        PlatformError(
            ErrorReason.ERROR_REASON_INVALID_FIELD, "x", violations=[FieldViolation("f", "rule")]
        )
    )
    with pytest.raises(grpc.RpcError) as caught:
        api.call("Touch")
    info, bad = rpc_status.from_call(caught.value).details
    read_info, read_bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    assert info.Unpack(read_info)
    assert bad.Unpack(read_bad)
    assert (read_info.reason, read_info.domain) == ("INVALID_FIELD", "childsupport")
    assert read_bad.field_violations[0].field == "f"


def test_defect_is_told_as_internal_without_its_text_and_logged_with_it(api):
    api.probe.does["Touch"] = raising(RuntimeError("the secret recipe"))
    with capture_logs() as logs:
        code, told = api.refused("Touch")
    assert code == grpc.StatusCode.INTERNAL
    assert "recipe" not in told.detail
    [entry] = [log for log in logs if log["event"] == "rpc failed by a defect"]
    assert entry["correlation_id"] == told.metadata["correlation_id"]
    assert str(entry["exc_info"]) == "the secret recipe"


def test_answer_of_the_wrong_type_is_a_defect_and_changes_nothing(api):
    def do(_request, work):
        work.session.execute(text("INSERT INTO note VALUES ('half')"))
        return pc.PeekRequest()

    api.probe.does["Touch"] = do
    code, _ = api.refused("Touch")
    assert code == grpc.StatusCode.INTERNAL
    assert api.rows("SELECT text FROM note") == []


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("40001", grpc.StatusCode.ABORTED),
        ("40P01", grpc.StatusCode.ABORTED),
        ("55P03", grpc.StatusCode.UNAVAILABLE),
        ("57014", grpc.StatusCode.UNAVAILABLE),
        ("23505", grpc.StatusCode.INTERNAL),
    ],
)
def test_database_errors_by_state(api, state, code):
    statement = text(f"DO $$ BEGIN RAISE EXCEPTION 'row of Jane' USING ERRCODE = '{state}'; END $$")
    api.probe.does["Touch"] = lambda _request, work: work.session.execute(statement) and None
    told_code, told = api.refused("Touch")
    assert told_code == code
    assert "Jane" not in told.detail


def test_lock_held_by_another_is_unavailable(api):
    def do(_request, work):
        work.session.execute(text("SET LOCAL lock_timeout = 50"))
        work.session.execute(text("LOCK TABLE note IN EXCLUSIVE MODE"))

    api.probe.does["Touch"] = do
    with api.runtime.engine.begin() as other:
        other.execute(text("LOCK TABLE note IN EXCLUSIVE MODE"))
        code, told = api.refused("Touch")
    assert code == grpc.StatusCode.UNAVAILABLE
    assert told.reason == ErrorReason.ERROR_REASON_UNAVAILABLE


def test_connection_cut_during_a_call_is_unavailable_and_the_next_call_works(api):
    def cut(_request, work):
        work.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    api.probe.does["Touch"] = cut
    code, _ = api.refused("Touch")
    assert code == grpc.StatusCode.UNAVAILABLE
    api.probe.does["Touch"] = lambda _request, work: work.session.execute(text("SELECT 1")) and None
    api.call("Touch")


def test_connections_cut_while_idle_are_replaced_unnoticed(api):
    api.probe.does["Touch"] = lambda _request, work: work.session.execute(text("SELECT 1")) and None
    api.call("Touch")
    url = api.runtime.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
    api.call("Touch")


def test_all_connections_in_use_is_unavailable(api_for, monkeypatch):
    monkeypatch.setattr("chassis.db.POOL_WAIT_S", 0.1)
    api = api_for(max_database_connections=1)
    with api.runtime.engine.connect():
        code, told = api.refused("Touch")
    assert code == grpc.StatusCode.UNAVAILABLE
    assert "connections" in told.detail
