"""The pages of `childsupport statement`: for people, in 80 columns and more; JSON for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.console import Console
from rich.text import Text

from chassis.dates import from_date
from childsupport.case.v1.case_service_pb2 import SupportType
from childsupport.common.v1.explanation_pb2 import (
    AUDIENCE_AUDITOR,
    AUDIENCE_PARENT,
    AUDIENCE_WORKER,
    Audience,
    Step,
)
from childsupport.payments.v1 import statement_service_pb2 as pb
from childsupport.payments.v1.statement_service_pb2_grpc import StatementReadServiceStub
from launcher.tables import iso, money, page_console, print_json, table

AUDIENCES = {
    "parent": AUDIENCE_PARENT,
    "worker": AUDIENCE_WORKER,
    "auditor": AUDIENCE_AUDITOR,
}
PAGE_SIZE = 500
MAX_PAGES = 1_000
BUCKETS = ("", "NA", "PA", "TA", "CA", "UD", "UP")
MOVEMENTS = {
    pb.MOVEMENT_OPENING: "Owed before this ledger began",
    pb.MOVEMENT_CHARGE: "Charged",
    pb.MOVEMENT_PAYMENT: "Paid",
    pb.MOVEMENT_INTEREST: "Interest",
    pb.MOVEMENT_ADJUSTMENT: "Other changes",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which history is asked for."""

    number: str
    since: datetime | None
    everything: bool = False
    every_entry: bool = False


def show_account(
    channel: grpc.Channel,
    number: str,
    since: datetime | None,
    until: datetime | None,
    audience: str,
    *,
    as_json: bool,
) -> None:
    """Print an account statement. Raises ValueError, PlatformError."""
    answer = StatementReadServiceStub(channel).GetAccountStatement(
        pb.GetAccountStatementRequest(
            subject=pb.StatementSubject(case_number=number),
            first_day=from_date(_day(since)),
            last_day=from_date(_day(until)),
            audience=_audience(audience),
        )
    )
    if as_json:
        _print_message(answer)
        return
    console = page_console()
    first, last = iso(answer.first_day), iso(answer.last_day)
    console.print(Text(f"Case {number}  {first or 'from the beginning'} to {last}", style="bold"))
    rows = [(f"Owed before {first}", money(answer.opening_cents))] if first else []
    rows += [
        (MOVEMENTS.get(m.movement, "Other changes"), money(m.amount_cents))
        for m in answer.movements
    ]
    rows.append((f"Owed on {last}", money(answer.closing_cents)))
    console.print()
    console.print(table(("", "Dollars"), rows, amounts=(1,), wide=0, last_is_sum=True))
    _print_owed(console, answer.obligations)
    console.print(
        f"\nSent to families out of this money, of all cases: "
        f"{money(answer.sent_to_families_cents)}"
    )
    _print_held(console, answer.held)
    _print_steps(console, answer.steps)


def show_history(channel: grpc.Channel, asked: Asked, audience: str, *, as_json: bool) -> None:
    """Print a payment history. Raises ValueError, PlatformError."""
    request = pb.ListPaymentHistoryRequest(
        subject=pb.StatementSubject(case_number=asked.number),
        first_day=from_date(_day(asked.since)),
        all=asked.everything,
        every_entry=asked.every_entry,
        audience=_audience(audience),
        page_size=PAGE_SIZE,
    )
    stub = StatementReadServiceStub(channel)
    whole = pb.ListPaymentHistoryResponse()
    for _ in range(MAX_PAGES):
        page = stub.ListPaymentHistory(request)
        if not request.page_token:
            whole.opening_cents = page.opening_cents
            whole.first_day.CopyFrom(page.first_day)
        whole.rows.extend(page.rows)
        request.page_token = page.next_page_token
        if not request.page_token:
            break
    if as_json:
        _print_message(whole)
        return
    console = page_console()
    first = iso(whole.first_day)
    console.print(
        Text(f"Case {asked.number}  payments since {first or 'the beginning'}", style="bold")
    )
    console.print()
    rows = [(first, "Owed before", "", "", money(whole.opening_cents))] if first else []
    rows += [
        (
            iso(row.effective_date) or "",
            row.text,
            "" if _is_payment(row) else money(row.amount_cents),
            money(-row.amount_cents) if _is_payment(row) else "",
            money(row.balance_cents),
        )
        for row in whole.rows
    ]
    heads = ("Date", "What", "Charged", "Paid", "Balance")
    console.print(table(heads, rows, amounts=(2, 3, 4), wide=1))
    if not whole.rows:
        console.print("Nothing was charged or paid.")


