"""The pages of `childsupport case`: for people, in 80 columns and more; JSON for programs."""

import json
import os
import unicodedata
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from google.type.date_pb2 import Date
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from chassis.dates import to_date, to_instant
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import clock_service_pb2 as pb
from launcher.case_reading import CaseView

PLAIN_WIDTH = 80
INDENT = 2
COLORS = {
    pb.CLOCK_COLOR_GREEN: ("green", "green"),
    pb.CLOCK_COLOR_AMBER: ("amber", "yellow"),
    pb.CLOCK_COLOR_RED: ("RED", "bold red"),
}
"""The word, since a color alone says nothing to some readers and to every pipe; and its style."""
STATES = {
    pb.CLOCK_STATE_MET: "done in time",
    pb.CLOCK_STATE_LATE: "done late",
    pb.CLOCK_STATE_ELAPSED: "ran out",
    pb.CLOCK_STATE_CANCELLED: "taken back",
}
PROTECTED = "protected: tell nobody where"
SYSTEM = "service:"
LATER_DAYS = 1
"""An entry that was recorded more days than this after the day that it is about says so."""


def show_history(view: CaseView, *, as_json: bool) -> None:
    """Print a case: who is in it, which time limits run, what happened, by year."""
    if as_json:
        facts = [_entry_facts(entry) for entry in view.history]
        _print_json({**_case_facts(view), "clocks": _clock_list(view), "history": facts})
        return
    console = _console()
    _print_head(console, view)
    _print_clocks(console, view.clocks, "Time limits that run")
    if not view.history:
        console.print("\nNothing is recorded.")
    for year, entries in groupby(view.history, key=lambda entry: entry.on_date.year):
        console.print(Text(f"\n{year}", style="bold"))
        _print_year(console, list(entries))


def show_clocks(view: CaseView, *, as_json: bool) -> None:
    """Print the time limits of a case."""
    if as_json:
        _print_json({**_case_facts(view), "clocks": _clock_list(view)})
        return
    console = _console()
    _print_head(console, view)
    _print_clocks(console, view.clocks, "Time limits")


def _print_head(console: Console, view: CaseView) -> None:
    case = view.case
    kind = "IV-D" if case.case_type == case_pb.CASE_TYPE_IV_D else "non-IV-D"
    stands = f"open since {_day(case.opened_on)}" if case.HasField("opened_on") else "open"
    if case.status == case_pb.CASE_STATUS_CLOSED:
        stands = f"closed on {_day(case.closed_on)} under 45 CFR 303.11(b)({case.closure_ground})"
    console.print(Text.assemble((f"Case {case.case_number}", "bold"), f"  {kind}, {stands}"))
    grid = _grid()
    for what, who in _parties(view):
        grid.add_row(what, Text(who))
    grid.add_row(
        "office", Text(f"{view.county} ({case.office_id})" if case.office_id else "none yet")
    )
    grid.add_row("worker", Text(case.worker_id or "nobody yet"))
    console.print(grid)


def _parties(view: CaseView) -> list[tuple[str, str]]:
    """Return who is what in a case."""
    names = {person.participant_id: _name(person) for person in view.participants}
    case = view.case
    found = [
        ("owes", names.get(case.obligor_id, "not known yet")),
        ("is owed", names.get(case.obligee_id, "not known yet")),
    ]
    for member in case.members:
        role = case_pb.CaseRole.Name(member.role).removeprefix("CASE_ROLE_")
        until = f" (until {_day(member.until)})" if member.HasField("until") else ""
        name = names.get(member.participant_id, member.participant_id)
        found.append((role.replace("_", " ").lower(), name + until))
    return found


def _name(person: case_pb.Participant) -> str:
    name = f"{person.first_name} {person.last_name}".strip()
    return f"{name} ({PROTECTED})" if person.protected else name


def _print_clocks(console: Console, clocks: Sequence[pb.Clock], heading: str) -> None:
    console.print(Text(f"\n{heading}", style="bold"))
    if not clocks:
        console.print("  none")
        return
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for clock in clocks:
        word, style = COLORS.get(clock.color, ("over", "dim"))
        grid.add_row(
            Text(f"  {word:<5}", style=style),
            Text(_left(clock), style=style),
            Text.assemble(clock.title, (f"\n{_times(clock)}", "dim")),
        )
    console.print(grid)


