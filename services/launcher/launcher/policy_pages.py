"""The pages of `childsupport policy`: tables for people, JSON for programs."""

import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from launcher import policy_facts
from launcher.policy_facts import Facts, answer_facts, entry_facts, version_facts
from policy import Confidence, Entry, Policy, Rule, Table
from policy.comparing import Change, ChangeKind, changes, listed, topic, topics
from policy.lookup import DATA
from policy.profile import Answer, has_profile, profile

PLAIN_WIDTH = 100
ROWS_SHOWN = 12
INDENT = 4
CONFIDENCE_WORDS = {
    Confidence.VERIFIED_TEXT: "verified in the text of the law",
    Confidence.VERIFIED_PROFILE: "the State's certified profile",
    Confidence.SECONDARY: "second hand",
    Confidence.CONSTRUCTED: "the platform's own choice",
    Confidence.UNVERIFIED: "unverified: a setting to be confirmed",
}
STYLES = {
    ChangeKind.BEGINS: "green",
    ChangeKind.ENDS: "red",
    ChangeKind.CHANGES: "yellow",
    ChangeKind.RENUMBERED: "cyan",
}


def show(law: Policy, rule_id: str, on: date, *, as_json: bool) -> None:
    """Print one entry with its history. `ValueError` says what there is instead."""
    entry = policy_facts.find(law, rule_id, on)
    versions = law.versions(rule_id)
    if as_json:
        _print_json(
            {**entry_facts(law, entry), "history": [version_facts(law, v) for v in versions]}
        )
        return
    console = _console()
    console.print(Text.assemble((entry.id, "bold"), f" on {on}"))
    console.print(Text(entry.title), "\n", sep="")
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, said in _said_of(law, entry):
        grid.add_row(name, Text(said))
    console.print(grid)
    if isinstance(entry, Table):
        _print_rows(entry, console)
    console.print(Text("\nHistory", style="bold"))
    for one in versions:
        now = one.id == entry.id and one.effective_from == entry.effective_from
        which = "" if one.id == entry.id else f"  {one.id}"
        line = f"{one.period}  {policy_facts.value(law, one)}{which}"
        _indented(console, line, "bold" if now else "")


def show_list(law: Policy, on: date, subject: str, *, unverified: bool, as_json: bool) -> None:
    """Print the entries in force; `ValueError` names the topics when there is no such one."""
    if subject and subject not in topics(law):
        raise ValueError(f"no topic {subject!r}; there are: {', '.join(topics(law))}")
    entries = listed(law, on, subject=subject, unverified=unverified)
    if as_json:
        _print_json({"on": str(on), "entries": [entry_facts(law, entry) for entry in entries]})
        return
    console = _console()
    for place, entry in enumerate(entries):
        if place and topic(entries[place - 1].id) != topic(entry.id):
            console.print()
        style = "yellow" if entry.confidence is Confidence.UNVERIFIED else ""
        said = (entry.id, f"bold {style}"), "  ", (policy_facts.value(law, entry), style)
        console.print(Text.assemble(*said))
        _indented(console, entry.citation, "dim")
    console.print(Text(f"\n{len(entries)} in force on {on}."))


def show_changes(law: Policy, first: date, second: date, *, as_json: bool) -> None:
    """Print what differs between the law of two days."""
    found = changes(law, first, second)
    if as_json:
        facts = [_change_facts(law, change) for change in found]
        _print_json({"first": str(first), "second": str(second), "changes": facts})
        return
    console = _console()
    for change in found:
        console.print(Text.assemble((change.kind.value, STYLES[change.kind]), "  ", change.id))
        for name, entry in (("was", change.before), ("is", change.after)):
            if entry is not None:
                said = f"{policy_facts.value(law, entry)} ({entry.citation})"
                _indented(console, f"{name:<4}{said}", "dim" if name == "was" else "")
    counts = (f"{sum(c.kind is kind for c in found)} {kind.value}" for kind in ChangeKind)
    console.print(Text(f"\nFrom {first} to {second}: {', '.join(counts)}."))


