"""Money that no employer sends by file: recorded, identified, posted with its source.

45 CFR 307.10(b)(5): identify and post every collection; 42 USC 654b(b): the unit takes in all of
it. 42 USC 664(a)(3)(B) and 45 CFR 303.72(h)(5): joint returns. 45 CFR 302.32(b)(2)(iv): appeals.
"""

import uuid
from datetime import date

import pytest
from sqlalchemy import text

from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.payments.v1 import payments_service_pb2 as pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from childsupport.payments.v1 import suspense_service_pb2 as suspense_pb
from formats.ach.codes import CCD
from formats.ach.writer import AchFile, Batch, Entry, write_records
from formats.ded import Ded, write_ded
from formats.offset import CONTROL_RECORD, RECORD
from payments_service.api.reads import LedgerReads, ReceiptReads
from payments_service.api.receiving import Receiving, ReceivingReads
from payments_service.api.suspense_work import SuspenseReads, SuspenseWork
from payments_service.domain.model import Source
from payments_service.service import SERVICE

TODAY = date(2026, 3, 6)
FIRST = {1: "123-45-6701", 2: "123-45-6702"}


FTI = "payments.fti.read"


def make_id(kind, number):
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}/{number}"))


@pytest.fixture
def world(world):
    """Two obligors with a case each, with numbers; the second has a court order's number."""
    world.participants(
        *(world.participant(n, kind="obligor", ssn=ssn) for n, ssn in FIRST.items()),
        world.participant(1),
        world.participant(2),
    )
    world.cases(
        world.case(1, obligations=[world.obligation(1, 60_000, opening=[(1, 50_000)])]),
        world.case(
            2, obligations=[world.obligation(2, 30_000, opening=[(1, 50_000)])], court="07-CI-00123"
        ),
    )
    world.settle()
    return world


def call(world, servicer, method, request, by="worker", scopes=()):
    with world.runtime.work(Caller(by, frozenset(scopes))) as work:
        return getattr(servicer, method)(request, work)


def record(world, source=pb.RECEIPT_SOURCE_MAIL, cents=10_000, **given):
    request = receipt_pb.RecordReceiptRequest(
        source=source,
        instrument=given.pop("instrument", receipt_pb.INSTRUMENT_CHECK),
        amount_cents=cents,
        received_on=from_date(given.pop("received_on", TODAY)),
        reference=given.pop("reference", "1001"),
        identity=receipt_pb.PayerIdentity(**given.pop("identity", {"ssn": FIRST[1]})),
        sender=given.pop("sender", receipt_pb.Sender(name="Pat Payer")),
        **given,
    )
    return call(world, Receiving(), "RecordReceipt", request).receipt


def receipt(world, receipt_id):
    request = pb.GetReceiptRequest(receipt_id=receipt_id)
    return call(world, ReceiptReads(), "GetReceipt", request).receipt


def totals(world):
    found = call(world, LedgerReads(), "GetTotals", pb.GetTotalsRequest())
    assert list(found.findings) == []
    return found


def source_of(world, receipt_id):
    with world.runtime.work() as work:
        return work.session.scalar(
            text("SELECT source FROM receipt WHERE receipt_id = CAST(:id AS uuid)"),
            {"id": receipt_id},
        )


def events(world):
    with world.runtime.work() as work:
        rows = work.session.execute(text("SELECT type, body FROM outbox ORDER BY id")).all()
    return [(type_, bytes(body)) for type_, body in rows]


RECORDED = (
    (pb.RECEIPT_SOURCE_MAIL, receipt_pb.INSTRUMENT_MONEY_ORDER, "77"),
    (pb.RECEIPT_SOURCE_CASH, receipt_pb.INSTRUMENT_CASH, ""),
    (pb.RECEIPT_SOURCE_INSURANCE, receipt_pb.INSTRUMENT_CHECK, "claim 9"),
    (pb.RECEIPT_SOURCE_BANK_LEVY, receipt_pb.INSTRUMENT_CASHIERS_CHECK, "levy 4"),
    (pb.RECEIPT_SOURCE_FOREIGN, receipt_pb.INSTRUMENT_TRANSFER, "cap 1"),
)


