"""Who has how much, what is overdue, whose clocks are red; all that one has goes to another."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from chassis.errors import PlatformError
from childsupport.case.v1 import clock_service_pb2 as clock_pb
from childsupport.case.v1 import worklist_service_pb2 as pb
from childsupport.case.v1.clock_service_pb2_grpc import ClockReadServiceStub
from childsupport.case.v1.worklist_service_pb2_grpc import WorklistServiceStub
from console_service import offices, saying
from console_service.keeper import is_supervisor, may
from console_service.worklist import filters
from console_service.worklist.listing import NO_SUCH_WORKER
from web.i18n import N_
from web.site import Page
from web.visit import SEE_OTHER, Visit

NOTE_CHARACTERS_MAX = 1_000
THE_SAME = N_("Choose two different workers.")


@dataclass(slots=True)
class Load:
    """What one worker has."""

    worker_id: str
    name: str = ""
    items: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    overdue: int = 0
    escalated: int = 0
    red: int = 0
    amber: int = 0
    green: int = 0

    @property
    def total(self) -> int:
        """Return how many items are open."""
        return sum(self.items.values())


def show(visit: Visit) -> Response:
    """Show the loads of an office."""
    wanted = filters.read(visit, ())
    known = filters.loads(visit, wanted.office)
    workers = offices.colleagues(visit, wanted.office)
    return visit.render(
        "team/loads.html",
        filters=wanted,
        loads=_loads(visit, known, wanted.office, {w.worker_id: w.display_name for w in workers}),
        kinds=saying.KINDS,
        offices=offices.names(visit),
        workers=workers,
        worker_key=filters.worker_key,
        supervises=is_supervisor(visit),
        manages=may(visit, "identity.workers.read"),
    )


def hand_over(visit: Visit) -> Response:
    """Hand all that one worker has to another: items, cases, coming appointments."""
    form = visit.form
    giver, taker = form.text("from_worker"), form.text("to_worker")
    if giver and giver == taker:
        form.wrong("to_worker", THE_SAME)
    elif taker and not offices.is_colleague(visit, taker):
        form.wrong("to_worker", NO_SUCH_WORKER)
    asked = pb.HandOverRequest(
        request_id=form.request_id,
        from_worker_id=giver,
        to_worker_id=taker,
        note=form.text("handover_note", longest=NOTE_CHARACTERS_MAX),
    )
    if form.errors:
        return show(visit)
    try:
        items = visit.stub("case", WorklistServiceStub)
        answer = items.HandOver(asked, **visit.as_person)
    except PlatformError as error:
        form.refuse(error, {"to_worker_id": "to_worker", "note": "handover_note"})
        return show(visit)
    done = "team.more" if answer.more else "team.handed_over"
    query = urlencode({"office": filters.read(visit, ()).office, "done": done})
    return visit.finish(RedirectResponse(f"/team?{query}", SEE_OTHER))


def _loads(
    visit: Visit, known: Sequence[pb.WorkerLoad], office_id: str, names: dict[str, str]
) -> list[Load]:
    found: dict[str, Load] = {one: Load(one, name) for one, name in names.items()}
    for one in known:
        load = found.setdefault(one.worker_id, Load(one.worker_id))
        kind = pb.WorklistKind.Name(one.kind).removeprefix("WORKLIST_KIND_")
        load.items[kind] += one.items
        load.overdue += one.overdue
        load.escalated += one.escalated
    asked = clock_pb.GetClockSummaryRequest(office_id=office_id)
    clocks = visit.stub("case", ClockReadServiceStub)
    for count in clocks.GetClockSummary(asked, **visit.as_person).workers:
        load = found.setdefault(count.worker_id, Load(count.worker_id))
        load.red, load.amber, load.green = count.red, count.amber, count.green
    return sorted(found.values(), key=lambda one: (bool(one.worker_id), one.worker_id))


PAGES = (Page("/team", show, hand_over),)
