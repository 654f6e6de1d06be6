"""Suspense worked by people: listed by age, identified, split, paid back, let go; totals hold.

45 CFR 307.10(b)(5) and (15): unidentified money is held and reported. Two people: the platform's
rule for what moves money (policy `suspense.people.*`).
"""

import threading
import uuid
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.payments.v1 import payments_service_pb2 as pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from childsupport.payments.v1 import suspense_service_pb2 as suspense_pb
from payments_service.api.reads import LedgerReads, ReceiptReads
from payments_service.api.receiving import Receiving
from payments_service.api.suspense_work import SuspenseReads, SuspenseWork
from payments_service.jobs import ledger as jobs
from payments_service.store import totals as store

TODAY = date(2026, 3, 6)
SENDER = receipt_pb.Sender(
    name="Synth Insurer",
    address=case_pb.PostalAddress(line1="1 Elm", city="Frankfort", state="KY", zip_code="40601"),
)


def make_id(kind, number):
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}/{number}"))


@pytest.fixture
def world(world):
    """Three obligors with a case each."""
    world.participants(*(world.participant(n, kind="obligor") for n in (1, 2, 3)))
    world.cases(*(world.case(n, obligations=[world.obligation(n, 60_000)]) for n in (1, 2, 3)))
    world.settle()
    return world


def call(world, servicer, method, request, by="first", scopes=()):
    with world.runtime.work(Caller(by, frozenset(scopes))) as work:
        return getattr(servicer, method)(request, work)


def record(world, cents=10_000, reference="1", received_on=TODAY, sender=SENDER, **identity):
    request = receipt_pb.RecordReceiptRequest(
        source=pb.RECEIPT_SOURCE_INSURANCE,
        instrument=receipt_pb.INSTRUMENT_CHECK,
        amount_cents=cents,
        received_on=from_date(received_on),
        reference=reference,
        identity=receipt_pb.PayerIdentity(**(identity or {"case_identifier": "unknown 9"})),
        sender=sender,
    )
    receipt_id = call(world, Receiving(), "RecordReceipt", request).receipt.receipt_id
    world.settle()
    return receipt_id


def receipt(world, receipt_id):
    return call(
        world, ReceiptReads(), "GetReceipt", pb.GetReceiptRequest(receipt_id=receipt_id)
    ).receipt


def totals(world):
    """Return the totals; all that is recomputed from the lines holds too."""
    with world.runtime.work() as work:
        assert list(store.verify(work.session).findings) == []
    return call(world, LedgerReads(), "GetTotals", pb.GetTotalsRequest())


def propose(world, method, by="first", **given):
    request = getattr(suspense_pb, f"{method}Request")(reason="It was found out.", **given)
    return call(world, SuspenseWork(), method, request, by=by).task


def confirm(world, task, by="second"):
    request = suspense_pb.ConfirmSuspenseTaskRequest(task_id=task.task_id)
    done = call(world, SuspenseWork(), "ConfirmSuspenseTask", request, by=by).task
    world.settle()
    return done


def split(world, receipt_id, *parts):
    return propose(
        world,
        "SplitReceipt",
        receipt_id=receipt_id,
        parts=[
            suspense_pb.SplitPart(obligor_id=make_id("obligor", n) if n else "", amount_cents=cents)
            for n, cents in parts
        ],
    )


def test_suspense_is_listed_by_age_the_oldest_first(world):
    old = record(world, 700, "a", date(2026, 1, 20))
    new = record(world, 300, "b")
    world.go_to(date(2026, 3, 8))
    answer = call(world, SuspenseReads(), "ListSuspense", suspense_pb.ListSuspenseRequest())
    assert [(i.receipt.receipt_id, i.days, i.sender_name) for i in answer.items] == [
        (old, 47, "Synth Insurer"),
        (new, 2, "Synth Insurer"),
    ]
    groups = [(g.from_days, g.to_days, g.receipt_count, g.amount_cents) for g in answer.ages]
    assert groups[:3] == [(0, 2, 1, 300), (3, 30, 0, 0), (31, 180, 1, 700)]
    assert groups[-1][:2] == (1826, 0)
    late = suspense_pb.ListSuspenseRequest(min_days=3, page_size=1)
    assert [i.receipt.receipt_id for i in call(
        world, SuspenseReads(), "ListSuspense", late).items] == [old]  # fmt: skip
    paged = call(
        world, SuspenseReads(), "ListSuspense", suspense_pb.ListSuspenseRequest(page_size=1)
    )
    rest = suspense_pb.ListSuspenseRequest(page_size=1, page_token=paged.next_page_token)
    (last,) = call(world, SuspenseReads(), "ListSuspense", rest).items
    assert last.receipt.receipt_id == new


def test_identifying_takes_two_people_and_posts(world):
    id_ = record(world)
    task = propose(world, "IdentifyReceipt", receipt_id=id_, obligor_id=make_id("obligor", 2))
    assert task.state == suspense_pb.SUSPENSE_TASK_STATE_WAITING
    with pytest.raises(PlatformError, match="takes two people"):
        confirm(world, task, by="first")
    world.settle()
    assert receipt(world, id_).state == pb.RECEIPT_STATE_SUSPENDED
    assert confirm(world, task).decided_by == "second"
    assert receipt(world, id_).obligor_id == make_id("obligor", 2)
    assert totals(world).suspense_cents == 0
    with pytest.raises(PlatformError, match="decided already"):
        confirm(world, task)


