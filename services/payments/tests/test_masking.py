"""Who may know that money is a tax refund (26 USC 6103; IRS Publication 1075): masked, audited."""

from datetime import date

import pytest
from sqlalchemy import text

from chassis.runtime import Caller
from childsupport.common.v1 import explanation_pb2 as common
from childsupport.payments.v1 import payments_service_pb2 as pb
from payments_service.api import fti
from payments_service.api import reads as api
from payments_service.domain.model import Source
from payments_service.jobs import ledger as jobs
from payments_service.store.shown import SHOWN

TODAY = date(2026, 3, 6)
PARENT, WORKER = common.AUDIENCE_PARENT, common.AUDIENCE_WORKER
REFUND, WAGE = 1, 2
TELLING = ("tax", "offset", "refund", "irs", "dcl-08-43")


@pytest.fixture
def posted(world):
    """A refund and a withheld payment of the same amount, both for arrears of the State."""
    world.participants(world.participant(1), world.participant(2))
    for number in (1, 2):
        owed = world.obligation(number, 0, opening=[(2, 90_000)])
        world.cases(world.case(number, obligations=[owed], assistance=3, assistance_cents=90_000))
    world.take(
        *world.pages([world.line(REFUND, 5_000, obligor=1), world.line(WAGE, 5_000, obligor=2)])
    )
    with world.runtime.work() as work:
        work.session.execute(
            text("UPDATE receipt SET source = :source WHERE line_number = :line"),
            {"source": int(Source.FEDERAL_TAX_OFFSET), "line": REFUND},
        )
    world.settle()
    return world


def ask(world, method, request, *scopes, servicer=api.ReceiptReads):
    with world.runtime.work(Caller("worker-1", frozenset(scopes))) as work:
        return getattr(servicer(), method)(request, work)


def explain(world, number, audience, *scopes):
    receipt_id = world.line(number, 1, obligor=1).receipt_id
    request = pb.ExplainReceiptRequest(receipt_id=receipt_id, audience=audience)
    return ask(world, "ExplainReceipt", request, *scopes)


def records(world):
    with world.runtime.work() as work:
        rows = work.session.execute(text("SELECT caller, method, subject, outcome FROM audit"))
        return [tuple(row) for row in rows]


@pytest.mark.parametrize(("audience", "scopes"), [(PARENT, (fti.SCOPE,)), (WORKER, ())])
def test_a_refund_reads_like_any_other_money(posted, audience, scopes):
    """No source, no rule, no citation and no day tells it; the same shape as withheld money."""
    refund = explain(posted, REFUND, audience, *scopes)
    wage = explain(posted, WAGE, audience, *scopes)
    assert refund.receipt.source == wage.receipt.source == pb.RECEIPT_SOURCE_UNSPECIFIED
    said = str(refund).lower()
    assert [word for word in TELLING if word in said] == []
    rules = [
        {
            (step.rule_id, step.citation, step.confidence, step.text)
            for part in answer.receipt.allocations
            for step in part.steps
        }
        for answer in (refund, wage)
    ]
    assert rules[0] == rules[1]
    assert [s.rule_id for s in refund.steps] == [s.rule_id for s in wage.steps]
    assert records(posted) == []


def test_whoever_may_know_it_is_told_and_noted(posted):
    told = explain(posted, REFUND, WORKER, fti.SCOPE)
    assert told.receipt.source == pb.RECEIPT_SOURCE_FEDERAL_TAX_OFFSET
    steps = [step.rule_id for part in told.receipt.allocations for step in part.steps]
    assert "ky.distribution.hierarchy.federal_tax_offset.former_assistance.any.1" in steps
    assert told.steps[-1].rule_id == "us.sdu.offset"
    ((caller, method, subject, outcome),) = records(posted)
    assert (caller, outcome) == ("worker-1", SHOWN)
    assert method.endswith("ReceiptReadService/ExplainReceipt")
    assert subject == {"receipt_id": [told.receipt.receipt_id]}
    explain(posted, WAGE, WORKER, fti.SCOPE)
    assert len(records(posted)) == 1


def test_lists_and_single_receipts_are_masked_and_noted_alike(posted):
    listing = pb.ListReceiptsRequest(state=pb.RECEIPT_STATE_POSTED)
    hidden = ask(posted, "ListReceipts", listing, "payments.read").receipts
    assert {r.source for r in hidden} == {pb.RECEIPT_SOURCE_UNSPECIFIED}
    single = pb.GetReceiptRequest(receipt_id=hidden[0].receipt_id)
    assert ask(posted, "GetReceipt", single).receipt.source == pb.RECEIPT_SOURCE_UNSPECIFIED
    assert records(posted) == []
    shown = ask(posted, "ListReceipts", listing, fti.SCOPE).receipts
    assert {r.source for r in shown} == {
        pb.RECEIPT_SOURCE_FEDERAL_TAX_OFFSET,
        pb.RECEIPT_SOURCE_EMPLOYER,
    }
    ask(posted, "GetReceipt", single, fti.SCOPE)
    assert [outcome for *_, outcome in records(posted)] == [SHOWN, SHOWN]


def test_a_disbursement_is_masked_and_noted_too(posted):
    with posted.runtime.work() as work:
        jobs.disburse(work, TODAY)
    listed = ask(
        posted,
        "ListDisbursements",
        pb.ListDisbursementsRequest(business_date={"year": 2026, "month": 3, "day": 6}),
        servicer=api.DisbursementReads,
    )
    request = pb.ExplainDisbursementRequest(
        disbursement_id=listed.disbursements[0].disbursement_id, audience=WORKER
    )
    hidden = ask(posted, "ExplainDisbursement", request, servicer=api.DisbursementReads)
    assert len(hidden.parts) == 2
    assert [word for word in TELLING if word in str(hidden).lower()] == []
    assert records(posted) == []
    ask(posted, "ExplainDisbursement", request, fti.SCOPE, servicer=api.DisbursementReads)
    assert [outcome for *_, outcome in records(posted)] == [SHOWN]
