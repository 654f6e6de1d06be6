"""What the service answers: receipts, reasons for each audience, totals, balances, payments out."""

from datetime import date

import pytest

from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.grpc import contract
from chassis.ids import derived_id
from chassis.runtime import Caller
from childsupport.common.v1 import explanation_pb2 as common
from childsupport.payments.v1 import payments_service_pb2 as pb
from payments_service.api import fti
from payments_service.api import reads as api
from payments_service.jobs import ledger as jobs
from payments_service.service import SERVICE

TODAY = date(2026, 3, 6)


@pytest.fixture
def paid(world):
    """Two cases, four receipts: one with a fee and an excess, one in suspense; paid out."""
    world.participants(world.participant(1), world.participant(2, account=False))
    world.cases(
        world.case(1, obligations=[world.obligation(1, 60_000, opening=[(1, 5_000)])]),
        world.case(
            2, obligations=[world.obligation(2, 30_000)], assistance=2, assistance_cents=8_000
        ),
    )
    lines = [
        world.line(1, 70_000, obligor=1),
        world.line(2, 10_000, obligor=2),
        world.line(3, 9_800, credited=10_000, obligor=2),
        world.line(4, 777, obligor=None, reason=2),
    ]
    world.take(*world.pages(lines))
    world.settle()
    with world.runtime.work() as work:
        jobs.disburse(work, TODAY)
    return world


def call(world, servicer, method, request, *scopes):
    with world.runtime.work(Caller("worker-1", frozenset(scopes))) as work:
        return getattr(servicer, method)(request, work)


def receipt_ids(world):
    lines = world.pages([world.line(n, 1, obligor=1) for n in range(1, 5)])[0].lines
    return [line.receipt_id for line in lines]


def explained(world, number, audience=common.AUDIENCE_UNSPECIFIED, *scopes):
    request = pb.ExplainReceiptRequest(receipt_id=receipt_ids(world)[number - 1], audience=audience)
    return call(world, api.ReceiptReads(), "ExplainReceipt", request, *scopes)


def test_every_method_of_the_contract_is_answered():
    for servicer in SERVICE.servicers:
        assert contract.methods(servicer)


def test_each_cent_is_explained_by_rule_and_authority(paid):
    answer = explained(paid, 1, common.AUDIENCE_UNSPECIFIED, fti.SCOPE)
    parts = answer.receipt.allocations
    assert sum(part.amount_cents for part in parts) == 70_000
    assert [(p.payee_kind, p.current, p.amount_cents) for p in parts] == [
        (pb.PAYEE_KIND_FAMILY, True, 56_500),
        (pb.PAYEE_KIND_FAMILY, False, 5_000),
        (pb.PAYEE_KIND_FEE, True, 3_500),
        (pb.PAYEE_KIND_HELD, False, 5_000),
    ]
    assert [p.hold_reason for p in parts] == ["", "", "", "excess"]
    rules = [[step.rule_id for step in part.steps] for part in parts]
    assert rules[2] == ["ky.allocation.withheld.current", "ky.fee.annual"]
    for part in parts:
        for step in part.steps:
            assert step.citation
            assert step.text
            assert step.rule_checksum
    fee = parts[2].steps[-1]
    assert "KRS 15.810" in fee.citation
    assert fee.inputs["threshold_cents"] == "55000"
    assert [step.rule_id for step in answer.steps] == [
        "ky.collection_date.basis",
        "us.sdu.disburse",
    ]
    assert "2026-03-10" in answer.steps[1].text


def test_what_is_held_for_want_of_an_address_says_so_until_it_is_released(world):
    world.participants(world.participant(1, account=False, address=False))
    world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
    world.take(*world.pages([world.line(1, 500, obligor=1)]))
    world.settle()
    with world.runtime.work() as work:
        jobs.disburse(work, TODAY)
    (part,) = explained(world, 1).receipt.allocations
    assert (part.payee_kind, part.hold_reason) == (pb.PAYEE_KIND_FAMILY, "no_payee_address")
    world.participants(world.participant(1, version=2))
    world.settle()
    (part,) = explained(world, 1).receipt.allocations
    assert part.hold_reason == ""


def test_a_parent_reads_plain_words_and_an_auditor_the_citation(paid):
    parent = explained(paid, 1, common.AUDIENCE_PARENT).receipt.allocations[0].steps
    auditor = explained(paid, 1, common.AUDIENCE_AUDITOR).receipt.allocations[0].steps
    assert parent[0].text.startswith(
        "Support of the running month comes first. $600.00 went to this month's child support."
    )
    assert "921 KAR 1:420" in auditor[0].text
    assert "KAR" not in " ".join(step.text for step in parent)


