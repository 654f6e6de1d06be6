"""Two people means two: what is proposed is seen, decided once, and still fits the facts.

DESIGN section 7: refunds, releases from suspense and changes of where money goes take two people.
"""

import threading
import uuid

import pytest
from sqlalchemy import text

from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.payments.v1 import correction_service_pb2 as correction_pb
from childsupport.payments.v1 import disbursement_service_pb2 as pay_pb
from childsupport.payments.v1 import payments_service_pb2 as pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from childsupport.payments.v1 import suspense_service_pb2 as suspense_pb
from payments_service.actions import correcting
from payments_service.api.corrections import Corrections
from payments_service.api.paying import Payees
from payments_service.api.receiving import Receiving
from payments_service.api.suspense_work import SuspenseReads, SuspenseWork
from payments_service.store import totals

ROUTING = "123456780"
SENDER = receipt_pb.Sender(
    name="Synth Insurer",
    address=case_pb.PostalAddress(line1="1 Elm", city="Frankfort", state="KY", zip_code="40601"),
)


def make_id(kind, number):
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}/{number}"))


PAYEE = make_id("obligee", 1)
AGENCY = make_id("agency", 1)


@pytest.fixture
def world(world):
    """Two obligors with a case each."""
    people = [world.participant(n, kind=kind) for n in (1, 2) for kind in ("obligor", "obligee")]
    world.participants(*people)
    world.cases(*(world.case(n, obligations=[world.obligation(n, 60_000)]) for n in (1, 2)))
    world.settle()
    return world


def call(world, servicer, method, request, by="first"):
    with world.runtime.work(Caller(by)) as work:
        return getattr(servicer, method)(request, work)


def record(world, identifier="unknown 9", reference="1"):
    request = receipt_pb.RecordReceiptRequest(
        source=pb.RECEIPT_SOURCE_INSURANCE,
        instrument=receipt_pb.INSTRUMENT_CHECK,
        amount_cents=10_000,
        received_on=from_date(world.runtime.clock.today()),
        reference=reference,
        identity=receipt_pb.PayerIdentity(case_identifier=identifier),
        sender=SENDER,
    )
    receipt_id = call(world, Receiving(), "RecordReceipt", request).receipt.receipt_id
    world.settle()
    return receipt_id


def sound(world):
    with world.runtime.work() as work:
        assert list(totals.verify(work.session).findings) == []


def at_once(count, do):
    """Run something in threads that begin together; returns what each gave or was refused with."""
    gate, said = threading.Barrier(count), []

    def one(n):
        gate.wait()
        try:
            said.append(do(n))
        except PlatformError as error:
            said.append(error)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == count
    return said


def refund(world, receipt_id, by="first"):
    request = suspense_pb.RefundReceiptRequest(receipt_id=receipt_id, reason="Not ours.")
    return call(world, SuspenseWork(), "RefundReceipt", request, by).task


def confirm_task(world, task, by="second"):
    request = suspense_pb.ConfirmSuspenseTaskRequest(task_id=task.task_id)
    return call(world, SuspenseWork(), "ConfirmSuspenseTask", request, by).task


def amount(world, receipt_id, cents, by="first"):
    request = correction_pb.CorrectReceiptAmountRequest(
        receipt_id=receipt_id, amount_cents=cents, reason="The check says so."
    )
    return call(world, Corrections(), "CorrectReceiptAmount", request, by).correction


def confirm(world, correction, by="second"):
    request = correction_pb.ConfirmCorrectionRequest(correction_id=correction.correction_id)
    return call(world, Corrections(), "ConfirmCorrection", request, by).correction


def test_who_confirms_a_refund_sees_to_whom_it_goes(world):
    refund(world, record(world))
    listed = call(
        world, SuspenseReads(), "ListSuspenseTasks", suspense_pb.ListSuspenseTasksRequest()
    )
    assert listed.tasks[0].payee == SENDER


def test_of_two_proposals_at_once_for_one_receipt_one_waits(world):
    receipt_id = record(world)
    said = at_once(4, lambda n: refund(world, receipt_id, f"worker-{n}"))
    assert sum(isinstance(one, PlatformError) for one in said) == 3