def test_a_recorded_sum_is_posted_with_its_source(world):
    made = [record(world, s, instrument=i, reference=r) for s, i, r in RECORDED]
    assert {one.state for one in made} == {pb.RECEIPT_STATE_RECEIVED}
    world.settle()
    for one, (source, _, _) in zip(made, RECORDED, strict=True):
        posted = receipt(world, one.receipt_id)
        assert posted.state == pb.RECEIPT_STATE_POSTED
        assert sum(part.amount_cents for part in posted.allocations) == 10_000
        assert source_of(world, one.receipt_id) == source
    assert totals(world).received_cents == 50_000


IDENTITIES = (
    ({"case_identifier": "0000000001"}, 1),
    ({"case_identifier": "07ci123"}, None),
    ({"case_identifier": "07-ci-00123"}, 2),
    ({"case_identifier": "1", "ssn": FIRST[1]}, 1),
    ({"case_identifier": "1", "ssn": FIRST[2]}, None),
    ({"case_identifier": "99", "ssn": FIRST[2]}, 2),
    ({"name": "Pat Payee1"}, None),
    ({"obligor_id": make_id("obligor", 2)}, 2),
)


def test_whose_money_is_follows_from_numbers_that_agree(world):
    made = [record(world, identity=who, reference=str(n)) for n, (who, _) in enumerate(IDENTITIES)]
    world.settle()
    for one, (identity, obligor) in zip(made, IDENTITIES, strict=True):
        found = receipt(world, one.receipt_id)
        if obligor is None:
            assert found.state == pb.RECEIPT_STATE_SUSPENDED, identity
            assert found.reason in (1, 2, 3)
        else:
            assert (found.state, found.obligor_id) == (2, make_id("obligor", obligor)), identity
    assert totals(world).suspense_cents == 30_000


def test_what_waits_under_a_number_is_posted_once_its_case_is_known(world):
    made = record(world, identity={"case_identifier": "3", "ssn": "123-45-6703"})
    world.settle()
    assert receipt(world, made.receipt_id).state == pb.RECEIPT_STATE_SUSPENDED
    world.participants(world.participant(3, kind="obligor", ssn="123456703"))
    world.cases(world.case(3, obligations=[world.obligation(3, 60_000)]))
    world.settle()
    assert receipt(world, made.receipt_id).obligor_id == make_id("obligor", 3)
    assert totals(world).suspense_cents == 0


def test_a_sender_who_writes_his_own_number_is_known_by_what_he_meant_before(world):
    identity = {"case_identifier": "EMP 17"}
    first = record(world, identity=identity, reference="1")
    world.settle()
    identify = suspense_pb.IdentifyReceiptRequest(
        receipt_id=first.receipt_id, obligor_id=make_id("obligor", 2), reason="He called."
    )
    task = call(world, SuspenseWork(), "IdentifyReceipt", identify).task
    confirm = suspense_pb.ConfirmSuspenseTaskRequest(task_id=task.task_id)
    call(world, SuspenseWork(), "ConfirmSuspenseTask", confirm, by="second")
    world.settle()
    again = record(world, identity=identity, reference="2")
    assert again.obligor_id == make_id("obligor", 2)
    other = record(
        world, identity=identity, reference="2", sender=receipt_pb.Sender(name="Another")
    )
    assert other.obligor_id == ""


def test_the_same_check_is_not_posted_twice_and_not_lost(world):
    first, again = record(world), record(world)
    world.settle()
    assert receipt(world, first.receipt_id).state == pb.RECEIPT_STATE_POSTED
    second = receipt(world, again.receipt_id)
    assert (second.state, second.reason) == (pb.RECEIPT_STATE_SUSPENDED, 7)
    assert totals(world).suspense_cents == 10_000


