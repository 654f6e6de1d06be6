"""Reads clocks: of a case, of a caseworker, of an office, of a kind."""

from collections.abc import Callable, Iterable
from datetime import date

from case_service.api.asking import asked_case
from case_service.domain.clock_kinds import KINDS
from case_service.domain.clocks import Color, State, color_of, days_left, percent_used
from case_service.messages import PROGRAMS
from case_service.store import clock_lists
from chassis.dates import from_date, to_date
from chassis.errors import invalid_field
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import clock_service_pb2 as pb
from policy import RuleNotInForce, load
from policy.saying import value_in_words

STATES = {
    pb.CLOCK_STATE_RUNNING: State.RUNNING,
    pb.CLOCK_STATE_MISSED: State.MISSED,
    pb.CLOCK_STATE_MET: State.MET,
    pb.CLOCK_STATE_LATE: State.LATE,
    pb.CLOCK_STATE_ELAPSED: State.ELAPSED,
    pb.CLOCK_STATE_CANCELLED: State.CANCELLED,
}
COLORS = {
    pb.CLOCK_COLOR_GREEN: Color.GREEN,
    pb.CLOCK_COLOR_AMBER: Color.AMBER,
    pb.CLOCK_COLOR_RED: Color.RED,
}
STATE_VALUES = {code: value for value, code in STATES.items()}
COLOR_VALUES = {code: value for value, code in COLORS.items()}


class ClockReads:
    """Reads clocks."""

    def ListClocks(self, request: pb.ListClocksRequest, work: Work) -> pb.ListClocksResponse:
        """List clocks by the day that they are due."""
        size = paging.page_size(request)
        today = work.clock.today()
        which = _filter(request, work, today)
        listing = _listing(request)
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        found = clock_lists.page(work.session, which, _place(after), size + 1)
        shown = found[:size]
        more = len(found) > size
        last = shown[-1].clock if more else None
        token = f"{last.due_on.isoformat()}/{last.clock_id}" if last else ""
        return pb.ListClocksResponse(
            clocks=[clock_message(listed, today) for listed in shown],
            next_page_token=paging.encode_token(work.keys, token, listing=listing),
        )

    def GetClockSummary(
        self, request: pb.GetClockSummaryRequest, work: Work
    ) -> pb.GetClockSummaryResponse:
        """Count the open clocks of an office, a caseworker or a program."""
        counts = clock_lists.counts(
            work.session,
            work.clock.today(),
            office_id=request.office_id,
            worker_id=request.worker_id,
            program=PROGRAMS.get(request.program, ""),
        )
        by_worker = bool(request.office_id or request.worker_id)
        workers = _summed(counts, lambda count: count.worker_id) if by_worker else {}
        return pb.GetClockSummaryResponse(
            total=_summed(counts, lambda _: "").get("", pb.ClockCount()),
            kinds=[
                _with(total, kind=kind, title=_title(kind))
                for kind, total in _reddest(_summed(counts, lambda count: count.kind))
            ],
            workers=[
                _with(total, worker_id=worker)
                for worker, total in _reddest(workers)[: clock_lists.MAX_WORKERS]
            ],
        )

    def ListClockKinds(
        self, request: pb.ListClockKindsRequest, work: Work
    ) -> pb.ListClockKindsResponse:
        """List the kinds of clocks with the rules that they are counted by."""
        law = load(work.settings.jurisdiction)
        answer = pb.ListClockKindsResponse()
        for kind in KINDS.values():
            try:
                rule = law.rule(kind.rule, work.clock.today())
            except RuleNotInForce:
                continue
            answer.kinds.add(
                kind=kind.kind,
                title=kind.title,
                rule_id=rule.id,
                limit=value_in_words(rule),
                citation=rule.citation,
                starts=kind.starts,
                stops=kind.stops,
                window=kind.window,
                again=kind.again,
            )
        return answer


