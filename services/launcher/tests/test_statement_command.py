"""`childsupport statement` and `sdu` over gRPC against a payments service: pages and JSON."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from chassis.dates import from_date
from chassis.grpc.server import build_server
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from childsupport.payments.v1.payments_service_pb2_grpc import ReceiptReadServiceStub
from childsupport.withholding.v1.events_pb2 import RemittanceLine, RemittancesReleased
from identity_service.registration import bootstrap_client
from identity_service.service import SERVICE as IDENTITY
from launcher.cli import app
from launcher.console import ADMINISTRATOR, channels
from payments_service.service import SERVICE as PAYMENTS

NUMBER = "0000000001"
TODAY = date(2026, 3, 6)
MAX_ROUNDS = 100
Run = Callable[..., Any]


def family() -> case_pb.Case:
    """A family that is owed 300.00 a month and 50.00 from before."""
    opening = case_pb.OpeningArrears(
        bucket=case_pb.ARREARS_BUCKET_NEVER_ASSIGNED,
        amount_cents=5_000,
        as_of=from_date(date(2026, 2, 28)),
    )
    obligation = case_pb.Obligation(
        obligation_id=derived_id("test", "obligation"),
        support_type=case_pb.SUPPORT_TYPE_CHILD,
        monthly_amount_cents=30_000,
        effective_from=from_date(date(2026, 3, 1)),
        opening_arrears=[opening],
    )
    case_id = derived_id("test", "case")
    order = case_pb.Order(
        order_id=derived_id("test", "order"), case_id=case_id, obligations=[obligation]
    )
    return case_pb.Case(
        case_id=case_id,
        case_number=NUMBER,
        case_type=case_pb.CASE_TYPE_IV_D,
        assistance_status=case_pb.ASSISTANCE_STATUS_NEVER,
        obligor_id=derived_id("test", "obligor"),
        obligee_id=derived_id("test", "obligee"),
        version=1,
        orders=[order],
    )


def remittance(cents: int) -> RemittancesReleased:
    line = RemittanceLine(
        receipt_id=derived_id("test", "receipt"),
        line_number=1,
        sequence=1,
        trace_number="1" * 15,
        amount_cents=cents,
        credited_cents=cents,
        pay_date=from_date(TODAY),
        obligor_id=derived_id("test", "obligor"),
    )
    return RemittancesReleased(
        submission_id=derived_id("test", "submission"),
        employer_id=derived_id("test", "employer"),
        employer_name="Synth Employer",
        page_number=1,
        page_count=1,
        file_amount_cents=cents,
        file_line_count=1,
        settlement_date=from_date(TODAY),
        lines=[line],
    )


@pytest.fixture
def run(
    runtime_for: Callable[..., Runtime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command against a payments service with one family and one payment of 310.00."""
    identity = runtime_for(IDENTITY)
    with identity.work() as work:
        secret = bootstrap_client(work, ADMINISTRATOR) or ""
    with ExitStack() as stack:
        server = build_server(identity)
        server.start()
        stack.callback(server.drain, 1.0)
        target = f"127.0.0.1:{server.port}"
        payments = runtime_for(PAYMENTS, identity_grpc_target=target)
        handlers = {handler.event: handler.handle for handler in PAYMENTS.handlers}
        for message in (CasesChanged(cases=[family()]), remittance(31_000)):
            with payments.work() as work:
                handlers[type(message)](message, work)
        for _ in range(MAX_ROUNDS):
            busy = False
            for timer in PAYMENTS.timers:
                with payments.work() as work:
                    busy = timer.run(work) or busy
            if not busy:
                break
        with payments.work() as work:
            work.session.execute(text("UPDATE receipt SET source = 6"))
        server = build_server(payments)
        server.start()
        stack.callback(server.drain, 1.0)
        monkeypatch.setenv("IDENTITY_GRPC_TARGET", target)
        monkeypatch.setenv("PAYMENTS_GRPC_TARGET", f"127.0.0.1:{server.port}")
        monkeypatch.setenv("CLIENT_SECRET", secret)
        monkeypatch.chdir(tmp_path)
        yield lambda *arguments: CliRunner().invoke(app, list(arguments))