def show_months(
    channel: grpc.Channel, number: str, since: datetime | None, *, as_json: bool
) -> None:
    """Print the months of an account. Raises PlatformError."""
    answer = StatementReadServiceStub(channel).ListArrearsByMonth(
        pb.ListArrearsByMonthRequest(
            subject=pb.StatementSubject(case_number=number), first_month=from_date(_day(since))
        )
    )
    if as_json:
        _print_message(answer)
        return
    console = page_console()
    console.print(Text(f"Case {number}  month by month", style="bold"))
    console.print()
    rows = [
        (
            f"{row.month.year}-{row.month.month:02}",
            money(row.charged_cents, plain_zero=False),
            money(row.paid_cents, plain_zero=False),
            money(row.other_cents, plain_zero=False),
            money(row.current_cents, plain_zero=False),
            money(sum(b.amount_cents for b in row.arrears), plain_zero=False),
            money(row.balance_cents),
        )
        for row in answer.months
    ]
    heads = ("Month", "Charged", "Paid", "Other", "Unpaid", "Past due", "Balance")
    console.print(table(heads, rows, amounts=(1, 2, 3, 4, 5, 6)))
    console.print("\nUnpaid: of the month itself. Past due: of months before.")


def show_payoff(
    channel: grpc.Channel, number: str, on: datetime | None, audience: str, *, as_json: bool
) -> None:
    """Print a payoff. Raises ValueError, PlatformError."""
    answer = StatementReadServiceStub(channel).GetPayoff(
        pb.GetPayoffRequest(
            subject=pb.StatementSubject(case_number=number),
            as_of=from_date(_day(on)),
            audience=_audience(audience),
        )
    )
    if as_json:
        _print_message(answer)
        return
    console = page_console()
    console.print(
        Text(
            f"Case {number}  payoff ${money(answer.payoff_cents)}, good through"
            f" {iso(answer.good_through)}",
            style="bold",
        )
    )
    _print_owed(console, answer.obligations)
    if answer.interest_cents:
        console.print(f"\nInterest that is counted in: {money(answer.interest_cents)}")
    _print_held(console, answer.held)
    _print_steps(console, answer.steps)


def write_record(channel: grpc.Channel, asked: Asked, file: Path | None) -> str:
    """Write the payment record; returns what was written. Raises PlatformError, OSError."""
    answer = StatementReadServiceStub(channel).GetPaymentRecord(
        pb.GetPaymentRecordRequest(
            subject=pb.StatementSubject(case_number=asked.number),
            first_day=from_date(_day(asked.since)),
            every_entry=asked.every_entry,
        )
    )
    path = file or Path(answer.file_name)
    path.touch(mode=0o600)
    path.write_bytes(answer.pdf)
    return f"{path}: {len(answer.pdf):,} bytes, record {answer.content_hash[:16]}"


def _is_payment(row: pb.HistoryRow) -> bool:
    return row.movement == pb.MOVEMENT_PAYMENT


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _audience(name: str) -> Audience.ValueType:
    if name not in AUDIENCES:
        raise ValueError(f"--for: read {name}, expected one of {', '.join(AUDIENCES)}")
    return AUDIENCES[name]


def _print_owed(console: Console, obligations: Sequence[pb.ObligationStatement]) -> None:
    rows = []
    for one in obligations:
        kind = SupportType.Name(one.support_type).removeprefix("SUPPORT_TYPE_").lower()
        name = kind.replace("_", " ")
        if one.current_cents:
            rows.append((one.case_number, name, "this month's", money(one.current_cents)))
        rows += [
            (one.case_number, name, f"past due, {BUCKETS[b.bucket]}", money(b.amount_cents))
            for b in one.arrears
        ]
        if one.ahead_cents:
            rows.append((one.case_number, name, "paid ahead", money(-one.ahead_cents)))
    console.print(Text("\nWhat is owed", style="bold"))
    if rows:
        console.print(table(("Case", "Support", "Kind", "Dollars"), rows, amounts=(3,), wide=2))
    else:
        console.print("  nothing")


def _print_held(console: Console, held: Iterable[pb.HeldSum]) -> None:
    for one in held:
        why = one.reason.replace("_", " ")
        console.print(f"Held, of all cases ({why}): {money(one.amount_cents)}")


def _print_steps(console: Console, steps: Iterable[Step]) -> None:
    for step in steps:
        console.print(Text(f"\n{step.text}"))
        console.print(Text(f"{step.citation} [{step.rule_id}]", style="dim"))


def _print_message(message: Message) -> None:
    print_json(
        MessageToDict(
            message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
    )
