"""Reads everything that happened in a case."""

from datetime import date

from case_service.api.asking import asked_case
from case_service.messages import history_message
from case_service.store import histories
from chassis.dates import to_date
from chassis.errors import invalid_field
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import clock_service_pb2 as pb
from childsupport.case.v1.case_service_pb2 import HistoryEntry

READ_AT_ONCE = 500
MAX_PAGES = 10
"""Sentences are made of encrypted facts: a search reads so many, then gives a token."""


class HistoryReads:
    """Reads histories."""

    def ListHistory(self, request: pb.ListHistoryRequest, work: Work) -> pb.ListHistoryResponse:
        """List what happened in a case, by the day that it is about."""
        which = _filter(request, work)
        size = paging.page_size(request)
        listing = _listing(request)
        after = _place(paging.decode_token(work.keys, request.page_token, listing=listing))
        shown, last = _search(work, which, after, size, request.text.strip().casefold())
        token = f"{last.on_date.isoformat()}/{last.number}" if last else ""
        return pb.ListHistoryResponse(
            case_id=which.case_id,
            entries=shown,
            next_page_token=paging.encode_token(work.keys, token, listing=listing),
        )


def _search(
    work: Work, which: histories.Filter, after: tuple[date, int] | None, size: int, text: str
) -> tuple[list[HistoryEntry], histories.Entry | None]:
    """Return up to `size` entries with a text, and where to go on if there may be more."""
    at_once = READ_AT_ONCE if text else size + 1
    shown: list[HistoryEntry] = []
    last: histories.Entry | None = None
    for _ in range(MAX_PAGES):
        page = histories.page(work.session, work.keys, which, after, at_once)
        for place, entry in enumerate(page, start=1):
            message = history_message(entry)
            if text in message.text.casefold():
                shown.append(message)
            if len(shown) == size:
                return shown, entry if place < len(page) or len(page) == at_once else None
        if len(page) < at_once:
            return shown, None
        last = page[-1]
        after = (last.on_date, last.number)
    return shown, last


def _filter(request: pb.ListHistoryRequest, work: Work) -> histories.Filter:
    case_id = asked_case(work, request.case_id, request.case_number)
    if not case_id:
        raise invalid_field("case_id", "exactly one of case_id and case_number must be set")
    first_day = to_date(request.first_day, "first_day")
    last_day = to_date(request.last_day, "last_day")
    if first_day and last_day and last_day < first_day:
        raise invalid_field("last_day", f"must not be before first_day ({first_day})")
    return histories.Filter(
        case_id=case_id,
        kinds=list(request.kinds),
        first_day=first_day,
        last_day=last_day,
        newest_first=request.order == pb.HISTORY_ORDER_NEWEST_FIRST,
    )


def _listing(request: pb.ListHistoryRequest) -> str:
    """Return what a page token is bound to: the filters that it was made for."""
    asked = pb.ListHistoryRequest()
    asked.CopyFrom(request)
    asked.ClearField("page_size")
    asked.ClearField("page_token")
    return f"history:{asked.SerializeToString(deterministic=True).hex()}"


def _place(after: str) -> tuple[date, int] | None:
    if not after:
        return None
    day, _, number = after.partition("/")
    return date.fromisoformat(day), int(number)


SERVICERS = (Servicer("childsupport.case.v1.HistoryReadService", HistoryReads()),)
