"""`childsupport bank`: what the bank sends back, brought to a running platform."""

import json
from pathlib import Path
from typing import Annotated

import typer

from launcher.told import told

bank_app = typer.Typer(
    no_args_is_help=True,
    help="What the bank says of payments that went out.",
)

UP = Path("var") / "up"
TIMEOUT_SECONDS = 120
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE")]
DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder of the `childsupport up` to ask.")
]


@bank_app.command("returns")
def returns(file: FileArgument, *, data: DataOption = UP) -> None:
    """Take a Nacha file of returned payments and notifications of change; safe to repeat."""
    from childsupport.payments.v1 import disbursement_service_pb2 as pb
    from childsupport.payments.v1.disbursement_service_pb2_grpc import BankFileServiceStub
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        request = pb.TakeReturnsRequest(content=file.read_bytes())
        done = BankFileServiceStub(payments).TakeReturns(request, timeout=TIMEOUT_SECONDS)
    _say(
        returned=done.returned,
        returned_cents=done.returned_cents,
        tests_failed=done.tests_failed,
        changes=done.changes,
        known=done.known,
        unmatched=done.unmatched,
    )


@bank_app.command("paid")
def paid(file: FileArgument, *, data: DataOption = UP) -> None:
    """Take the bank's list of checks that it paid (CSV); safe to repeat."""
    from childsupport.payments.v1 import disbursement_service_pb2 as pb
    from childsupport.payments.v1.disbursement_service_pb2_grpc import BankFileServiceStub
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        request = pb.TakePaidChecksRequest(content=file.read_bytes())
        done = BankFileServiceStub(payments).TakePaidChecks(request, timeout=TIMEOUT_SECONDS)
    _say(
        cleared=done.cleared,
        cleared_cents=done.cleared_cents,
        known=done.known,
        unmatched=done.unmatched,
    )


@bank_app.command("unmatched")
def unmatched(*, data: DataOption = UP) -> None:
    """List what the bank sent and that fits no payment, each with why."""
    from childsupport.payments.v1 import disbursement_service_pb2 as pb
    from childsupport.payments.v1.disbursement_service_pb2_grpc import PayeeReadServiceStub
    from launcher.console import channels

    token = ""
    with told("payments"), channels(data, "payments") as (payments,):
        while True:
            request = pb.ListUnmatchedBankItemsRequest(page_token=token)
            page = PayeeReadServiceStub(payments).ListUnmatchedBankItems(
                request, timeout=TIMEOUT_SECONDS
            )
            for item in page.items:
                typer.echo(
                    f"{item.kind} {item.code or '-'} {item.reference} {item.amount_cents}:"
                    f" {item.outcome}"
                )
            token = page.next_page_token
            if not token:
                return


def _say(**done: int) -> None:
    typer.echo(json.dumps(done))