WRONG = (
    ({"source": pb.RECEIPT_SOURCE_FEDERAL_TAX_OFFSET}, "source"),
    ({"cents": 0}, "amount_cents"),
    ({"received_on": date(2026, 3, 7)}, "received_on"),
    ({"received_on": date(2025, 3, 6)}, "received_on"),
    ({"reference": ""}, "reference"),
    ({"identity": {"ssn": "12"}}, "identity.ssn"),
    ({"identity": {"obligor_id": make_id("obligor", 9)}}, "identity.obligor_id"),
)


def test_what_is_wrong_with_a_sum_is_said_by_field(world):
    for given, field in WRONG:
        with pytest.raises(PlatformError) as error:
            record(world, **given)
        assert error.value.violations[0].field == field


def check_list(world, lines, cents):
    request = receipt_pb.RecordCheckListRequest(
        sender=receipt_pb.Sender(name="Synth Diner"),
        check_number="500",
        amount_cents=cents,
        received_on=from_date(TODAY),
        lines=[
            receipt_pb.CheckListLine(identity={"case_identifier": number}, amount_cents=amount)
            for number, amount in lines
        ],
    )
    return call(world, Receiving(), "RecordCheckList", request).batch


def test_a_check_with_its_list_is_posted_line_by_line(world):
    batch = check_list(world, [("1", 5_000), ("2", 2_500), ("?", 100)], 7_600)
    assert (batch.line_count, batch.identified_count, batch.suspended_count) == (3, 2, 1)
    world.settle()
    assert totals(world).received_cents == 7_600
    listed = call(
        world, ReceivingReads(), "ListCollectionBatches", receipt_pb.ListCollectionBatchesRequest()
    )
    assert [b.reference for b in listed.batches] == ["500"]


def test_a_list_that_is_not_its_check_is_refused(world):
    with pytest.raises(PlatformError, match="sum to 7500 cents, the check is of 7600"):
        check_list(world, [("1", 5_000), ("2", 2_500)], 7_600)


# Files.


def send(world, kind, content, settled=TODAY, sender="Synth Agency", scopes=(FTI,)):
    header = receipt_pb.CollectionFileHeader(
        kind=kind, file_name="file.txt", settlement_date=from_date(settled), sender=sender
    )
    chunks = [content[n : n + 100] for n in range(0, len(content), 100)] or [b""]
    stream = [
        receipt_pb.ImportCollectionsRequest(header=header if n == 0 else None, chunk=chunk)
        for n, chunk in enumerate(chunks)
    ]
    return call(world, Receiving(), "ImportCollections", iter(stream), scopes=scopes)


def table(*rows, total=None):
    cents = sum(int(row.split(",")[2].replace(".", "")) for row in rows)
    total = total or f"TOTAL,{len(rows)},{cents // 100}.{cents % 100:02}"
    head = "case_identifier,ssn,amount,reference,joint_return"
    return "\n".join([head, *rows, total, ""]).encode()


TABLES = (
    (receipt_pb.COLLECTION_FILE_KIND_STATE_OFFSET, Source.STATE_TAX_OFFSET),
    (receipt_pb.COLLECTION_FILE_KIND_UNEMPLOYMENT, Source.UNEMPLOYMENT),
    (receipt_pb.COLLECTION_FILE_KIND_LOTTERY, Source.LOTTERY),
    (receipt_pb.COLLECTION_FILE_KIND_BANK_LEVY, Source.BANK_LEVY),
)


def test_a_table_of_collections_is_released_whole(world):
    content = table("1,123456701,80.00,a,", ",123456702,20.50,b,", "77,,1.00,c,")
    for kind, _ in TABLES:
        batch = send(world, kind, content).batch
        assert (batch.line_count, batch.amount_cents, batch.suspended_count) == (3, 10_150, 1)
        again = send(world, kind, content)
        assert (again.duplicate, again.batch.submission_id) == (True, batch.submission_id)
    world.settle()
    assert totals(world).received_cents == 4 * 10_150
    with world.runtime.work() as work:
        kept = work.session.execute(text("SELECT DISTINCT source, state FROM receipt")).all()
    assert set(kept) == {(source, state) for _, source in TABLES for state in (2, 3)}


