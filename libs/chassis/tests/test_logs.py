"""Logs are JSON that a machine can read, and nothing personal gets into them."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from chassis import logs, tracing
from chassis.logs import MASK, mask_text, redact
from childsupport.case.v1 import case_service_pb2 as case
from childsupport.identity.v1 import identity_service_pb2 as identity


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root, out = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    logs.configure("payments", "worker", "INFO", out)
    yield out
    logs.begin()
    root.handlers, root.level = handlers, level


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_line_says_who_when_and_in_which_trace(stream):
    with tracing.continue_trace("", "test"):
        structlog.get_logger().info("posted", count=3)
        trace_id = tracing.current_trace_id()
    [line] = lines(stream)
    assert line["event"] == "posted"
    assert line["count"] == 3
    assert (line["service"], line["role"], line["level"]) == ("payments", "worker", "info")
    assert line["trace_id"] == trace_id
    assert str(line["timestamp"]).endswith("Z")


def test_level_is_a_bound(stream):
    structlog.get_logger().debug("detail")
    assert stream.getvalue() == ""


def test_libraries_log_in_the_same_form(stream):
    logging.getLogger("some.library").warning("SSN %s", "900-01-0001")
    logging.getLogger("some.library").info("narration")
    [line] = lines(stream)
    assert line["event"] == f"SSN {MASK}"
    assert line["service"] == "payments"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_secret", "cs_abc"),
        ("ssn", 900010001),
        ("authorization", "Basic abc"),
        ("access_token", "abc"),
        ("password", "hunter2"),
        ("account_number", "123"),
    ],
)
def test_secrets_are_masked_by_name_wherever_they_stand(stream, name, value):
    structlog.get_logger().info("x", **{name: value}, deep={"list": [{name: value}]})
    [line] = lines(stream)
    assert line[name] == MASK
    assert line["deep"] == {"list": [{name: MASK}]}


@pytest.mark.parametrize(
    "text",
    [
        "900-01-0001",
        "900010001",
        "900 01 0001",
        "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiJ4In0.c2ln",
        "Bearer abc.def",
        "postgresql://user:hunter2@db/payments",
    ],
)
def test_secrets_are_masked_by_their_look(stream, text):
    structlog.get_logger().info(f"read {text} here", detail=[text])
    told = stream.getvalue()
    assert MASK in told
    for part in ("0001", "eyJzdWI", "abc.def", "hunter2"):
        assert part not in told


@pytest.mark.parametrize(
    "text",
    ["2026-03-06", "019abc12-0123-7abc-8123-012345678901", "1,073.50", "case 0012345678", "12345"],
)
def test_what_is_no_secret_stays_readable(text):
    assert mask_text(text) == text


@given(st.from_regex(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", fullmatch=True), st.text(max_size=20))
def test_no_ssn_gets_through(ssn, around):
    assert ssn not in mask_text(f"{around} {ssn} {around}") or ssn in around


def test_exception_is_told_with_its_place_and_its_causes(stream):
    try:
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise ValueError("SSN 900-01-0001") from error
    except ValueError:
        structlog.get_logger().exception("failed")
    told = str(lines(stream)[0]["exception"])
    assert told.index("KeyError: 'inner'") < told.index(f"ValueError: SSN {MASK}")
    assert "test_logs.py" in told


def test_message_is_told_without_what_its_contract_calls_personal():
    person = case.Participant(
        participant_id="p1",
        first_name="Jane",
        ssn="900010001",
        protected=True,
        address=case.PostalAddress(line1="1 Hidden Lane"),
        bank_account=case.BankAccount(routing_number="1", account_number="2"),
    )
    told = redact(case.ImportCasesRequest(participants=[person] * 30))
    people = told["participants"]
    assert people[0] == {
        "participant_id": "p1",
        "first_name": "[personal]",
        "ssn": "[secret]",
        "address": "[location]",
        "bank_account": "[secret]",
        "protected": True,
    }
    assert people[-1] == "… 30 in all"
    assert len(people) == logs.MAX_ITEMS + 1


def test_long_text_is_cut_and_enums_are_named():
    told = redact(case.Case(case_number="9" * 500, case_type=1))
    assert len(told["case_number"]) == logs.MAX_TEXT_CHARS + 1
    assert told["case_type"] == case.CaseType.Name(1)


def test_token_answer_is_told_without_the_token():
    told = redact(identity.IssueTokenResponse(access_token="abc", expires_in_seconds=1))
    assert told == {"access_token": "[secret]", "expires_in_seconds": 1}


def test_a_process_that_was_not_configured_shows_no_variables_either(
    key_directory: Path,
) -> None:
    program = """
import sys
from pathlib import Path
import structlog
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings
from case_service.service import SERVICE

def handle(planted):
    raise RuntimeError("a defect")

Runtime(SERVICE, ServiceSettings(
    service="case", database_url="postgresql+psycopg://x@127.0.0.1/x", keys_file=sys.argv[1]))
try:
    handle("hunter" + str(2))
except RuntimeError:
    structlog.get_logger().exception("event_failed")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(key_directory / "case.keys.json")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stderr)["event"] == "event_failed"
    assert "in handle" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
