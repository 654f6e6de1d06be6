"""Who asked for whose data is on record, also when it was refused; secrets are not."""

import grpc
import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from chassis.errors import PlatformError, not_found
from chassis.grpc.interceptors import audit
from chassis.tests.rpc import probe_contract as pc
from childsupport.common.v1.errors_pb2 import ErrorReason

PERSON = pc.Person(
    person_id="p1",
    person_number="NUM1",
    ssn="900010001",
    account_number="123456",
    phone_number="5025550100",
)
ROWS = "SELECT caller, method, request_id, subject, outcome FROM audit ORDER BY id"


def test_audited_call_names_caller_method_and_ids(api):
    api.call("GetNote", pc.NoteRequest(request_id="r1", note_id="n1", people=[PERSON, PERSON]))
    [row] = api.rows(ROWS)
    assert row.caller == "tester"
    assert row.method == f"{pc.SERVICE}/GetNote"
    assert row.request_id == "r1"
    assert row.outcome == "OK"
    assert row.subject == {
        "note_id": ["n1"],
        "person_id": ["p1", "p1"],
        "person_number": ["NUM1", "NUM1"],
    }


def test_method_that_is_not_audited_leaves_no_record(api):
    api.call("Peek", pc.PeekRequest(note_id="n1"))
    assert api.rows(ROWS) == []


def test_refusal_by_scope_is_on_record_with_what_was_asked_for(api):
    api.refused("GetNote", pc.NoteRequest(note_id="n1"), token=api.signer.token(scopes="other"))
    [row] = api.rows(ROWS)
    assert (row.caller, row.outcome) == ("tester", "PERMISSION_DENIED")
    assert row.subject == {"note_id": ["n1"]}


def test_refusal_by_the_method_is_on_record_and_its_effect_is_not(api):
    def refuse(_request, work):
        work.session.execute(text("INSERT INTO note VALUES ('x')"))
        raise not_found("note", "n1")

    api.probe.does["Create"] = refuse
    api.refused("Create", pc.NoteRequest(request_id="r", note_id="n1"))
    assert [row.outcome for row in api.rows(ROWS)] == ["NOT_FOUND"]
    assert api.rows("SELECT * FROM note") == []


def test_defect_is_on_record(api):
    def broken(_request, _work):
        raise RuntimeError

    api.probe.does["GetNote"] = broken
    api.refused("GetNote", pc.NoteRequest(note_id="n1"))
    assert [row.outcome for row in api.rows(ROWS)] == ["INTERNAL"]


def test_nobody_without_a_token_fills_the_record(api):
    code, _ = api.refused("GetNote", pc.NoteRequest(note_id="n1"), token="")
    assert code == grpc.StatusCode.UNAUTHENTICATED
    assert api.rows(ROWS) == []


def test_limit_of_a_known_caller_is_on_record(api):
    def refuse(_request, _work):
        raise PlatformError(ErrorReason.ERROR_REASON_LIMIT_EXCEEDED, "too big")

    api.probe.does["GetNote"] = refuse
    api.refused("GetNote", pc.NoteRequest(note_id="n1"))
    assert [row.outcome for row in api.rows(ROWS)] == ["LIMIT_EXCEEDED"]


def test_stream_is_on_record_by_its_first_message(api):
    api.probe.does["Upload"] = lambda requests, _work: pc.Note(count=len(list(requests)))
    asked = (pc.NoteRequest(note_id=f"n{i}") for i in range(3))
    assert api.call("Upload", asked).count == 3
    assert [row.subject for row in api.rows(ROWS)] == [{"note_id": ["n0"]}]


def test_no_answer_without_a_record(api_for):
    api = api_for()
    with api.runtime.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit RENAME TO audit_away"))
    code, _ = api.refused("GetNote", pc.NoteRequest(note_id="n1"))
    assert code == grpc.StatusCode.INTERNAL
    assert api.probe.calls == []


def test_ids_on_record_are_bounded():
    asked = pc.NoteRequest(people=[pc.Person(person_id="x" * 200) for _ in range(200)])
    found = audit.subject(asked)
    assert sum(map(len, found.values())) == audit.MAX_IDS
    assert {len(value) for value in found["person_id"]} == {audit.MAX_ID_CHARS}


@pytest.mark.parametrize("name", ["Peek", "GetNote"])
def test_method_that_reads_only_cannot_write(api, name):
    seen = []

    def write(_request, work):
        try:
            work.session.execute(text("INSERT INTO note VALUES ('x')"))
        except InternalError as error:
            seen.append(error.orig.sqlstate)
            raise

    api.probe.does[name] = write
    code, _ = api.refused(name)
    assert code == grpc.StatusCode.INTERNAL
    assert seen == ["25006"]
    api.probe.does["Touch"] = lambda _request, work: (
        work.session.execute(text("INSERT INTO note VALUES ('x')")) and None
    )
    for _ in range(4):
        api.call("Touch")
        with api.runtime.engine.begin() as connection:
            connection.execute(text("DELETE FROM note"))


def test_short_deadline_does_not_let_a_read_write(api):
    api.probe.does["Peek"] = lambda _request, work: (
        work.session.execute(text("INSERT INTO note VALUES ('x')")) and None
    )
    code, _ = api.refused("Peek", timeout=4)
    assert code == grpc.StatusCode.INTERNAL
    assert api.rows("SELECT * FROM note") == []
