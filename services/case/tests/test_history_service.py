"""A history as a caseworker reads it: every entry once, by day, searched, whoever wrote it."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product

import pytest

from case_service.actions.telling import tell
from case_service.api import history as api
from case_service.api.history import HistoryReads
from case_service.api.imports import CaseImports
from case_service.api.reads import CaseReads
from case_service.service import SERVICE
from case_service.store import histories
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.ids import derived_id
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import clock_service_pb2 as pb

CASE = derived_id("test", "case")
NUMBER = "0000123456"
FIRST = date(2026, 1, 5)


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Runtime:
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    return runtime


def tell_of(runtime: Runtime, day: int, limit: str) -> None:
    with runtime.work(Caller("ann")) as work:
        on = FIRST + timedelta(days=day)
        tell(work, CASE, "clock_late", on=on, citation="45 CFR 303.2(b)", limit=limit, due_on="x")


def told(runtime: Runtime, **asked: object) -> pb.ListHistoryResponse:
    with runtime.work() as work:
        return HistoryReads().ListHistory(pb.ListHistoryRequest(**asked), work)  # type: ignore[arg-type]


def texts(answer: pb.ListHistoryResponse) -> list[str]:
    return [e.text.removeprefix("Done late: ").split(".")[0] for e in answer.entries]


def test_entries_come_by_the_day_that_they_are_about(runtime: Runtime) -> None:
    for day, limit in ((9, "c"), (2, "a"), (2, "b")):
        tell_of(runtime, day, limit)
    asked = {"case_number": NUMBER, "kinds": ["clock_late"]}
    answer = told(runtime, **asked)
    assert texts(answer) == ["a", "b", "c"]
    assert texts(told(runtime, **asked, order=pb.HISTORY_ORDER_NEWEST_FIRST)) == ["c", "b", "a"]
    entry = answer.entries[0]
    assert (entry.recorded_by, entry.citation) == ("ann", "45 CFR 303.2(b)")
    assert to_date(entry.on_date) == FIRST + timedelta(days=2)
    assert answer.case_id == CASE


ORDERS = (pb.HISTORY_ORDER_OLDEST_FIRST, pb.HISTORY_ORDER_NEWEST_FIRST)


def test_pages_hold_every_entry_once(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "READ_AT_ONCE", 3)
    monkeypatch.setattr(api, "MAX_PAGES", 1)
    expected = [str(number) for number in range(9)]
    for number in range(9):
        tell_of(runtime, number // 4, str(number))
    for order, text in product(ORDERS, ("", "DONE")):
        oldest_first = order == pb.HISTORY_ORDER_OLDEST_FIRST
        assert all_pages(runtime, order, text) == (expected if oldest_first else expected[::-1])


def all_pages(runtime: Runtime, order: pb.HistoryOrder.ValueType, text: str) -> list[str]:
    asked = pb.ListHistoryRequest(case_id=CASE, kinds=["clock_late"], text=text, order=order)
    asked.page_size = 2
    seen: list[str] = []
    while True:
        with runtime.work() as work:
            answer = HistoryReads().ListHistory(asked, work)
        seen += texts(answer)
        asked.page_token = answer.next_page_token
        if not asked.page_token:
            return seen


def test_a_span_of_days_holds_both_its_ends(runtime: Runtime) -> None:
    for day in range(5):
        tell_of(runtime, day, str(day))
    span = {"first_day": from_date(FIRST + timedelta(days=1))}
    span["last_day"] = from_date(FIRST + timedelta(days=3))
    assert texts(told(runtime, case_id=CASE, **span)) == ["1", "2", "3"]


def test_a_search_finds_what_is_encrypted(runtime: Runtime) -> None:
    for limit in ("Straße", "avenue"):
        tell_of(runtime, 1, limit)
    assert texts(told(runtime, case_id=CASE, text=" STRASSE ")) == ["Straße"]


def test_an_entry_of_a_newer_version_is_read_by_its_name(runtime: Runtime) -> None:
    with runtime.work() as work:
        entry = histories.Entry(
            CASE, FIRST, "robot_consulted", recorded_by="ann", facts={"its_name": "{Hal}"}
        )
        histories.add(work.session, work.keys, [entry], work.clock.now())
    said = "Robot consulted (its name: {Hal})."
    assert told(runtime, case_id=CASE, kinds=["robot_consulted"]).entries[0].text == said
    with runtime.work() as work:
        got = CaseReads().GetCase(case_pb.GetCaseRequest(case_number=NUMBER), work)
    assert said in [entry.text for entry in got.history]


def test_nothing_is_told_without_a_sentence_for_it(runtime: Runtime) -> None:
    with runtime.work() as work, pytest.raises(KeyError, match="no sentence for 'lunch'"):
        tell(work, CASE, "lunch")


BAD: tuple[tuple[dict[str, object], str], ...] = (
    ({}, "exactly one of case_id and case_number must be set"),
    ({"case_id": CASE.upper()}, "must be a UUID in lower case"),
    ({"case_number": "1"}, "case not found"),
    (
        {"case_id": CASE, "first_day": from_date(FIRST), "last_day": from_date(date(2025, 1, 1))},
        "last_day: must not be before first_day",
    ),
)


def test_a_bad_question_is_named(runtime: Runtime) -> None:
    for asked, said in BAD:
        with pytest.raises(PlatformError, match=said):
            told(runtime, **asked)