def test_a_table_that_is_wrong_is_refused_whole_by_line_field_and_rule(world):
    head = "case_identifier,ssn,amount,reference,joint_return"
    rows = ["1,,80.00,a,", "1,,80.0,b,", "TOTAL,2,160.00"]
    answer = send(world, receipt_pb.COLLECTION_FILE_KIND_LOTTERY, "\n".join([head, *rows]).encode())
    assert not answer.HasField("batch")
    assert "Record 3, line, amount" in answer.problems[0]
    with world.runtime.work() as work:
        assert work.session.scalar(text("SELECT count(*) FROM receipt")) == 0


def offset(number, cents, *, adjusted=0, case_type="N", joint="N", injured="", kind="TAX"):
    return RECORD.write(
        {
            "state": "KY",
            "ssn": FIRST[number].replace("-", ""),
            "case_id": str(number),
            "certified_cents": 0,
            "collection_cents": cents,
            "adjustment_cents": adjusted,
            "case_type": case_type,
            "offset_type": kind,
            "offset_year": 2025,
            "joint_return": joint,
            "injured_spouse": injured,
        }
    )


def offsets(*records, collected=None):
    cents = [int(RECORD.read(r)["collection_cents"]) for r in records]
    taken = [int(RECORD.read(r)["adjustment_cents"]) for r in records]
    control = CONTROL_RECORD.write(
        {
            "state": "KY",
            "collection_count": sum(map(bool, cents)),
            "adjustment_count": sum(map(bool, taken)),
            "collection_cents": sum(cents) if collected is None else collected,
            "adjustment_cents": sum(taken),
        }
    )
    return "\n".join([*records, control, ""]).encode()


FEDERAL = receipt_pb.COLLECTION_FILE_KIND_FEDERAL_OFFSET


def holds(world, scopes=(FTI,)):
    request = suspense_pb.ListReceiptHoldsRequest()
    return call(world, SuspenseReads(), "ListReceiptHolds", request, scopes=scopes).holds


def test_offsets_are_posted_but_for_joint_returns_of_what_is_not_assigned(world):
    batch = send(
        world,
        FEDERAL,
        offsets(
            offset(1, 10_000),
            offset(2, 5_000, joint="Y"),
            offset(1, 2_000, joint="Y", injured="Y"),
            offset(2, 3_000, joint="Y", case_type="A"),
            offset(1, 700, kind="ADM"),
        ),
    ).batch
    assert (batch.line_count, batch.held_count, batch.suspended_count) == (5, 1, 0)
    world.settle()
    (held,) = holds(world)
    assert (held.amount_cents, held.reason) == (5_000, "joint_return")
    assert held.held_until == from_date(date(2026, 9, 6))
    assert totals(world).held_cents == 5_000
    assert receipt(world, held.receipt_id).state == pb.RECEIPT_STATE_HELD
    world.go_to(date(2026, 9, 5))
    world.settle()
    assert len(holds(world)) == 1
    world.go_to(date(2026, 9, 6))
    world.settle()
    assert not holds(world)
    assert receipt(world, held.receipt_id).state == pb.RECEIPT_STATE_POSTED
    assert totals(world).received_cents == 20_700