def test_the_state_limit_and_cost_recovery_are_explained(paid):
    over = explained(paid, 2).receipt.allocations
    assert [(p.payee_kind, p.amount_cents) for p in over] == [
        (pb.PAYEE_KIND_STATE, 8_000),
        (pb.PAYEE_KIND_FAMILY, 2_000),
    ]
    assert "$20.00 of $100.00 above the unreimbursed" in " ".join(s.text for s in over[1].steps)
    recovered = explained(paid, 3)
    assert recovered.receipt.credited_cents == 10_000
    assert recovered.steps[-1].inputs["credited_cents"] == "10000"


def test_a_suspended_receipt_says_why_it_waits(paid):
    answer = explained(paid, 4)
    assert answer.receipt.state == pb.RECEIPT_STATE_SUSPENDED
    assert (answer.receipt.reason, answer.receipt.detail) == (2, "Test.")
    assert not answer.receipt.allocations


def test_receipts_are_listed_in_pages(paid):
    submission = paid.pages([paid.line(1, 1, obligor=1)])[0].submission_id
    found, token = [], ""
    for _ in range(4):
        request = pb.ListReceiptsRequest(submission_id=submission, page_size=1, page_token=token)
        page = call(paid, api.ReceiptReads(), "ListReceipts", request)
        found += [receipt.line_number for receipt in page.receipts]
        token = page.next_page_token
    assert (found, token) == ([1, 2, 3, 4], "")
    request = pb.ListReceiptsRequest(state=pb.RECEIPT_STATE_SUSPENDED)
    (receipt,) = call(paid, api.ReceiptReads(), "ListReceipts", request).receipts
    assert receipt.amount_cents == 777


def test_the_totals_add_up(paid):
    totals = call(paid, api.LedgerReads(), "GetTotals", pb.GetTotalsRequest())
    assert totals.balanced
    assert totals.received_cents == 70_000 + 10_000 + 9_800 + 777
    assert totals.retained_cents == 8_000 + 3_500
    assert totals.received_cents == (
        totals.disbursed_cents + totals.held_cents + totals.suspense_cents + totals.payable_cents
    )
    earlier = pb.GetTotalsRequest(posting_date=from_date(date(2026, 3, 5)))
    assert call(paid, api.LedgerReads(), "GetTotals", earlier).received_cents == 0


def test_balances_are_listed_by_obligation_and_bucket(paid):
    obligor = paid.line(1, 1, obligor=2).obligor_id
    request = pb.ListBalancesRequest(obligor_id=obligor)
    (balance,) = call(paid, api.LedgerReads(), "ListBalances", request).balances
    assert (balance.due_cents, balance.current, balance.month.month) == (10_000, True, 3)


def test_a_disbursement_is_listed_and_explained(paid):
    request = pb.ListDisbursementsRequest(business_date=from_date(TODAY), page_size=2)
    first = call(paid, api.DisbursementReads(), "ListDisbursements", request)
    request.page_token = first.next_page_token
    second = call(paid, api.DisbursementReads(), "ListDisbursements", request)
    listed = [*first.disbursements, *second.disbursements]
    kinds = sorted(payment.payee_kind for payment in listed)
    assert kinds == [1, 1, 2, 4]
    for payment in listed:
        request = pb.ExplainDisbursementRequest(disbursement_id=payment.disbursement_id)
        answer = call(paid, api.DisbursementReads(), "ExplainDisbursement", request)
        assert sum(p.allocation.amount_cents for p in answer.parts) == payment.amount_cents
        assert all(part.allocation.steps for part in answer.parts)


@pytest.mark.parametrize(
    ("servicer", "method", "request_", "field"),
    [
        (api.ReceiptReads(), "GetReceipt", pb.GetReceiptRequest(receipt_id="x"), "receipt_id"),
        (api.ReceiptReads(), "ListReceipts", pb.ListReceiptsRequest(), "submission_id"),
        (
            api.DisbursementReads(),
            "ListDisbursements",
            pb.ListDisbursementsRequest(),
            "business_date",
        ),
    ],
)
def test_what_is_wrong_with_a_request_is_said_by_field(world, servicer, method, request_, field):
    with pytest.raises(PlatformError) as error:
        call(world, servicer, method, request_)
    assert error.value.violations[0].field == field


def test_what_does_not_exist_is_not_found(world):
    request = pb.GetReceiptRequest(receipt_id=derived_id("nothing"))
    with pytest.raises(PlatformError, match="receipt not found"):
        call(world, api.ReceiptReads(), "GetReceipt", request)