def test_one_proposal_waits_for_a_receipt_and_can_be_rejected(world):
    id_ = record(world)
    task = propose(world, "IdentifyReceipt", receipt_id=id_, obligor_id=make_id("obligor", 2))
    with pytest.raises(PlatformError, match="waits already"):
        propose(world, "RefundReceipt", receipt_id=id_)
    listed = call(
        world, SuspenseReads(), "ListSuspenseTasks", suspense_pb.ListSuspenseTasksRequest()
    )
    assert [t.task_id for t in listed.tasks] == [task.task_id]
    request = suspense_pb.RejectSuspenseTaskRequest(task_id=task.task_id)
    done = call(world, SuspenseWork(), "RejectSuspenseTask", request).task
    assert done.state == suspense_pb.SUSPENSE_TASK_STATE_REJECTED
    propose(world, "RefundReceipt", receipt_id=id_)


def test_a_receipt_is_split_and_what_is_left_over_stays_in_suspense(world):
    id_ = record(world)
    confirm(world, split(world, id_, (1, 6_000), (2, 3_500), (None, 500)))
    assert receipt(world, id_).state == pb.RECEIPT_STATE_SPLIT
    found = totals(world)
    assert (found.received_cents, found.suspense_cents, found.payable_cents) == (10_000, 500, 9_500)
    (left,) = call(world, SuspenseReads(), "ListSuspense", suspense_pb.ListSuspenseRequest()).items
    assert (left.receipt.amount_cents, left.sender_name) == (500, "Synth Insurer")
    confirm(world, propose(
        world, "IdentifyReceipt", receipt_id=left.receipt.receipt_id,
        obligor_id=make_id("obligor", 3),
    ))  # fmt: skip
    assert totals(world).suspense_cents == 0


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parts=st.lists(st.tuples(st.sampled_from([1, 2, 3, None]), st.integers(1, 9_999)),
                      min_size=2, max_size=6))  # fmt: skip
def test_no_split_makes_or_loses_a_cent(world, parts):
    before = totals(world)
    whole = sum(cents for _, cents in parts)
    id_ = record(world, whole, reference=str(uuid.uuid4()))
    confirm(world, split(world, id_, *parts))
    after = totals(world)
    stays = sum(cents for n, cents in parts if n is None)
    assert after.received_cents - before.received_cents == whole
    assert after.suspense_cents - before.suspense_cents == stays


def test_a_split_that_cannot_be_is_refused_by_field(world):
    id_ = record(world)
    for parts, said in (
        ([(1, 6_000), (2, 3_999)], "must sum to the receipt's 10000 cents; read 9999"),
        ([(1, 10_000)], "must be 2 to 100"),
        ([(1, 10_001), (2, -1)], "must be more than 0"),
        ([(9, 5_000), (2, 5_000)], "must be the obligor of a case"),
    ):
        with pytest.raises(PlatformError, match=said):
            split(world, id_, *parts)


def test_what_is_nobodys_goes_back_to_who_sent_it(world):
    id_ = record(world)
    confirm(world, propose(world, "RefundReceipt", receipt_id=id_))
    found = totals(world)
    assert (found.suspense_cents, found.payable_cents) == (0, 10_000)
    back = receipt(world, id_)
    assert (back.state, back.detail) == (
        pb.RECEIPT_STATE_REVERSED,
        "It was paid back to who sent it.",
    )
    with world.runtime.work() as work:
        jobs.disburse(work, TODAY)
    world.settle()
    assert totals(world).disbursed_cents == 10_000
    with world.runtime.work() as work:
        paid = work.session.execute(
            text("SELECT payee_name, method, amount_cents FROM disbursement")
        ).all()
    assert paid == [("Synth Insurer", 2, 10_000)]


def test_nobody_is_paid_back_without_an_address(world):
    id_ = record(world, sender=receipt_pb.Sender(name="Synth Insurer"))
    with pytest.raises(PlatformError) as error:
        propose(world, "RefundReceipt", receipt_id=id_)
    assert error.value.violations[0].field == "payee.address"
    propose(world, "RefundReceipt", receipt_id=id_, payee=SENDER)


def test_a_second_check_that_is_no_duplicate_is_let_go_as_it_stands(world):
    record(world, obligor_id=make_id("obligor", 1))
    again = record(world, obligor_id=make_id("obligor", 1))
    assert receipt(world, again).reason == 7
    with world.runtime.work() as work:
        assert jobs.retry(work, TODAY)["receipts"] == 0
    confirm(world, propose(world, "ReleaseReceipt", receipt_id=again))
    assert receipt(world, again).state == pb.RECEIPT_STATE_POSTED
    assert totals(world).suspense_cents == 0


def test_nobodys_money_cannot_be_let_go(world):
    with pytest.raises(PlatformError, match="identify, split or refund it"):
        propose(world, "ReleaseReceipt", receipt_id=record(world))


def test_whom_it_may_be_for_is_said_with_what_speaks_for_it(world):
    id_ = record(world, case_identifier="77", name="Payee2, Pat")
    answer = call(
        world,
        SuspenseReads(),
        "GetSuspenseItem",
        suspense_pb.GetSuspenseItemRequest(receipt_id=id_),
    )
    assert answer.identity.case_identifier == "77"
    assert [(c.name, list(c.grounds)) for c in answer.candidates] == [("Pat Payee2", ["name"])]


def test_of_two_who_confirm_at_once_one_is_refused(world):
    id_ = record(world)
    task = propose(world, "RefundReceipt", receipt_id=id_)
    refused = []

    def run(by):
        try:
            confirm(world, task, by=by)
        except PlatformError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=run, args=(by,)) for by in ("second", "third")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert totals(world).payable_cents == 10_000