def test_why_a_receipt_is_held_is_for_those_alone_who_may_see_federal_tax_information(world):
    # Not even which field of it is broken is told: an offset has a year, other money has none.
    broken = offset(1, 100).replace("2025", "20X5", 1)
    send(world, FEDERAL, offsets(offset(2, 5_000, joint="Y"), broken), sender="US Treasury")
    world.settle()
    suspense = call(world, SuspenseReads(), "ListSuspense", suspense_pb.ListSuspenseRequest())
    (item,) = suspense.items
    assert (item.sender_name, item.receipt.detail) == ("", "A part of it cannot be read.")
    (masked,) = holds(world, scopes=())
    assert (masked.reason, masked.HasField("held_until")) == ("", False)
    with pytest.raises(PlatformError, match="federal tax information"):
        send(world, FEDERAL, offsets(offset(1, 1)), scopes=())
    listing = receipt_pb.ListCollectionBatchesRequest()
    for scopes, kind in (((), 0), ((FTI,), FEDERAL)):
        found = call(world, ReceivingReads(), "ListCollectionBatches", listing, scopes=scopes)
        assert [(batch.kind, bool(batch.reference)) for batch in found.batches] == [
            (kind, bool(kind))
        ]
    with world.runtime.work() as work:
        seen = work.session.scalars(text("SELECT method FROM audit WHERE outcome LIKE 'FEDERAL%'"))
        assert {"ListCollectionBatches"} <= {method.rpartition("/")[2] for method in seen}
    spoken = b" ".join(body for _, body in events(world)).lower()
    for word in (b"joint", b"offset", b"tax", b"refund", b"treasury"):
        assert word not in spoken


def test_a_joint_return_that_is_identified_later_is_held_then(world):
    record_ = offset(2, 5_000, joint="Y").replace(FIRST[2].replace("-", ""), "123456703", 1)
    send(world, FEDERAL, offsets(record_))
    world.settle()
    assert totals(world).suspense_cents == 5_000
    world.participants(world.participant(3, kind="obligor", ssn="123456703"))
    world.cases(world.case(2, obligor=3, obligations=[world.obligation(2, 1)], version=2))
    world.settle()
    assert totals(world).held_cents == 5_000
    assert [hold.obligor_id for hold in holds(world)] == [make_id("obligor", 3)]


def test_a_file_whose_control_sums_do_not_hold_is_refused_whole(world):
    answer = send(world, FEDERAL, offsets(offset(1, 10_000), collected=10_001))
    assert answer.problems
    world.settle()
    assert totals(world).received_cents == 0


def adjustments(world):
    request = receipt_pb.ListAdjustmentsRequest()
    return call(world, ReceivingReads(), "ListAdjustments", request).adjustments


@pytest.mark.parametrize("joint", ["N", "Y"])
def test_an_adjustment_takes_the_whole_of_a_receipt_back_held_or_posted(world, joint):
    send(world, FEDERAL, offsets(offset(1, 10_000, joint=joint), offset(2, 5_000)))
    world.settle()
    batch = send(world, FEDERAL, offsets(offset(1, 0, adjusted=10_000))).batch
    assert (batch.line_count, batch.adjustment_count, batch.adjustment_cents) == (0, 1, 10_000)
    world.settle()
    assert not adjustments(world)
    found = totals(world)
    assert (found.received_cents, found.held_cents) == (5_000, 0)


def test_an_adjustment_of_a_part_waits_for_a_worker(world):
    send(world, FEDERAL, offsets(offset(1, 10_000)))
    send(world, FEDERAL, offsets(offset(1, 0, adjusted=4_000)))
    world.settle()
    (waits,) = adjustments(world)
    assert (waits.amount_cents, waits.obligor_id) == (4_000, make_id("obligor", 1))
    assert totals(world).received_cents == 10_000


def ach(*payments):
    """Return a file of another State: CCD+ entries with one DED each, (cents, DED)."""
    entries = [
        Entry("22", "123456780", "1", cents, "", "KY SDU", (write_ded(ded),))
        for cents, ded in payments
    ]
    batch = Batch("OHIO SDU", "1900000009", CCD, "CHILD SUPP", TODAY, "04200001", entries)
    file = AchFile(
        immediate_destination="123456780",
        immediate_origin="1900000009",
        created_on=TODAY,
        created_at=None,
        id_modifier="A",
        destination_name="SYNTH SDU BANK",
        origin_name="OHIO SDU",
        batches=[batch],
    )
    return b"".join(write_records(file))