def _left(clock: pb.Clock) -> str:
    if not clock.color:
        return STATES.get(clock.state, "over")
    days = abs(clock.days_left)
    counted = f"{days} day" if days == 1 else f"{days} days"
    if clock.days_left < 0:
        return f"{counted} over"
    return f"{counted} left" if days else "today"


def _times(clock: pb.Clock) -> str:
    said = [f"due {_day(clock.due_on)}", f"since {_day(clock.started_on)}"]
    if clock.color:
        said.append(f"{clock.percent_used}% used")
    elif clock.HasField("stopped_on"):
        said.append(f"ended {_day(clock.stopped_on)}")
    return f"{', '.join(said)}\n{clock.citation}"


def _print_year(console: Console, entries: Sequence[case_pb.HistoryEntry]) -> None:
    """Print entries under their days; a day is written once."""
    grid = _grid()
    before: Date | None = None
    for entry in entries:
        day = to_date(entry.on_date)
        written = f"{day:%b} {day.day:>2}" if day and entry.on_date != before else ""
        grid.add_row(written, Text.assemble(_plain(entry.text), (f"\n{_source(entry)}", "dim")))
        before = entry.on_date
    console.print(grid)


def _plain(text: str) -> str:
    """Leave out what a terminal would obey: people's own words may hold anything."""
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)


def _source(entry: case_pb.HistoryEntry) -> str:
    """Say who recorded an entry, on what authority, and when if that was later."""
    said = [_who(entry.recorded_by)]
    if entry.citation:
        said.append(entry.citation)
    if (recorded := _recorded_later(entry)) is not None:
        said.append(f"recorded {recorded}")
    return ", ".join(said)


def _who(recorded_by: str) -> str:
    return "the system" if not recorded_by or recorded_by.startswith(SYSTEM) else recorded_by


def _recorded_later(entry: case_pb.HistoryEntry) -> date | None:
    on_date = to_date(entry.on_date)
    recorded = to_instant(entry.recorded_at).date()
    if on_date is None or (recorded - on_date).days <= LATER_DAYS:
        return None
    return recorded


def _case_facts(view: CaseView) -> dict[str, object]:
    case = view.case
    return {
        "case_number": case.case_number,
        "case_id": case.case_id,
        "status": "closed" if case.status == case_pb.CASE_STATUS_CLOSED else "open",
        "opened_on": _iso(case.opened_on),
        "closed_on": _iso(case.closed_on),
        "office_id": case.office_id,
        "worker_id": case.worker_id,
        "parties": [{"role": role, "name": name} for role, name in _parties(view)],
    }


def _clock_list(view: CaseView) -> list[dict[str, object]]:
    return [
        {
            "kind": clock.kind,
            "title": clock.title,
            "about_id": clock.about_id,
            "state": pb.ClockState.Name(clock.state).removeprefix("CLOCK_STATE_").lower(),
            "color": COLORS[clock.color][0].lower() if clock.color else None,
            "started_on": _iso(clock.started_on),
            "due_on": _iso(clock.due_on),
            "stopped_on": _iso(clock.stopped_on),
            "days_left": clock.days_left if clock.color else None,
            "percent_used": clock.percent_used if clock.color else None,
            "rule": clock.rule_id,
            "citation": clock.citation,
        }
        for clock in view.clocks
    ]


def _entry_facts(entry: case_pb.HistoryEntry) -> dict[str, object]:
    return {
        "on": _iso(entry.on_date),
        "kind": entry.kind,
        "text": entry.text,
        "recorded_by": entry.recorded_by,
        "recorded_at": to_instant(entry.recorded_at).isoformat(),
        "citation": entry.citation,
        "about_id": entry.about_id,
    }


def _iso(value: Date) -> str | None:
    day = to_date(value)
    return day.isoformat() if day else None


def _day(value: Date) -> str:
    return _iso(value) or "an unknown day"


def _grid() -> Grid:
    grid = Grid.grid(padding=(0, 0, 0, INDENT))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(ratio=1, overflow="fold")
    return grid


def _console() -> Console:
    """As wide as the terminal; into a pipe as wide as a page."""
    piped = "COLUMNS" not in os.environ and not Console().is_terminal
    return Console(width=PLAIN_WIDTH if piped else None, highlight=False)


def _print_json(facts: dict[str, object]) -> None:
    print(json.dumps(facts, ensure_ascii=False))
