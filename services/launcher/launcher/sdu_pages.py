"""The pages of `childsupport sdu`: for people, in 80 columns and more; JSON for programs."""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.console import Console
from rich.text import Text

from chassis.dates import from_date
from childsupport.payments.v1 import report_service_pb2 as pb
from childsupport.payments.v1.payments_service_pb2 import PayeeKind
from childsupport.payments.v1.report_service_pb2_grpc import (
    BankTotalsServiceStub,
    UnitReportReadServiceStub,
)
from launcher.tables import iso, money, page_console, print_json, table

TIMEOUT_SECONDS = 600
PAGE_SIZE = 500
MAX_PAGES = 10_000
_DOLLARS = re.compile(r"(-?)([0-9][0-9,]*)(?:\.([0-9]{2}))?")
OUTCOMES = {
    pb.TIMELINESS_OUTCOME_IN_TIME: "in time",
    pb.TIMELINESS_OUTCOME_LATE: "LATE",
    pb.TIMELINESS_OUTCOME_NOT_COUNTED: "not counted",
}


def show_timeliness(
    channel: grpc.Channel, first: date, last: date, *, late: bool, as_json: bool
) -> None:
    """Print the share that went out in time. Raises PlatformError."""
    stub = UnitReportReadServiceStub(channel)
    from_, to = from_date(first), from_date(last)
    request = pb.GetTimelinessRequest(first_day=from_, last_day=to)
    answer = stub.GetTimeliness(request, timeout=TIMEOUT_SECONDS)
    parts: list[pb.TimelinessPart] = []
    if late:
        asked = pb.ListTimelinessPartsRequest(
            first_day=from_,
            last_day=to,
            outcome=pb.TIMELINESS_OUTCOME_LATE,
            page_size=PAGE_SIZE,
        )
        parts = [p for page in _pages(stub.ListTimelinessParts, asked) for p in page.parts]
    if as_json:
        print_json({**_facts(answer), "late": [_facts(part) for part in parts]})
        return
    console = page_console()
    points = answer.share_basis_points
    counted = answer.HasField("share_basis_points")
    share = f"{points // 100}.{points % 100:02}% in time" if counted else "nothing is counted"
    console.print(Text(f"Sent out {first} to {last}: {share}", style="bold"))
    console.print()
    rows = [
        (
            _payee(row.payee_kind),
            OUTCOMES.get(row.outcome, ""),
            (row.reason or row.rule_id).replace("_", " "),
            f"{row.part_count:,}",
            money(row.amount_cents),
        )
        for row in answer.rows
    ]
    heads = ("To", "Outcome", "Rule, or why not counted", "Parts", "Dollars")
    console.print(table(heads, rows, amounts=(3, 4), wide=2))
    if late:
        console.print(Text("\nLate", style="bold"))
        listed = [
            (
                part.receipt_id,
                iso(part.due_date) or "",
                iso(part.sent_date) or "still here",
                money(part.amount_cents),
            )
            for part in parts
        ]
        if listed:
            console.print(table(("Receipt", "Due", "Sent", "Dollars"), listed, amounts=(3,)))
        else:
            console.print("  nothing")


def show_undistributed(channel: grpc.Channel, older: int | None, *, as_json: bool) -> bool:
    """Print what is not sent out; False when it does not add up. Raises PlatformError."""
    stub = UnitReportReadServiceStub(channel)
    answer = stub.GetUndistributed(pb.GetUndistributedRequest(), timeout=TIMEOUT_SECONDS)
    items: list[pb.UndistributedItem] = []
    if older is not None:
        asked = pb.ListUndistributedRequest(days_from=older, page_size=PAGE_SIZE)
        items = [item for page in _pages(stub.ListUndistributed, asked) for item in page.items]
    if as_json:
        print_json({**_facts(answer), "items": [_facts(item) for item in items]})
        return not answer.findings
    console = page_console()
    console.print(Text(f"Not sent out: {money(answer.total_cents)}", style="bold"))
    console.print()
    rows = [
        (
            row.reason.replace("_", " "),
            f"{row.days_from} to {row.days_to} days" if row.days_to else f"{row.days_from} days on",
            f"{row.item_count:,}",
            money(row.amount_cents),
        )
        for row in answer.rows
    ]
    console.print(table(("Why", "Age", "Items", "Dollars"), rows, amounts=(2, 3), wide=0))
    if older is not None:
        console.print(Text(f"\n{older} days old and older", style="bold"))
        listed = [
            (
                item.receipt_id or "a payment",
                str(item.days),
                item.reason.replace("_", " "),
                money(item.amount_cents),
            )
            for item in items
        ]
        console.print(table(("Receipt", "Days", "Why", "Dollars"), listed, amounts=(1, 3), wide=2))
    return _print_findings(console, answer.findings)