def ded(application="II", number=1, cents=10_000, fips="2100003", case=""):
    ssn = FIRST.get(number, "000-00-0000").replace("-", "")
    return Ded(application, case or str(number), TODAY, cents, ssn, fips=fips)


OTHER_STATE = receipt_pb.COLLECTION_FILE_KIND_OTHER_STATE


def test_another_states_money_is_posted_as_that_and_its_cost_is_credited(world):
    sent = [(10_000, ded(code)) for code in ("II", "IT", "IO")]
    sent += [(9_000, ded(code)) for code in ("RI", "RT", "RO")]
    batch = send(world, OTHER_STATE, ach(*sent)).batch
    assert (batch.line_count, batch.identified_count, batch.amount_cents) == (6, 6, 57_000)
    world.settle()
    with world.runtime.work() as work:
        kept = work.session.execute(
            text(
                "SELECT source, state, trace_number, amount_cents, credited_cents FROM receipt"
                " ORDER BY line_number"
            )
        ).all()
    assert kept == [
        (Source.OTHER_STATE, 2, f"04200001000000{n}", cents, 10_000)
        for n, (cents, _) in enumerate(sent, 1)
    ]
    assert totals(world).received_cents == 57_000


def test_what_another_state_sends_wrong_waits_and_is_not_dropped(world):
    wrong = (
        (10_000, {"case": "999", "number": 9}, 2),
        (10_000, {"case": "1", "number": 2}, 3),
        (10_000, {"application": "CS"}, 9),
        (10_000, {"fips": "3900003"}, 6),
        (9_000, {}, 9),
        (1_000, {"application": "RI"}, 4),
    )
    send(world, OTHER_STATE, ach(*((cents, ded(**sent)) for cents, sent, _ in wrong)))
    world.settle()
    with world.runtime.work() as work:
        kept = work.session.execute(
            text("SELECT amount_cents, reason, state FROM receipt ORDER BY line_number")
        ).all()
    assert kept == [(cents, reason, 3) for cents, _, reason in wrong]
    assert totals(world).suspense_cents == 50_000


def test_a_file_of_another_state_that_is_cut_short_is_refused_whole(world):
    whole = ach((10_000, ded()), (5_000, ded(number=2, cents=5_000)))
    answer = send(world, OTHER_STATE, b"\n".join(whole.split(b"\n")[:4]))
    assert answer.problems
    assert totals(world).received_cents == 0


def test_an_appeal_keeps_offsets_back_until_it_is_decided(world):
    obligor = make_id("obligor", 1)
    place = suspense_pb.PlaceAppealHoldRequest(obligor_id=obligor, appealed_on=from_date(TODAY))
    call(world, SuspenseWork(), "PlaceAppealHold", place)
    send(world, FEDERAL, offsets(offset(1, 10_000), offset(2, 5_000)))
    cash = record(world, identity={"ssn": FIRST[1]})
    world.settle()
    assert [hold.reason for hold in holds(world)] == ["appeal"]
    assert receipt(world, cash.receipt_id).state == pb.RECEIPT_STATE_POSTED
    end = suspense_pb.EndAppealHoldRequest(obligor_id=obligor, decided_on=from_date(TODAY))
    ended = call(world, SuspenseWork(), "EndAppealHold", end).hold
    assert ended.due_date == from_date(date(2026, 3, 21))
    world.settle()
    assert not holds(world)
    assert totals(world).held_cents == 0
    with world.runtime.work() as work:
        due = work.session.scalar(
            text("SELECT due_date FROM receipt WHERE source = 6 AND obligor_id = CAST(:o AS uuid)"),
            {"o": obligor},
        )
    assert due == date(2026, 3, 21)


def test_every_method_of_the_contract_is_answered():
    served = {servicer.name: servicer.implementation for servicer in SERVICE.servicers}
    for file in (receipt_pb, suspense_pb):
        for contract in file.DESCRIPTOR.services_by_name.values():
            for method in contract.methods:
                assert callable(getattr(served[contract.full_name], method.name))
