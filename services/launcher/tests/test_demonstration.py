"""The demonstration's world is sound, and its report does not hide a missing cent."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from case_service.domain.imports import case_violations, participant_violations
from case_service.messages import case_from_message, participant_from_message
from childsupport.case.v1 import case_service_pb2 as case_pb
from formats.ach import AchReader
from formats.remittance import remittances
from launcher import render
from launcher.employer_files import Withheld, ccd_file, ctx_file
from launcher.report import unaccounted
from launcher.world import read_world

WORLD = read_world()


def test_the_world_breaks_no_rule_of_the_case_service() -> None:
    for message in WORLD.first.participants:
        assert list(participant_violations(participant_from_message(message))) == []
    for case in [*WORLD.first.cases, *WORLD.late.cases]:
        assert list(case_violations(case_from_message(case))) == []


def test_no_social_security_number_of_the_world_was_ever_issued() -> None:
    """Numbers that begin with 9 are not issued by the Social Security Administration."""
    numbers = [p.ssn for p in WORLD.first.participants if p.ssn]
    assert numbers
    assert all(number.startswith("9") for number in numbers)


def test_every_party_of_a_case_is_in_the_world() -> None:
    known = {p.participant_id for p in WORLD.first.participants}
    for case in [*WORLD.first.cases, *WORLD.late.cases]:
        children = {m.participant_id for m in case.members if m.role == case_pb.CASE_ROLE_CHILD}
        assert children
        assert {case.obligor_id, case.obligee_id} | children <= known


LINES = st.lists(
    st.builds(
        Withheld,
        case_identifier=st.from_regex(r"[0-9]{10}", fullmatch=True),
        ssn=st.from_regex(r"9[0-9]{8}", fullmatch=True),
        name=st.just("DOE,JOH"),
        amount_cents=st.integers(min_value=1, max_value=99_999_999),
    ),
    min_size=1,
    max_size=20,
)


@given(LINES)
def test_the_files_that_we_write_say_what_was_withheld(lines: list[Withheld]) -> None:
    for write in (ccd_file, ctx_file):
        entries = list(
            AchReader([write("Synth Employer Inc", "1900000001", WORLD.ctx_pay_date, lines)])
        )
        deds = [d for entry in entries for d in remittances(entry).deds]
        read = [(d.ded.case_identifier, d.ded.ssn, d.ded.amount_cents) for d in deds if d.ded]
        assert read == [(w.case_identifier, w.ssn, w.amount_cents) for w in lines]
        assert not any(d.problems for d in deds)
        assert sum(entry.amount_cents for entry in entries) == sum(w.amount_cents for w in lines)


def report() -> dict[str, Any]:
    """A day of two lines that is right."""
    return {
        "submissions": [{"file": "a.ach", "line_count": 2}],
        "lines": [
            {
                "file": "a.ach",
                "trace_number": "1",
                "outcome": "posted",
                "amount_cents": 70,
                "allocations": [
                    {"amount_cents": 50, "held": False},
                    {"amount_cents": 20, "held": True},
                ],
            },
            {
                "file": "a.ach",
                "trace_number": "2",
                "outcome": "suspended",
                "amount_cents": 30,
                "allocations": [],
            },
        ],
        "received_cents": 100,
        "disbursed_cents": 50,
        "held_cents": 20,
        "suspense_cents": 30,
        "payable_cents": 0,
        "ledger_balanced": True,
        "ledger_findings": [],
        "proof": {"holds": True, "findings": [], "parts": []},
    }


def test_held_money_is_shown_with_its_reason_and_for_whom() -> None:
    part = {
        "case_number": "0000123456",
        "support": "child",
        "kind": "current",
        "amount_cents": 7_500,
        "payee_kind": "family",
        "payee": "Ida Banks",
        "held": True,
        "hold_reason": "no_payee_address",
        "steps": [],
    }
    shown = io.StringIO()
    render._allocation(part, "0000123456", {}, Console(file=shown, width=120), why=False)
    assert "$75.00 → held for Ida Banks: no address or account on record" in shown.getvalue()


def test_a_right_day_has_nothing_unaccounted() -> None:
    assert unaccounted(report()) == []


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("ledger_balanced",), False, "the ledger does not balance"),
        (("submissions", 0, "line_count"), 3, "a.ach: 3 lines were sent, 2 are found"),
        (("lines", 0, "allocations", 1, "amount_cents"), 19, "1: 70 came, 69 went"),
        (("lines", 1, "amount_cents"), 31, "the lines carry 101 cents, the ledger received 100"),
        (("held_cents",), 19, "received 100 cents, accounted for 99"),
        (
            ("lines", 0, "allocations", 1, "held"),
            False,
            "0 cents say that they are held, the ledger holds 20",
        ),
        (("ledger_findings",), ["entry 7 does not balance"], "entry 7 does not balance"),
        (("proof", "findings"), ["case was not told"], "case was not told"),
    ],
)
def test_a_missing_cent_is_named(path: tuple[Any, ...], value: object, sentence: str) -> None:
    day = report()
    place: Any = day
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert sentence in unaccounted(day)
