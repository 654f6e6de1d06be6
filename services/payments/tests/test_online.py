"""Payments online: nobody is charged twice or for nothing, whatever fails on the way."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.payments.v1 import online_payment_service_pb2 as online_pb
from childsupport.payments.v1 import payments_service_pb2 as pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from payments_service.actions.online import ask_gateway
from payments_service.api.online import OnlinePayments
from payments_service.api.reads import LedgerReads, ReceiptReads
from payments_service.gateway import SandboxGateway, gateway_of
from payments_service.service import SERVICE
from payments_service.settings import PaymentsSettings

TODAY = date(2026, 3, 6)
OBLIGOR = str(uuid.uuid5(uuid.NAMESPACE_OID, "obligor/1"))
STRANGER = str(uuid.uuid5(uuid.NAMESPACE_OID, "obligor/9"))


@pytest.fixture
def world(world, runtime_for):
    """One obligor who owes; the sandbox charges."""
    world.runtime = runtime_for(SERVICE, payment_gateway="sandbox")
    world.cases(world.case(1, obligations=[world.obligation(1, 60_000, opening=[(1, 50_000)])]))
    world.settle()
    return world


def call(world, servicer, method, request):
    with world.runtime.work(Caller("portal")) as work:
        return getattr(servicer, method)(request, work)


def pay(world, how="ok", cents=10_000, obligor=OBLIGOR, card=True):
    instrument = receipt_pb.INSTRUMENT_CARD if card else receipt_pb.INSTRUMENT_BANK_DEBIT
    request = online_pb.StartOnlinePaymentRequest(
        obligor_id=obligor, amount_cents=cents, instrument=instrument, gateway_token=how
    )
    return call(world, OnlinePayments(), "StartOnlinePayment", request).payment.payment_id


def payment(world, id_, obligor=OBLIGOR):
    request = online_pb.GetOnlinePaymentRequest(payment_id=id_, obligor_id=obligor)
    return call(world, OnlinePayments(), "GetOnlinePayment", request).payment


def later(world, **by):
    world.runtime.clock.advance(timedelta(**by))
    world.settle()


def gateway(world):
    return gateway_of(world.runtime.settings)


def totals(world):
    found = call(world, LedgerReads(), "GetTotals", pb.GetTotalsRequest())
    assert list(found.findings) == []
    return found


def receipts(world):
    with world.runtime.work() as work:
        return work.session.execute(text("SELECT amount_cents, source FROM receipt")).all()


def test_an_approved_payment_is_one_receipt_and_is_posted(world):
    id_ = pay(world)
    assert payment(world, id_).state == online_pb.ONLINE_PAYMENT_STATE_STARTED
    assert not gateway(world).charges()
    world.settle()
    done = payment(world, id_)
    assert done.state == online_pb.ONLINE_PAYMENT_STATE_APPROVED
    # Charged on Friday the 6th, there on the next banking day after the 7th.
    assert (done.settlement_date.month, done.settlement_date.day) == (3, 9)
    posted = call(
        world, ReceiptReads(), "GetReceipt", pb.GetReceiptRequest(receipt_id=done.receipt_id)
    ).receipt
    assert (posted.state, posted.obligor_id) == (pb.RECEIPT_STATE_POSTED, OBLIGOR)
    assert receipts(world) == [(10_000, pb.RECEIPT_SOURCE_ONLINE)]
    assert totals(world).received_cents == 10_000


def test_a_declined_payment_moves_nothing(world):
    id_ = pay(world, "declined")
    world.settle()
    done = payment(world, id_)
    assert (done.state, done.decline_code) == (
        online_pb.ONLINE_PAYMENT_STATE_DECLINED,
        "insufficient_funds",
    )
    assert "Nothing was charged" in done.message
    assert receipts(world) == gateway(world).charges() == []


@pytest.mark.parametrize("token", ["answer_lost", "request_lost"])
def test_an_unknown_outcome_is_asked_again_and_charged_once(world, token):
    id_ = pay(world, token)
    world.settle()
    assert payment(world, id_).state == online_pb.ONLINE_PAYMENT_STATE_UNKNOWN
    assert receipts(world) == []
    later(world, seconds=4)
    assert payment(world, id_).state == online_pb.ONLINE_PAYMENT_STATE_UNKNOWN
    later(world, seconds=2)
    assert payment(world, id_).state == online_pb.ONLINE_PAYMENT_STATE_APPROVED
    assert len(gateway(world).charges()) == len(receipts(world)) == 1


def asked_and_died(world):
    with world.runtime.work() as work:
        ask_gateway(work)
        raise RuntimeError("died before the commit")


def test_who_dies_between_the_charge_and_the_commit_charges_nobody_twice(world):
    id_ = pay(world)
    with pytest.raises(RuntimeError, match="died"):
        asked_and_died(world)
    assert len(gateway(world).charges()) == 1
    assert receipts(world) == []
    world.settle()
    assert payment(world, id_).state == online_pb.ONLINE_PAYMENT_STATE_APPROVED
    assert len(gateway(world).charges()) == len(receipts(world)) == 1


def test_a_gateway_that_stays_silent_for_a_day_is_told_to_charge_nothing(world):
    id_ = pay(world, "silent")
    world.settle()
    later(world, hours=1)
    assert payment(world, id_).state == online_pb.ONLINE_PAYMENT_STATE_UNKNOWN
    later(world, hours=23)
    done = payment(world, id_)
    assert done.state == online_pb.ONLINE_PAYMENT_STATE_EXPIRED
    assert receipts(world) == gateway(world).charges() == []
    late = gateway(world).charge(id_, 10_000, 6, "ok", TODAY)
    assert late.code == "voided"


def test_a_waiting_payment_does_not_keep_others_waiting(world):
    pay(world, "silent")
    second = pay(world)
    world.settle()
    assert payment(world, second).state == online_pb.ONLINE_PAYMENT_STATE_APPROVED


def test_a_charged_back_payment_is_taken_out_of_the_books_once(world):
    id_ = pay(world, "charged_back")
    world.settle()
    assert totals(world).received_cents == 10_000
    for _ in range(2):
        later(world, days=7)
        done = payment(world, id_)
        assert done.state == online_pb.ONLINE_PAYMENT_STATE_CHARGED_BACK
        back = call(
            world, ReceiptReads(), "GetReceipt", pb.GetReceiptRequest(receipt_id=done.receipt_id)
        ).receipt
        assert back.state == pb.RECEIPT_STATE_REVERSED
        assert totals(world).received_cents == 0


def test_the_token_is_kept_encrypted_and_no_longer_than_it_is_needed(world):
    id_ = pay(world, "secret-token")
    with world.runtime.work() as work:
        kept = work.session.scalar(text("SELECT token FROM online_payment"))
    assert b"secret-token" not in bytes(kept)
    world.settle()
    assert payment(world, id_).state == online_pb.ONLINE_PAYMENT_STATE_APPROVED
    with world.runtime.work() as work:
        assert work.session.scalar(text("SELECT token FROM online_payment")) is None


def test_a_payer_sees_his_own_payments_only(world):
    ids = [pay(world, cents=n) for n in (1, 2, 3)]
    with pytest.raises(PlatformError, match="payment not found"):
        payment(world, ids[0], obligor=STRANGER)
    request = online_pb.ListOnlinePaymentsRequest(obligor_id=OBLIGOR, page_size=2)
    page = call(world, OnlinePayments(), "ListOnlinePayments", request)
    assert len(page.payments) == 2
    request.page_token = page.next_page_token
    rest = call(world, OnlinePayments(), "ListOnlinePayments", request)
    assert {p.payment_id for p in (*page.payments, *rest.payments)} == set(ids)


def test_what_is_wrong_with_a_payment_is_said_by_field(world):
    for given, field in (
        ({"cents": 0}, "amount_cents"),
        ({"obligor": STRANGER}, "obligor_id"),
        ({"how": ""}, "gateway_token"),
    ):
        with pytest.raises(PlatformError) as error:
            pay(world, **given)
        assert error.value.violations[0].field == field


def test_without_a_gateway_no_payment_is_taken(world, runtime_for):
    world.runtime = runtime_for(SERVICE)
    with pytest.raises(PlatformError, match="no payment gateway is set"):
        pay(world)
    assert gateway_of(PaymentsSettings.model_construct(payment_gateway="")) is None


def test_the_sandbox_keeps_its_promises_to_whoever_asks_twice(tmp_path):
    sandbox = SandboxGateway(tmp_path)
    key = str(uuid.uuid4())
    first = sandbox.charge(key, 100, 6, "ok", TODAY)
    assert sandbox.charge(key, 999, 7, "declined", TODAY) == first == sandbox.look_up(key)
    assert not sandbox.void(key)
    assert [charge.cents for charge in sandbox.charges()] == [100]
