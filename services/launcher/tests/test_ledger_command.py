"""`childsupport ledger` over gRPC against four services: what holds, what does not, and as of."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from case_service.service import SERVICE as CASE
from chassis.dates import from_date
from chassis.grpc.server import build_server
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged
from childsupport.payments.v1 import events_pb2 as events
from enforcement_service.service import SERVICE as ENFORCEMENT
from identity_service.registration import bootstrap_client
from identity_service.service import SERVICE as IDENTITY
from launcher.cli import app
from launcher.console import ADMINISTRATOR
from notification_service.service import SERVICE as NOTIFICATION
from payments_service.service import SERVICE as PAYMENTS

Run = Callable[..., Any]
OBLIGATION = derived_id("test", "obligation")


def give(runtime: Runtime, message: Any) -> None:
    """Give an event to a service's handler."""
    for handler in runtime.service.handlers:
        if handler.event is type(message):
            with runtime.work() as work:
                handler.handle(message, work)


def told(runtime: Runtime, kind: type[Any]) -> Iterator[Any]:
    """Return the events of a kind that a service has told."""
    with runtime.work() as work:
        bodies = work.session.scalars(
            text("SELECT body FROM outbox WHERE type = :type ORDER BY id"),
            {"type": kind.DESCRIPTOR.full_name},
        ).all()
    yield from (kind.FromString(bytes(body)) for body in bodies)


def family() -> case_pb.Case:
    """A case of one family that owes 500.00 from before."""
    return case_pb.Case(
        case_id=derived_id("test", "case"),
        case_number="0000000001",
        case_type=case_pb.CASE_TYPE_IV_D,
        assistance_status=case_pb.ASSISTANCE_STATUS_NEVER,
        obligor_id=derived_id("test", "obligor"),
        obligee_id=derived_id("test", "obligee"),
        version=1,
        orders=[
            case_pb.Order(
                order_id=derived_id("test", "order"),
                case_id=derived_id("test", "case"),
                obligations=[
                    case_pb.Obligation(
                        obligation_id=OBLIGATION,
                        support_type=case_pb.SUPPORT_TYPE_CHILD,
                        monthly_amount_cents=30_000,
                        effective_from=from_date(date(2026, 3, 1)),
                        opening_arrears=[
                            case_pb.OpeningArrears(
                                bucket=case_pb.ARREARS_BUCKET_NEVER_ASSIGNED,
                                amount_cents=50_000,
                                as_of=from_date(date(2026, 2, 28)),
                            )
                        ],
                    )
                ],
            )
        ],
    )


@pytest.fixture
def services(runtime_for: Callable[..., Runtime]) -> Iterator[dict[str, Runtime]]:
    """Identity, and the four services that the proof asks, with a debt that all of them know."""
    identity = runtime_for(IDENTITY)
    with identity.work() as work:
        secret = bootstrap_client(work, ADMINISTRATOR) or ""
    with ExitStack() as stack:
        server = build_server(identity)
        server.start()
        stack.callback(server.drain, 1.0)
        target = f"127.0.0.1:{server.port}"
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("IDENTITY_GRPC_TARGET", target)
        patch.setenv("CLIENT_SECRET", secret)
        made = {}
        for service in (PAYMENTS, CASE, ENFORCEMENT, NOTIFICATION):
            made[service.name] = runtime_for(service, identity_grpc_target=target)
            server = build_server(made[service.name])
            server.start()
            stack.callback(server.drain, 1.0)
            patch.setenv(f"{service.name.upper()}_GRPC_TARGET", f"127.0.0.1:{server.port}")
        payments = made["payments"]
        give(payments, CasesChanged(cases=[family()]))
        for timer in PAYMENTS.timers:
            with payments.work() as work:
                timer.run(work)
        for message in told(payments, events.ObligationsCharged):
            give(made["case"], message)
            give(made["enforcement"], message)
        yield made


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["ledger", *arguments])


@pytest.mark.usefixtures("services")
def test_books_that_hold_end_with_zero_in_eighty_columns() -> None:
    answer = run("verify")
    assert answer.exit_code == 0, answer.output
    lines = answer.stdout.splitlines()
    assert lines[-1] == "The books hold."
    assert max(map(len, lines)) <= 80
    assert any("Enforcement holds the balances that the ledger has" in line for line in lines)
    found = json.loads(run("verify", "--json").stdout)
    assert found["holds"] is True
    assert {p["part"]: p["looked_at"] for p in found["parts"]}[
        "Case holds the balances that the ledger has"
    ] > 0


def test_what_a_service_holds_otherwise_is_a_sentence_and_the_exit_code(
    services: dict[str, Runtime],
) -> None:
    with services["enforcement"].work() as work:
        work.session.execute(text("UPDATE known_balance SET due_cents = due_cents + 1"))
    with services["case"].work() as work:
        work.session.execute(text("UPDATE known_balance SET version = 0, due_cents = 7"))
    payment = derived_id("test", "payment")
    with services["notification"].work() as work:
        work.session.execute(
            text(
                "INSERT INTO inbox_entry (entry_id, participant_id, kind, about_id, facts,"
                " create_time, email_state, email_due_at) VALUES (:id, :id, 'payment_sent', :id,"
                " '', now(), 'off', now())"
            ),
            {"id": payment},
        )
    answer = run("verify", "--json", "--wait", "0")
    assert answer.exit_code == 1
    findings = json.loads(answer.stdout)["findings"]
    assert any(
        f"Obligation {OBLIGATION}, NA: enforcement holds $500.01, the ledger $500.00" in f
        and "did not come from the ledger" in f
        for f in findings
    )
    assert any("case holds $0.07" in f and "an event is late or lost" in f for f in findings)
    assert f"A family was told of payment {payment}; the ledger has none." in findings
    shown = run("verify", "--wait", "0").stdout.splitlines()
    assert max(map(len, shown)) <= 80
    assert shown[-1] == f"{len(findings)} findings."


@pytest.mark.usefixtures("services")
def test_the_ledger_as_of_a_day() -> None:
    answer = run("as-of", "2026-03-06", "--known", "2026-03-06")
    assert answer.exit_code == 0, answer.output
    assert max(map(len, answer.stdout.splitlines())) <= 80
    assert "Support book" in answer.stdout
    found = json.loads(run("as-of", "2026-03-06", "--json").stdout)
    sums = {a["account"]: a["effective_cents"] for a in found["accounts"]}
    assert sums["opening"] == -50_000
    assert "Nothing was in effect." in run("as-of", "2020-01-01").stdout