def show_profile(law: Policy, on: date, *, as_json: bool) -> None:
    """Print every question with its answer and citation, and count the answered ones."""
    answers = profile(law, on)
    answered = sum(answer.text is not None for answer in answers)
    missing = len(answers) - answered
    if as_json:
        facts = [answer_facts(answer) for answer in answers]
        counts = {"answered": answered, "unanswered": missing}
        _print_json({"state": law.state.name, "on": str(on), "questions": facts, **counts})
        return
    console = _console()
    console.print(Text(f"{law.state.name} on {on}", style="bold"))
    sections = dict.fromkeys(answer.question.section for answer in answers)
    for section in sections:
        console.print(Text(f"\n{section}", style="bold"))
        _print_answers([a for a in answers if a.question.section == section], console)
    console.print(Text(f"\n{len(answers)} questions: {answered} answered, {missing} not."))


def lint(data: Path | None) -> None:
    """Read all law and every profile; `PolicyError` names the first fault. Prints what there is."""
    root = data or DATA
    states = policy_facts.states(root)
    if not states:
        raise ValueError(f"no State's law in {root}")
    for state in states:
        law = policy_facts.law(state, data)
        on = max(e.effective_from for one in law.ids() for e in law.versions(one))
        asked = f"{len(profile(law, on))} questions" if has_profile(law) else "no profile"
        _console().print(Text(f"{law.state.name}: {len(law.ids())} rules and tables, {asked}"))


def _said_of(law: Policy, entry: Entry) -> list[tuple[str, str]]:
    said = [("value", policy_facts.value(law, entry))]
    if isinstance(entry, Rule):
        calendar = f", counted by the calendar {entry.calendar}" if entry.calendar else ""
        said.append(("unit", f"{entry.unit.value}{calendar}"))
    said.append(("valid", str(entry.period)))
    for since, cited in law.renumbering.history(entry.authority):
        said.append(("authority", f"{cited} (since {since})" if since else cited))
    said.append(("source", entry.source))
    said.append(("confidence", CONFIDENCE_WORDS[entry.confidence]))
    if entry.succeeds:
        said.append(("stands over", entry.succeeds))
    if entry.note:
        said.append(("note", entry.note))
    said.append(("checksum", entry.checksum))
    return said


def _print_rows(table: Table, console: Console) -> None:
    names = [column.name for column in table.columns if column.name not in {"citation", "note"}]
    console.print(Text.assemble(("\nRows", "bold"), f" ({', '.join(names)})"))
    for row in table.rows[:ROWS_SHOWN]:
        _indented(console, ", ".join(str(row.cells.get(name, "-")) for name in names))
    if len(table) > ROWS_SHOWN:
        _indented(console, f"and {len(table) - ROWS_SHOWN} more (all with --json)", "dim")


def _print_answers(answers: Sequence[Answer], console: Console) -> None:
    grid = Grid.grid(padding=(0, 2), expand=True)
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(ratio=4, overflow="fold")
    grid.add_column(ratio=6, overflow="fold")
    for answer in answers:
        if answer.text is None:
            said = Text(f"No rule answers: {answer.why_not}.", style="yellow")
        else:
            said = Text.assemble(answer.text, ("\n" + "; ".join(answer.citations), "dim"))
        grid.add_row(answer.question.id, Text(answer.question.asked), said)
    console.print(grid)


def _change_facts(law: Policy, change: Change) -> Facts:
    return {
        "kind": change.kind.value,
        "id": change.id,
        "before": entry_facts(law, change.before) if change.before else None,
        "after": entry_facts(law, change.after) if change.after else None,
    }


def _indented(console: Console, line: str, style: str = "") -> None:
    console.print(Padding(Text(line, style=style), (0, 0, 0, INDENT)))


def _console() -> Console:
    """As wide as the terminal; into a pipe as wide as a page."""
    piped = "COLUMNS" not in os.environ and not Console().is_terminal
    return Console(width=PLAIN_WIDTH if piped else None, highlight=False)


def _print_json(facts: Facts) -> None:
    print(json.dumps(facts, ensure_ascii=False))
