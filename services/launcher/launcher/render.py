"""A day as a person wants to read it: each line with its outcome, then totals, rules and files."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from launcher.ledger_pages import print_proof

MARKS = {
    "posted": ("✔", "green"),
    "suspended": ("●", "yellow"),
    "notice_only": ("✉", "cyan"),
    "rejected": ("✘", "red"),
}
KINDS = {
    "current": "current {} support",
    "never_assigned": "{} arrears, never assigned",
    "permanently_assigned": "{} arrears, permanently assigned",
    "temporarily_assigned": "{} arrears, temporarily assigned",
    "conditionally_assigned": "{} arrears, conditionally assigned",
    "unassigned_during": "{} arrears, unassigned (during assistance)",
    "unassigned_pre": "{} arrears, unassigned (before assistance)",
}
PAYEES = {
    "state": "Commonwealth (assistance paid)",
    "fee": "Commonwealth (yearly fee)",
    "medicaid": "Medicaid agency",
    "held": "held",
    "obligor": "who paid",
    "other_state": "another State",
    "foster_care": "foster care",
}
HOLDS = {
    "excess": "more was paid than is owed now",
    "no_payee_address": "no address or account on record",
    "undecided_payee": "no rule in force says who is paid",
}
INDENT = 4
AMOUNT_WIDTH = 10


def dollars(cents: int) -> str:
    """Return an amount as people write it."""
    return f"${cents // 100:,}.{cents % 100:02d}"


def render(report: dict[str, Any], console: Console, *, why: bool) -> None:
    """Print a day; with `why`, the sentence of every rule under the cents that it moved."""
    for one in report["submissions"]:
        _file(report, one, console, why=why)
    console.print()
    if not why:
        _one_payment(report, console)
    _rules(report, console)
    _disbursements(report, console)
    _held(report, console)
    _told(report, console)
    _delinquent(report, console)
    _totals(report, console)
    _proof(report, console)


def files_by_folder(names: list[str]) -> list[str]:
    """Return file names, those of a folder with many of one kind as one line with their number."""
    kinds = Counter((str(Path(n).parent), Path(n).suffix) for n in names)
    few = [n for n in names if kinds[str(Path(n).parent), Path(n).suffix] <= INDENT]
    many = [
        f"{folder}/*{suffix}  ({count})"
        for (folder, suffix), count in sorted(kinds.items())
        if count > INDENT
    ]
    return [*few, *many]


def _file(report: dict[str, Any], one: dict[str, Any], console: Console, *, why: bool) -> None:
    console.print()
    console.rule(
        f"[bold]{one['file']}[/] from {one['employer']}: "
        f"{one['line_count']} lines, {dollars(one['amount_cents'])}",
        align="left",
    )
    numbers = {rule_id: n for n, rule_id in enumerate(report["rules"], start=1)}
    for line in report["lines"]:
        if line["file"] == one["file"]:
            _line(line, numbers, console, why=why)


def _line(line: dict[str, Any], numbers: dict[str, int], console: Console, *, why: bool) -> None:
    mark, colour = MARKS.get(line["outcome"], ("?", "red"))
    trace = line["trace_number"] + (f"/{line['sequence']}" if line["sequence"] > 1 else "")
    outcome = line["outcome"].replace("_", " ")
    if line["reason"]:
        outcome += f": {line['reason'].replace('_', ' ')}"
    console.print(
        Text.assemble(
            (mark, colour),
            (f" {dollars(line['amount_cents']):>{AMOUNT_WIDTH}}", "bold"),
            f"  {line['obligor'] or 'nobody found'}",
            (f"  {line['case_identifier'] or 'no case number'}", "dim"),
            (f"  {trace}", "dim"),
            (f"  {outcome}", colour),
        )
    )
    reason = [line["detail"]] if line["outcome"] == "suspended" else []
    for note in [*reason, *line["warnings"], *_flags(line)]:
        console.print(Padding(Text(note, "yellow"), (0, 0, 0, INDENT + AMOUNT_WIDTH)))
    for allocation in line["allocations"]:
        _allocation(allocation, line["case_identifier"], numbers, console, why=why)


def _flags(line: dict[str, Any]) -> list[str]:
    flags = []
    if line["credited_cents"] > line["amount_cents"]:
        flags.append(
            f"credited with {dollars(line['credited_cents'])}: "
            "the sender kept the difference as cost recovery"
        )
    if line["employment_ended"]:
        flags.append("the employer reports that the employment ended")
    if line["medical_coverage"]:
        flags.append("the employer reports that medical coverage is available")
    return flags


def _allocation(
    a: dict[str, Any], case_number: str, numbers: dict[str, int], console: Console, *, why: bool
) -> None:
    payee = a["payee"] or PAYEES.get(a["payee_kind"], a["payee_kind"])
    if a["held"]:
        payee = f"held for {a['payee'] or 'nobody yet'}: {_hold(a['hold_reason'])}"
    joined = "," if a["held"] else ":"
    what = (
        f"{joined} {KINDS.get(a['kind'], a['kind']).format(a['support'])}" if a["support"] else ""
    )
    if a["case_number"] and a["case_number"] != case_number:
        what += f", case {a['case_number']}"
    rules = " ".join(str(numbers[s["rule_id"]]) for s in a["steps"])
    console.print(
        Text.assemble(
            " " * INDENT,
            f"{dollars(a['amount_cents']):>{AMOUNT_WIDTH}} → ",
            (payee, "bold yellow" if a["held"] else "bold"),
            what,
            (f" [{rules}]", "cyan"),
        )
    )
    if why:
        _sentences(a["steps"], console)


def _sentences(steps: Sequence[dict[str, Any]], console: Console) -> None:
    for step in steps:
        sentence = Text(f"{step['text']} ({step['citation']})", "dim")
        console.print(Padding(sentence, (0, 0, 0, INDENT + AMOUNT_WIDTH + 3)))


def _hold(reason: str) -> str:
    return HOLDS.get(reason, reason.replace("_", " "))


def _held(report: dict[str, Any], console: Console) -> None:
    if not report["held"]:
        return
    table = Table(title="Held", title_justify="left", title_style="bold", box=None)
    table.add_column("Amount", justify="right")
    for heading in ("For", "Why", "Case", "Out of"):
        table.add_column(heading)
    for one in report["held"]:
        table.add_row(
            dollars(one["amount_cents"]),
            one["payee"] or "nobody yet",
            _hold(one["hold_reason"]),
            one["case_number"],
            one["trace_number"],
        )
    console.print(table)
    console.print()


def _one_payment(report: dict[str, Any], console: Console) -> None:
    """One payment in sentences: that which went to the most kinds of payee."""
    posted = [line for line in report["lines"] if line["outcome"] == "posted"]
    if not posted:
        return
    line = max(posted, key=_kinds_of_payee)
    numbers = {rule_id: n for n, rule_id in enumerate(report["rules"], start=1)}
    paid = f"{line['obligor']}'s {dollars(line['amount_cents'])}"
    console.print(f"[bold]Why {paid} went where it went[/]")
    for step in line["steps"]:
        console.print(Padding(Text(f"{step['text']} ({step['citation']})", "dim"), (0, 0, 0, 2)))
    said: set[str] = set()
    for allocation in line["allocations"]:
        _allocation(allocation, line["case_identifier"], numbers, console, why=False)
        _sentences([s for s in allocation["steps"] if s["text"] not in said], console)
        said |= {s["text"] for s in allocation["steps"]}
    console.print()


def _kinds_of_payee(line: dict[str, Any]) -> int:
    return len({a["payee_kind"] for a in line["allocations"] if not a["held"]})


def _rules(report: dict[str, Any], console: Console) -> None:
    """The rules behind the cents; those that no text confirms are said to be so."""
    table = Table(
        title="The rules behind every cent", title_justify="left", title_style="bold", box=None
    )
    for heading in ("", "Rule", "Authority"):
        table.add_column(heading)
    for number, rule in enumerate(report["rules"].values(), start=1):
        authority = Text(rule["citation"].replace(" (unverified)", ""))
        if not rule["confidence"].startswith("verified"):
            authority.append(f"  {rule['confidence']}", "yellow")
        table.add_row(Text(str(number), "cyan"), rule["title"], authority)
    console.print(table)
    console.print()


def _disbursements(report: dict[str, Any], console: Console) -> None:
    table = Table(title="Paid out", title_justify="left", title_style="bold", box=None)
    table.add_column("Amount", justify="right")
    for heading in ("Payee", "How", "Reference"):
        table.add_column(heading)
    for d in sorted(report["disbursements"], key=lambda d: (d["method"], d["reference"])):
        table.add_row(
            dollars(d["amount_cents"]),
            d["payee"] or PAYEES.get(d["payee_kind"], d["payee_kind"]),
            d["method"],
            d["reference"],
        )
    console.print(table)
    console.print()


def _told(report: dict[str, Any], console: Console) -> None:
    table = Table(title="Who was told", title_justify="left", title_style="bold", box=None)
    for heading in ("Who", "Inbox", "E-mails", "Letters"):
        table.add_column(heading)
    for one in report["told"]:
        letters = Counter(kind.replace("_", " ") for kind in one["letters"])
        table.add_row(
            one["who"],
            _counted(Counter(one["inbox"])),
            str(one["emails"] or ""),
            _counted(letters),
        )
    console.print(table)
    console.print()


def _counted(counts: Counter[str]) -> str:
    return "\n".join(f"{n} × {what}" if n > 1 else what for what, n in counts.items())


def _delinquent(report: dict[str, Any], console: Console) -> None:
    table = Table(
        title="Delinquent after the day: a month's support or more is past due (45 CFR 303.6(b))",
        title_justify="left",
        title_style="bold",
        box=None,
    )
    table.add_column("Case")
    table.add_column("Obligor")
    table.add_column("Arrears", justify="right")
    table.add_column("A month's support", justify="right")
    for case in report["delinquent_cases"]:
        table.add_row(
            case["case_number"],
            case["obligor"],
            dollars(case["arrears_cents"]),
            dollars(case["monthly_amount_cents"]),
        )
    console.print(table)
    console.print()


def _proof(report: dict[str, Any], console: Console) -> None:
    console.print("\n[bold]The books of all services, computed again[/] (ledger verify)")
    print_proof(report["proof"], console)


def _totals(report: dict[str, Any], console: Console) -> None:
    table = Table(title="Every cent", title_justify="left", title_style="bold", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("received", dollars(report["received_cents"]))
    table.add_section()
    table.add_row("paid out", dollars(report["disbursed_cents"]))
    table.add_row(Text("  of which kept by the State", "dim"), dollars(report["retained_cents"]))
    table.add_row("held, with a reason", dollars(report["held_cents"]))
    table.add_row("in suspense, with a reason", dollars(report["suspense_cents"]))
    if report["payable_cents"]:
        table.add_row("owed and not yet paid out", dollars(report["payable_cents"]))
    console.print(table)