def test_of_two_confirmations_at_once_one_pays_back(world):
    task = refund(world, record(world))
    said = at_once(4, lambda n: confirm_task(world, task, f"worker-{n}"))
    assert sum(isinstance(one, PlatformError) for one in said) == 3
    with world.runtime.work() as work:
        owed = work.session.execute(text("SELECT amount_cents FROM payable")).scalars().all()
    assert owed == [10_000]
    sound(world)


def test_of_a_receipt_one_correction_waits_at_a_time(world):
    receipt_id = record(world, "1")
    first = amount(world, receipt_id, 9_000)
    with pytest.raises(PlatformError, match="waits already"):
        amount(world, receipt_id, 8_000, "third")
    said = at_once(3, lambda n: confirm(world, first, f"worker-{n}"))
    assert sum(isinstance(one, PlatformError) for one in said) == 2
    assert amount(world, receipt_id, 8_000, "third").amount_cents == 8_000
    sound(world)


def test_a_correction_that_the_facts_overtook_is_not_confirmed_as_done(world):
    receipt_id = record(world, "1")
    request = correction_pb.ReverseReceiptRequest(
        receipt_id=receipt_id, cause="misapplied", reason="Wrong."
    )
    waits = call(world, Corrections(), "ReverseReceipt", request).correction
    with world.runtime.work() as work:
        assert correcting.reverse(work, receipt_id, correcting.NSF, world.runtime.clock.today())
        assert not correcting.reverse(work, receipt_id, correcting.NSF, work.clock.today())
    with pytest.raises(PlatformError, match="meanwhile"):
        confirm(world, waits)
    sound(world)


def test_a_check_that_bounces_after_it_was_paid_back_is_not_taken_for_known(world):
    receipt_id = record(world)
    confirm_task(world, refund(world, receipt_id))
    with (
        pytest.raises(PlatformError, match="paid back already"),
        world.runtime.work() as work,
    ):
        correcting.reverse(work, receipt_id, correcting.NSF, work.clock.today())


def card(world, id_, by):
    request = pay_pb.SetDebitCardRequest(payee_id=PAYEE, card_id=id_)
    return call(world, Payees(), "SetDebitCard", request, by).payee.method


def test_one_person_alone_sends_nobodys_money_to_a_card(world):
    deposit, debit_card = pb.DISBURSEMENT_METHOD_DIRECT_DEPOSIT, pb.DISBURSEMENT_METHOD_DEBIT_CARD
    assert card(world, "CARD-1", "first") == deposit
    with pytest.raises(PlatformError, match="two people"):
        card(world, "CARD-1", "first")
    assert card(world, "CARD-2", "second") == deposit
    assert card(world, "CARD-1", "third") == deposit
    assert card(world, "CARD-1", "first") == debit_card
    assert card(world, "", "first") == deposit
    assert card(world, "CARD-1", "second") == deposit


def agency(method, by, world, number="777", fips="39000"):
    request = method(
        payee_id=AGENCY,
        fips=fips,
        account=case_pb.BankAccount(routing_number=ROUTING, account_number=number),
    )
    if isinstance(request, pay_pb.RecordAgencyRequest):
        request.name = "Synth SDU"
    return call(world, Payees(), type(request).__name__.removesuffix("Request"), request, by)


def test_an_agencys_account_is_confirmed_as_it_was_seen(world):
    record_, confirm_ = pay_pb.RecordAgencyRequest, pay_pb.ConfirmAgencyRequest
    agency(record_, "first", world)
    agency(record_, "first", world, number="666")
    with pytest.raises(PlatformError, match="account"):
        agency(confirm_, "second", world)
    with pytest.raises(PlatformError, match="fips"):
        agency(confirm_, "second", world, number="666", fips="21000")
    with pytest.raises(PlatformError, match="two people"):
        agency(confirm_, "first", world, number="666")
    assert agency(confirm_, "second", world, number="666").payee_id == AGENCY
