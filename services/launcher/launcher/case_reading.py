"""A case read over gRPC, page by page, into what its pages print."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.dates import from_date
from chassis.errors import PlatformError
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import clock_service_pb2 as pb
from childsupport.case.v1.office_service_pb2 import GetOfficeRequest
from childsupport.common.v1.errors_pb2 import ErrorReason
from launcher.console import CaseStubs

PAGE_SIZE = 500
MAX_PAGES = 200
OPEN = (pb.CLOCK_STATE_RUNNING, pb.CLOCK_STATE_MISSED)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a history is asked for."""

    since: date | None = None
    until: date | None = None
    text: str = ""
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with its parties and what was asked for of it."""

    case: case_pb.Case
    participants: Sequence[case_pb.Participant]
    clocks: Sequence[pb.Clock]
    history: Sequence[case_pb.HistoryEntry] = ()
    county: str = ""
    """The county of its office; empty while it has none."""


def read_history(platform: CaseStubs, number: str, asked: Asked) -> CaseView:
    """Read a case with its history and open clocks.

    Raises ValueError for a number that no case has, PlatformError when it cannot be read.
    """
    found = _case(platform, number)
    request = pb.ListHistoryRequest(
        case_id=found.case.case_id,
        first_day=from_date(asked.since),
        last_day=from_date(asked.until),
        text=asked.text,
        order=pb.HISTORY_ORDER_NEWEST_FIRST if asked.newest_first else pb.HISTORY_ORDER_UNSPECIFIED,
        page_size=PAGE_SIZE,
    )
    entries: list[case_pb.HistoryEntry] = []
    for _ in range(MAX_PAGES):
        page = platform.histories.ListHistory(request)
        entries += page.entries
        request.page_token = page.next_page_token
        if not request.page_token:
            break
    clocks = _clocks(platform, found.case.case_id, OPEN)
    county = _county(platform, found.case)
    return CaseView(found.case, found.participants, clocks, entries, county)


def read_clocks(platform: CaseStubs, number: str, *, every: bool) -> CaseView:
    """Read a case with its open clocks, or every clock. Raises as `read_history`."""
    found = _case(platform, number)
    clocks = _clocks(platform, found.case.case_id, () if every else OPEN)
    county = _county(platform, found.case)
    return CaseView(found.case, found.participants, clocks, county=county)


def _case(platform: CaseStubs, number: str) -> case_pb.GetCaseResponse:
    try:
        return platform.cases.GetCase(case_pb.GetCaseRequest(case_number=number))
    except PlatformError as error:
        if error.reason == ErrorReason.ERROR_REASON_NOT_FOUND:
            raise ValueError(f"no case has the number {number}") from error
        raise


def _county(platform: CaseStubs, case: case_pb.Case) -> str:
    if not case.office_id:
        return ""
    asked = GetOfficeRequest(office_id=case.office_id)
    return platform.offices.GetOffice(asked).office.county


def _clocks(
    platform: CaseStubs, case_id: str, states: Sequence[pb.ClockState.ValueType]
) -> list[pb.Clock]:
    request = pb.ListClocksRequest(case_id=case_id, states=states, page_size=PAGE_SIZE)
    found: list[pb.Clock] = []
    for _ in range(MAX_PAGES):
        page = platform.clocks.ListClocks(request)
        found += page.clocks
        request.page_token = page.next_page_token
        if not request.page_token:
            break
    return found
