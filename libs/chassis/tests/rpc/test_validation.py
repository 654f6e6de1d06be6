"""What a request must keep to before a method sees it."""

import grpc
import pytest

from chassis.grpc.interceptors import decoding
from chassis.tests.rpc import probe_contract as pc


@pytest.mark.parametrize(
    ("request_", "field", "says"),
    [
        (pc.NoteRequest(page_size=-1), "page_size", "-1"),
        (pc.NoteRequest(text="x" * 10_001), "text", "10001"),
        (pc.NoteRequest(text="a\x00b"), "text", "NUL"),
        (pc.NoteRequest(kind=9), "kind", "KIND_PLAIN"),
        (pc.NoteRequest(chunk=b"x" * ((1 << 20) + 1)), "chunk", "1048576"),
        (
            pc.NoteRequest(people=[pc.Person(), pc.Person(person_id="\x00")]),
            "people[1].person_id",
            "NUL",
        ),
        (pc.NoteRequest(people=[pc.Person()] * 10_001), "people", "10000"),
    ],
)
def test_broken_bound_is_named(api, request_, field, says):
    code, told = api.refused("GetNote", request_)
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    [violation] = told.violations
    assert violation.field == field
    assert says in violation.description
    assert api.probe.calls == []


def test_all_broken_bounds_are_named_at_once_up_to_twenty():
    request = pc.NoteRequest(text="\x00", kind=9, page_size=-2, people=[pc.Person(ssn="\x00")] * 50)
    with pytest.raises(decoding.PlatformError) as caught:
        decoding.check(request)
    assert len(caught.value.violations) == decoding.MAX_VIOLATIONS


def test_secret_is_not_read_back():
    request = pc.NoteRequest(people=[pc.Person(ssn="900-01-0001\x00")])
    with pytest.raises(decoding.PlatformError) as caught:
        decoding.check(request)
    assert "0001" not in str(caught.value)


def test_bytes_that_are_no_message_are_named(api):
    code, told = api.refused("Peek", b"\xff\xff\xff", raw=True)
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert "PeekRequest" in told.detail


def test_bad_message_in_the_middle_of_a_stream_undoes_all_of_it(api):
    from sqlalchemy import text

    def store(requests, work):
        for request in requests:
            work.session.execute(text("INSERT INTO note VALUES (:t)"), {"t": request.text})

    api.probe.does["Upload"] = store
    asked = iter([pc.NoteRequest(text="a"), pc.NoteRequest(text="b"), pc.NoteRequest(text="\x00")])
    code, told = api.refused("Upload", asked)
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert told.metadata == {"field": "text"}
    assert api.rows("SELECT * FROM note") == []


def test_empty_stream_reaches_the_method(api):
    api.probe.does["Upload"] = lambda requests, _work: pc.Note(count=len(list(requests)))
    assert api.call("Upload", iter(())).count == 0


def test_hook_of_the_implementation_is_asked(api):
    code, told = api.refused("Peek", pc.PeekRequest(note_id="invalid by hook"))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert told.metadata == {"field": "note_id"}
    assert api.probe.calls == []


def test_scope_is_asked_for_before_the_request_is_read(api):
    code, _ = api.refused("Peek", b"\xff\xff", raw=True, token=api.signer.token(scopes="none"))
    assert code == grpc.StatusCode.PERMISSION_DENIED


def test_token_is_asked_for_before_the_scope(api):
    code, _ = api.refused("Peek", b"\xff\xff", raw=True, token="")
    assert code == grpc.StatusCode.UNAUTHENTICATED
