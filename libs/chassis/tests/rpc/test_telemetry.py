"""What a call leaves behind: metrics, one log line without personal data, a trace that goes on."""

import json

from chassis.metrics import REGISTRY
from chassis.tests.rpc import probe_contract as pc
from chassis.tracing import current_traceparent

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def sample(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


def lines(log):
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_calls_are_counted_by_method_and_code(api):
    method = f"{pc.SERVICE}/Peek"
    before = [
        sample("rpc_requests_total", method=method, code=code) for code in ("OK", "UNAUTHENTICATED")
    ]
    timed = sample("rpc_duration_seconds_count", method=method)
    api.call("Peek")
    api.refused("Peek", token="")
    after = [
        sample("rpc_requests_total", method=method, code=code) for code in ("OK", "UNAUTHENTICATED")
    ]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1]
    assert sample("rpc_duration_seconds_count", method=method) == timed + 2
    assert sample("rpc_in_flight", method=method) == 0


def test_trace_goes_on_from_the_caller_into_events(api):
    seen = []
    api.probe.does["Touch"] = lambda *_: seen.append(current_traceparent())
    api.call("Touch", metadata=(("traceparent", PARENT),))
    api.call("Touch")
    assert seen[0][3:35] == PARENT[3:35]
    assert seen[0] != PARENT
    assert seen[1][3:35] not in {PARENT[3:35], "0" * 32}


def test_change_is_logged_and_read_is_not(api, log):
    api.call("Create", pc.NoteRequest(request_id="r1"), metadata=(("traceparent", PARENT),))
    api.call("Peek")
    [line] = [line for line in lines(log) if line["event"] == "rpc"]
    assert line["method"] == f"{pc.SERVICE}/Create"
    assert (line["code"], line["caller"], line["request_id"]) == ("OK", "tester", "r1")
    assert line["trace_id"] == PARENT[3:35]
    assert line["service"] == "rpcprobe"


def test_refused_request_is_logged_without_personal_data(api, log):
    person = pc.Person(person_id="p1", person_number="N1", ssn="900010001", phone_number="555")
    api.refused("GetNote", pc.NoteRequest(note_id="n1", page_size=-1, people=[person]))
    [line] = [line for line in lines(log) if line["event"] == "rpc refused"]
    assert line["request"]["people"] == [
        {
            "person_id": "p1",
            "person_number": "[personal]",
            "ssn": "[masked]",
            "phone_number": "[location]",
        }
    ]
    assert "900010001" not in log.getvalue()
    assert line["code"] == "INVALID_ARGUMENT"


def test_token_is_never_logged(api, log):
    token = api.signer.token()
    api.refused("Peek", token=token + "x")
    api.refused("Peek", token=api.signer.token(exp=1))
    assert token[:40] not in log.getvalue()


def test_rows_in_database_errors_are_not_logged(api, log):
    from sqlalchemy import text

    def twice(_request, work):
        for _ in range(2):
            work.session.execute(text("INSERT INTO note VALUES (:t)"), {"t": "Jane of Frankfort"})

    api.probe.does["Touch"] = twice
    api.refused("Touch")
    [line] = [line for line in lines(log) if line["event"] == "rpc failed by a defect"]
    assert "SQLSTATE 23505" in line["exception"]
    assert "test_telemetry.py" in line["exception"]
    assert "Jane" not in log.getvalue()