def page(answer: Any, code: int = 0) -> str:
    """Return a page that fits 80 columns."""
    assert answer.exit_code == code, answer.output
    assert max(map(len, answer.stdout.splitlines())) <= 80
    return "\n".join(line.rstrip() for line in answer.stdout.splitlines())


def test_statements_of_a_case_fit_a_page_and_speak_json(run: Run, tmp_path: Path) -> None:
    account = page(run("statement", "account", NUMBER))
    assert "Charged" in account
    assert "42 USC 654a(e)(4)" in account
    payoff = page(run("statement", "payoff", NUMBER))
    assert payoff.startswith(f"Case {NUMBER}  payoff $")
    months = page(run("statement", "arrears", NUMBER))
    assert "2026-03" in months
    found = json.loads(run("statement", "account", NUMBER, "--json").stdout)
    assert int(found["closing_cents"]) == 35_000 - 31_000
    history = json.loads(run("statement", "history", NUMBER, "--all", "--json").stdout)
    assert [int(row["balance_cents"]) for row in history["rows"]] == [5_000, 35_000, 4_000]
    written = run("statement", "record", NUMBER, "record.pdf")
    assert written.stdout.startswith("record.pdf: ")
    assert (tmp_path / "record.pdf").read_bytes().startswith(b"%PDF")


def test_a_tax_refund_is_named_to_who_may_know_and_to_no_parent(run: Run) -> None:
    """26 USC 6103. That it was shown is recorded, so the method writes (over a real server)."""
    worker = page(run("statement", "history", NUMBER, "--all"))
    assert "Payment, federal tax refund" in worker
    parent = page(run("statement", "history", NUMBER, "--all", "--for", "parent"))
    assert "tax" not in parent
    assert "310.00" in parent
    wrong = run("statement", "history", NUMBER, "--for", "everybody")
    assert wrong.exit_code == 2
    assert "expected one of parent, worker, auditor" in wrong.stderr
    nobody = run("statement", "account", "0000000099")
    assert nobody.stderr.endswith("childsupport: case not found: 0000000099\n")


def test_a_receipt_out_of_a_refund_is_read_over_a_server(run: Run) -> None:
    """Recording the view is a write: a method that is declared to read only would fail."""
    with channels(Path(), "payments") as (payments,):
        stub = ReceiptReadServiceStub(payments)
        asked = payments_pb.GetReceiptRequest(receipt_id=derived_id("test", "receipt"))
        found = stub.GetReceipt(asked).receipt
        listed = payments_pb.ListReceiptsRequest(obligor_id=found.obligor_id)
        assert list(stub.ListReceipts(listed).receipts) == [found]
        explained = payments_pb.ExplainReceiptRequest(receipt_id=found.receipt_id)
        assert stub.ExplainReceipt(explained).receipt.source == found.source
    assert found.source == payments_pb.RECEIPT_SOURCE_FEDERAL_TAX_OFFSET


def test_reports_of_the_unit_fit_a_page_and_end_with_what_is_off(run: Run) -> None:
    assert "to be paid" in page(run("sdu", "undistributed", "--older", "0"))
    shown = page(run("sdu", "timeliness", "2026-03-01", "2026-03-31", "--late"))
    assert "nothing is counted" in shown
    quarter = page(run("sdu", "ocse-34", "2026-03-06", "--line", "2a"))
    assert "2a" in quarter
    assert "not known" in quarter
    off = page(
        run(
            "sdu", "record-bank", "2026-03-06",
            "--deposits", "310.01", "--electronic", "0", "--checks", "0",
        ),
        1,
    )  # fmt: skip
    assert "the bank took in $310.01, the books" in off
    page(run("sdu", "bank", "2026-03-01", "2026-03-31"), 1)
    days = json.loads(run("sdu", "bank", "2026-03-01", "2026-03-31", "--json").stdout)
    assert days["days"][0]["bank"]["deposits_cents"] == "31001"
    wrong = ("--deposits", "1.2", "--electronic", "0", "--checks", "0")
    bad = run("sdu", "record-bank", "2026-03-06", *wrong)
    assert bad.exit_code == 2
    assert "--deposits: read '1.2', expected dollars" in bad.stderr