def clock_message(listed: clock_lists.Listed, today: date) -> pb.Clock:
    """Return the message for a clock as it is shown on a day."""
    clock = listed.clock
    color = color_of(clock, today)
    return pb.Clock(
        clock_id=clock.clock_id,
        case_id=clock.case_id,
        case_number=listed.case_number,
        kind=clock.kind,
        title=_title(clock.kind),
        about_id=clock.about_id,
        started_on=from_date(clock.started_on),
        due_on=from_date(clock.due_on),
        state=STATE_VALUES[clock.state],
        color=COLOR_VALUES[color] if color else pb.CLOCK_COLOR_UNSPECIFIED,
        percent_used=percent_used(clock, today) if color else 0,
        days_left=days_left(clock, today) if color else 0,
        stopped_on=from_date(clock.stopped_on),
        missed_on=from_date(clock.missed_on),
        rule_id=clock.rule_id,
        citation=clock.citation,
        window=clock.amber_on is None,
        office_id=listed.office_id,
        worker_id=listed.worker_id,
    )


def _filter(request: pb.ListClocksRequest, work: Work, today: date) -> clock_lists.Filter:
    case_id = asked_case(work, request.case_id, request.case_number)
    for place, kind in enumerate(request.kinds):
        if kind not in KINDS:
            raise invalid_field(f"kinds[{place}]", f"must be one of {', '.join(KINDS)}")
    _check_said("states", request.states)
    _check_said("colors", request.colors)
    states = [STATES[state] for state in request.states]
    if not case_id and not set(states) <= clock_lists.OPEN_STATES:
        raise invalid_field("case_id", "must be set to list clocks that are over")
    return clock_lists.Filter(
        today=today,
        case_id=case_id,
        states=states if case_id or states else sorted(clock_lists.OPEN_STATES),
        colors=[COLORS[color] for color in request.colors],
        kinds=list(request.kinds),
        office_id=request.office_id,
        worker_id=request.worker_id,
        due_before=to_date(request.due_before, "due_before"),
    )


def _check_said(field: str, values: Iterable[int]) -> None:
    for place, value in enumerate(values):
        if not value:
            raise invalid_field(f"{field}[{place}]", "must not be UNSPECIFIED")


def _listing(request: pb.ListClocksRequest) -> str:
    """Return what a page token is bound to: the filters that it was made for."""
    asked = pb.ListClocksRequest()
    asked.CopyFrom(request)
    asked.ClearField("page_size")
    asked.ClearField("page_token")
    return f"clocks:{asked.SerializeToString(deterministic=True).hex()}"


def _place(after: str) -> tuple[date, str] | None:
    if not after:
        return None
    day, _, clock_id = after.partition("/")
    return date.fromisoformat(day), clock_id


def _summed(
    counts: Iterable[clock_lists.Count], key: Callable[[clock_lists.Count], str]
) -> dict[str, pb.ClockCount]:
    sums: dict[str, pb.ClockCount] = {}
    for count in counts:
        if not (count.green or count.amber or count.red):
            continue
        total = sums.setdefault(key(count), pb.ClockCount())
        total.green += count.green
        total.amber += count.amber
        total.red += count.red
    return sums


def _reddest(sums: dict[str, pb.ClockCount]) -> list[tuple[str, pb.ClockCount]]:
    return sorted(sums.items(), key=lambda item: (-item[1].red, -item[1].amber, item[0]))


def _with(
    count: pb.ClockCount, *, kind: str = "", title: str = "", worker_id: str = ""
) -> pb.ClockCount:
    """Return a count with what was counted."""
    count.kind, count.title, count.worker_id = kind, title, worker_id
    return count


def _title(kind: str) -> str:
    """Return what a clock asks for; a kind of a newer version is told by its name."""
    return KINDS[kind].title if kind in KINDS else kind.replace("_", " ")


SERVICERS = (Servicer("childsupport.case.v1.ClockReadService", ClockReads()),)