def show_quarter(channel: grpc.Channel, day: date, line: str, *, as_json: bool) -> bool:
    """Print a quarter; False when it does not add up. Raises PlatformError."""
    stub = UnitReportReadServiceStub(channel)
    asked = pb.GetCollectionReportRequest(quarter=from_date(day))
    answer = stub.GetCollectionReport(asked, timeout=TIMEOUT_SECONDS)
    items: list[pb.CollectionItem] = []
    if line:
        behind = pb.ListCollectionReportItemsRequest(
            quarter=from_date(day), line=line, page_size=PAGE_SIZE
        )
        pages = _pages(stub.ListCollectionReportItems, behind)
        items = [item for page in pages for item in page.items]
    if as_json:
        print_json({**_facts(answer), "items": [_facts(item) for item in items]})
        return not answer.findings
    console = page_console()
    head = f"Collections from {iso(answer.first_day)} to {iso(answer.last_day)} (OCSE-34)"
    console.print(Text(head, style="bold"))
    console.print()
    rows = [
        (
            row.line,
            row.title if row.known else f"{row.title}. {row.note}",
            money(row.amount_cents) if row.known else "not known",
        )
        for row in answer.lines
    ]
    console.print(table(("Line", "What", "Dollars"), rows, amounts=(2,), wide=1))
    if line:
        console.print(Text(f"\nBehind line {line}", style="bold"))
        listed = [(item.source_id, money(item.amount_cents)) for item in items]
        listed.append((f"all {len(items):,}", money(sum(item.amount_cents for item in items))))
        console.print(
            table(("Receipt or payment", "Dollars"), listed, amounts=(1,), last_is_sum=True)
        )
    for step in answer.steps:
        console.print(Text(f"\n{step.citation}. {step.text}", style="dim"))
    return _print_findings(console, answer.findings)


def show_bank(channel: grpc.Channel, first: date, last: date, *, as_json: bool) -> bool:
    """Print days at the bank; False when one is off. Raises PlatformError."""
    answer = UnitReportReadServiceStub(channel).ListBankDays(
        pb.ListBankDaysRequest(first_day=from_date(first), last_day=from_date(last)),
        timeout=TIMEOUT_SECONDS,
    )
    if as_json:
        print_json(_facts(answer))
        return not any(day.findings for day in answer.days)
    return _print_days(page_console(), answer.days)


def record_bank(
    channel: grpc.Channel,
    day: date,
    dollars: Mapping[str, str],
    reference: str,
    *,
    as_json: bool,
) -> bool:
    """Record a day's totals; False when something is off. Raises ValueError, PlatformError."""
    cents = {name: _cents(f"--{name}", text) for name, text in dollars.items() if text}
    answer = BankTotalsServiceStub(channel).RecordBankTotals(
        pb.RecordBankTotalsRequest(
            request_id=str(uuid.uuid4()),
            day=from_date(day),
            totals=pb.BankTotals(
                deposits_cents=cents["deposits"],
                electronic_cents=cents["electronic"],
                checks_cents=cents["checks"],
                closing_cents=cents.get("closing"),
            ),
            reference=reference,
        )
    )
    if as_json:
        print_json(_facts(answer.day))
        return not answer.day.findings
    return _print_days(page_console(), [answer.day])


def _print_days(console: Console, days: Sequence[pb.BankDay]) -> bool:
    rows = []
    for day in days:
        said = [("books", day.books)]
        if day.HasField("bank"):
            said.insert(0, ("bank", day.bank))
        for who, totals in said:
            rows.append(
                (
                    (iso(day.day) or "") if who == said[0][0] else "",
                    who,
                    money(totals.deposits_cents),
                    money(totals.electronic_cents),
                    money(totals.checks_cents),
                    _closing(totals),
                )
            )
    heads = ("Day", "", "Came in", "Electronic", "Checks", "Balance")
    console.print(table(heads, rows, amounts=(2, 3, 4, 5)))
    if not days:
        console.print("Nothing was moved.")
    return _print_findings(console, [finding for day in days for finding in day.findings])


def _closing(totals: pb.BankTotals) -> str:
    return money(totals.closing_cents) if totals.HasField("closing_cents") else "not given"


def _print_findings(console: Console, findings: Iterable[str]) -> bool:
    found = list(findings)
    if found:
        console.print()
    for finding in found:
        console.print(Text(finding, style="bold red"))
    return not found


def _pages(ask: Callable[..., Any], request: Any) -> Iterator[Any]:
    for _ in range(MAX_PAGES):
        page = ask(request, timeout=TIMEOUT_SECONDS)
        yield page
        request.page_token = page.next_page_token
        if not request.page_token:
            return


def _payee(kind: PayeeKind.ValueType) -> str:
    return PayeeKind.Name(kind).removeprefix("PAYEE_KIND_").replace("_", " ").lower()


def _cents(option: str, text: str) -> int:
    found = _DOLLARS.fullmatch(text)
    if found is None:
        raise ValueError(f"{option}: read {text!r}, expected dollars, for example 1,234.56")
    sign, whole, part = found.groups()
    cents = int(whole.replace(",", "")) * 100 + int(part or 0)
    return -cents if sign else cents


def _facts(message: Message) -> dict[str, Any]:
    return MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
