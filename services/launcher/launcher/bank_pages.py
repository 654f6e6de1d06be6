"""The pages of `childsupport bank`: for people, in 80 columns and more; JSON for programs."""

import grpc

from childsupport.payments.v1 import disbursement_service_pb2 as pb
from childsupport.payments.v1.disbursement_service_pb2_grpc import (
    BankFileServiceStub,
    PayeeReadServiceStub,
)
from launcher.tables import money, page_console, print_json, table

TIMEOUT_SECONDS = 120
PAGE_SIZE = 500
MAX_PAGES = 1_000


def take_returns(channel: grpc.Channel, content: bytes, *, as_json: bool) -> None:
    """Take a file of returns; prints what became of it. Raises PlatformError."""
    request = pb.TakeReturnsRequest(content=content)
    done = BankFileServiceStub(channel).TakeReturns(request, timeout=TIMEOUT_SECONDS)
    if as_json:
        print_json(
            {
                "returned": done.returned,
                "returned_cents": done.returned_cents,
                "tests_failed": done.tests_failed,
                "changes": done.changes,
                "known": done.known,
                "unmatched": done.unmatched,
            }
        )
        return
    _print_taken(
        ("payments returned", done.returned, money(done.returned_cents)),
        ("tests of an account that failed", done.tests_failed, ""),
        ("changes of an account", done.changes, ""),
        ("taken before", done.known, ""),
        ("fit no payment", done.unmatched, ""),
    )


def take_paid(channel: grpc.Channel, content: bytes, *, as_json: bool) -> None:
    """Take a list of paid checks; prints what became of it. Raises PlatformError."""
    request = pb.TakePaidChecksRequest(content=content)
    done = BankFileServiceStub(channel).TakePaidChecks(request, timeout=TIMEOUT_SECONDS)
    if as_json:
        print_json(
            {
                "cleared": done.cleared,
                "cleared_cents": done.cleared_cents,
                "known": done.known,
                "unmatched": done.unmatched,
            }
        )
        return
    _print_taken(
        ("checks paid by the bank", done.cleared, money(done.cleared_cents)),
        ("taken before", done.known, ""),
        ("fit no check", done.unmatched, ""),
    )


def show_unmatched(channel: grpc.Channel, *, as_json: bool) -> None:
    """Print what fits no payment. Raises PlatformError."""
    stub = PayeeReadServiceStub(channel)
    request = pb.ListUnmatchedBankItemsRequest(page_size=PAGE_SIZE)
    items: list[pb.BankItem] = []
    for _ in range(MAX_PAGES):
        page = stub.ListUnmatchedBankItems(request, timeout=TIMEOUT_SECONDS)
        items.extend(page.items)
        request.page_token = page.next_page_token
        if not request.page_token:
            break
    if as_json:
        listed = [
            {
                "kind": item.kind,
                "code": item.code,
                "reference": item.reference,
                "amount_cents": item.amount_cents,
                "outcome": item.outcome,
            }
            for item in items
        ]
        print_json({"items": listed})
        return
    console = page_console()
    if not items:
        console.print("All that the bank sent fits a payment.")
        return
    rows = [
        (item.kind, item.code, item.reference, money(item.amount_cents), item.outcome)
        for item in items
    ]
    heads = ("Kind", "Code", "Reference", "Dollars", "Why")
    console.print(table(heads, rows, amounts=(3,), wide=4))


def _print_taken(*rows: tuple[str, int, str]) -> None:
    listed = [(what, f"{count:,}", dollars) for what, count, dollars in rows]
    page_console().print(table(("", "Items", "Dollars"), listed, amounts=(1, 2), wide=0))
    if rows[-1][1]:
        page_console().print("\n`childsupport bank unmatched` lists what fits nothing.")
