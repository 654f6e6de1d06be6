"""The pages of `childsupport ledger`: for people, in 80 columns and more; JSON for programs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from typing import Any

import grpc
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from chassis.dates import from_date
from childsupport.payments.v1 import proof_service_pb2 as pb
from childsupport.payments.v1.proof_service_pb2_grpc import LedgerProofReadServiceStub
from launcher.proving import TIMEOUT_SECONDS, Proof, Say
from launcher.tables import money, page_console, print_json, table

BOOKS = {
    "support": "Support book: what is owed (debit), and why (credit)",
    "cash": "Cash book: money at the bank (debit), and whose it is (credit)",
}


@contextmanager
def progress(*, quiet: bool) -> Iterator[Say]:
    """Show on standard error how far a long work is; nothing into a pipe."""
    error = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=error, transient=True, disable=quiet or not error.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done - 1, total=total
        )


def show_proof(proof: Proof, *, as_json: bool) -> None:
    """Print what was proved, and a sentence for everything that does not hold."""
    if as_json:
        print_json(proof.facts())
        return
    console = page_console()
    print_proof(proof.facts(), console)
    if proof.findings:
        console.print(Text(f"\n{len(proof.findings)} findings.", style="bold red"))
    else:
        console.print(Text("\nThe books hold.", style="bold green"))


def print_proof(facts: Mapping[str, Any], console: Console) -> None:
    """Print each part of a proof, and under it what does not hold."""
    for part in facts["parts"]:
        mark = Text("no ", style="bold red") if part["findings"] else Text("yes", style="green")
        seen = f"  ({part['looked_at']:,} {part['of']})" if part["of"] else ""
        console.print(Text.assemble(mark, f"  {part['part']}{seen}"))
        for finding in part["findings"]:
            console.print(Padding(Text(finding), (0, 0, 0, 5)))


def read_as_of(
    channel: grpc.Channel, day: date, known: date, obligor_id: str
) -> Sequence[pb.AccountSum]:
    """Read every account as of a day. Raises PlatformError."""
    request = pb.GetLedgerAsOfRequest(
        as_of=from_date(day), known=from_date(known), obligor_id=obligor_id
    )
    stub = LedgerProofReadServiceStub(channel)
    return stub.GetLedgerAsOf(request, timeout=TIMEOUT_SECONDS).accounts


def show_as_of(accounts: Sequence[pb.AccountSum], day: date, known: date, *, as_json: bool) -> None:
    """Print the accounts of both books."""
    if as_json:
        listed = [
            {
                "book": a.book,
                "account": a.account,
                "effective_cents": a.effective_cents,
                "known_cents": a.known_cents,
            }
            for a in accounts
        ]
        print_json({"as_of": day, "known": known, "accounts": listed})
        return
    console = page_console()
    console.print(Text(f"The ledger as of {day}", style="bold"))
    for book, group in groupby(accounts, key=lambda a: a.book):
        rows = [
            (
                a.account.replace("_", " "),
                money(a.effective_cents),
                money(a.known_cents),
                money(a.effective_cents - a.known_cents, plain_zero=False),
            )
            for a in group
        ]
        console.print(f"\n{BOOKS.get(book, book)}")
        heads = ("Account", "As known now", f"Known on {known}", "Posted later")
        console.print(table(heads, rows, amounts=(1, 2, 3), wide=0))
    if not accounts:
        console.print("\nNothing was in effect.")
