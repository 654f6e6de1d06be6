"""The list: what is due first stands first, clocks as words and color, many assigned at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import RedirectResponse, Response

from chassis.dates import to_date
from chassis.errors import PlatformError
from childsupport.case.v1 import clock_service_pb2 as clock_pb
from childsupport.case.v1 import worklist_service_pb2 as pb
from childsupport.case.v1.clock_service_pb2_grpc import ClockReadServiceStub
from childsupport.case.v1.worklist_service_pb2_grpc import (
    WorklistReadServiceStub,
    WorklistServiceStub,
)
from console_service import offices, saying
from console_service.keeper import is_supervisor, session_of, today
from console_service.worklist import filters
from console_service.worklist.filters import Filters
from web.i18n import N_
from web.site import Page
from web.visit import SEE_OTHER, Visit

PAGE_SIZE = 50
CLOCKS_MAX = 1_000
NONE_CHOSEN = N_("Choose at least one item.")
NO_SUCH_WORKER = N_("Nobody in force is called that. Type the worker's user name.")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    item: pb.WorklistItem
    kind: str
    color: str
    due: str
    clock_color: str
    clock: str
    age_days: int


def show(visit: Visit) -> Response:
    """Show the items of the filters, with counts by type."""
    own = list(session_of(visit).office_ids)
    office = visit.form.raw("office") or visit.request.query_params.get("office", "")
    known = filters.loads(visit, office or (own[0] if own else ""))
    wanted = filters.read(visit, known)
    token = visit.request.query_params.get("page", "")
    asked = filters.request(visit, wanted, PAGE_SIZE, token)
    answer = visit.stub("case", WorklistReadServiceStub).ListItems(asked, **visit.as_person)
    counted = _counts(visit, wanted, known)
    return visit.render(
        "worklist/list.html",
        filters=wanted,
        rows=_rows(visit, answer.items, _clocks(visit, wanted)),
        next_page=answer.next_page_token,
        first_page=not token,
        summary=_summary(visit, wanted),
        kinds=saying.KINDS,
        counts=counted,
        total=sum(counted.values()),
        overdue=_overdue(visit, wanted, known),
        offices=offices.names(visit),
        colleagues=offices.colleagues(visit, wanted.office) if is_supervisor(visit) else (),
    )


def assign(visit: Visit) -> Response:
    """Assign the chosen items to one worker: all of them or none."""
    form = visit.form
    chosen = list(form.all("item"))
    worker_id = form.text("assign_worker").lower()
    if not chosen:
        form.wrong("", NONE_CHOSEN)
    if worker_id and not offices.is_colleague(visit, worker_id):
        form.wrong("assign_worker", NO_SUCH_WORKER)
    if form.errors:
        return show(visit)
    asked = pb.AssignItemsRequest(request_id=form.request_id, item_ids=chosen, worker_id=worker_id)
    try:
        visit.stub("case", WorklistServiceStub).AssignItems(asked, **visit.as_person)
    except PlatformError as error:
        form.refuse(error, {"worker_id": "assign_worker"})
        return show(visit)
    query = filters.read(visit).query
    place = f"/worklist?{query}&done=worklist.assigned"
    return visit.finish(RedirectResponse(place, SEE_OTHER))


def _rows(
    visit: Visit, items: Sequence[pb.WorklistItem], clocks: Mapping[str, clock_pb.Clock]
) -> list[Row]:
    now, rows = today(visit), []
    for item in items:
        due_on = to_date(item.due_on)
        color, due = saying.due(visit, due_on, now)
        clock = clocks.get(item.case_id)
        rows.append(
            Row(
                item=item,
                kind=saying.kind_of(item),
                color=color,
                due=due,
                clock_color=saying.COLORS.get(clock.color, "") if clock else "",
                clock=f"{saying.left(visit, clock.days_left)}: {clock.title}" if clock else "",
                age_days=_age(item, now),
            )
        )
    return rows


def _age(item: pb.WorklistItem, now: date) -> int:
    return max(0, (now - item.created_at.ToDatetime().date()).days)


def _whose(visit: Visit, wanted: Filters) -> tuple[str, str]:
    """Return office and worker whose cases' clocks are looked at; one of the two is empty."""
    if wanted.who == filters.MINE:
        return "", session_of(visit).worker_id
    return ("", wanted.worker) if wanted.who == filters.WORKER else (wanted.office, "")


def _clocks(visit: Visit, wanted: Filters) -> dict[str, clock_pb.Clock]:
    """Return the most pressing clock of each case: the earliest that is overdue or close."""
    office_id, worker_id = _whose(visit, wanted)
    asked = clock_pb.ListClocksRequest(
        office_id=office_id,
        worker_id=worker_id,
        colors=[clock_pb.CLOCK_COLOR_RED, clock_pb.CLOCK_COLOR_AMBER],
        page_size=CLOCKS_MAX,
    )
    reads = visit.stub("case", ClockReadServiceStub)
    found: dict[str, clock_pb.Clock] = {}
    for clock in reads.ListClocks(asked, **visit.as_person).clocks:
        if not clock.window:
            found.setdefault(clock.case_id, clock)
    return found


def _summary(visit: Visit, wanted: Filters) -> clock_pb.ClockCount:
    office_id, worker_id = _whose(visit, wanted)
    asked = clock_pb.GetClockSummaryRequest(office_id=office_id, worker_id=worker_id)
    reads = visit.stub("case", ClockReadServiceStub)
    return reads.GetClockSummary(asked, **visit.as_person).total


def _counts(visit: Visit, wanted: Filters, known: Sequence[pb.WorkerLoad]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for one in known:
        if _is_in(visit, wanted, one):
            name = pb.WorklistKind.Name(one.kind).removeprefix("WORKLIST_KIND_")
            counted[name] += one.items
    return counted


def _overdue(visit: Visit, wanted: Filters, known: Sequence[pb.WorkerLoad]) -> int:
    return sum(one.overdue for one in known if _is_in(visit, wanted, one))


def _is_in(visit: Visit, wanted: Filters, load: pb.WorkerLoad) -> bool:
    whose = {
        filters.MINE: session_of(visit).worker_id,
        filters.UNASSIGNED: "",
        filters.WORKER: wanted.worker,
    }
    return wanted.who == filters.OFFICE or load.worker_id == whose[wanted.who]


PAGES = (
    Page("/worklist", show),
    Page("/worklist/assign", None, assign),
)
