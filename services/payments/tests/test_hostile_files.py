"""Files that are cut, garbled, huge in their sums, or sent by several at once.

45 CFR 307.10 and the control totals of each format: a file counts whole and once, or not at all.
Whatever stands in it, its sender is told what is wrong; nothing fails inside.
"""

import json
import random
import threading

import pytest
from sqlalchemy import text

from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.payments.v1 import disbursement_service_pb2 as pay_pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from payments_service import gateway as gateways
from payments_service.api.paying import BankFiles
from payments_service.api.receiving import Receiving
from payments_service.service import SERVICE
from payments_service.store import totals

from .conftest import TODAY
from .test_online import pay, payment
from .test_paying import back, family, pay_out, trace
from .test_receiving import FEDERAL, FTI, OTHER_STATE, ach, ded, offset, offsets, table

LOTTERY = receipt_pb.COLLECTION_FILE_KIND_LOTTERY
CHECK_LIST = receipt_pb.COLLECTION_FILE_KIND_CHECK_LIST
RETURNS, PAID = "TakeReturns", "TakePaidChecks"
HEAD = b"check_number,amount_cents,paid_on\n"
FILES = {
    LOTTERY: table("1,123456701,80.00,a,", "77,,1.00,c,Y"),
    CHECK_LIST: b"check_number,case_identifier,amount\n5,1,2.00\nTOTAL,1,2.00\n",
    FEDERAL: offsets(offset(1, 10_000), offset(2, 5_000, joint="Y"), offset(1, 0, adjusted=700)),
    OTHER_STATE: ach((10_000, ded()), (5_000, ded(number=2, cents=5_000))),
    RETURNS: back(("R03", "123456780000001", 50_000), ("C01", "123456780000002", 0, "98765")),
    PAID: HEAD + b"1,50000,2026-03-06\n2,1,2026-03-06\n",
}
CRAFTED = {
    LOTTERY: (
        b"",
        b'amount\n1.00,"\n' + b"a\n" * 150_000,
        b"amount,reference\n1.00,a\0b\nTOTAL,1,1.00\n",
        b"amount,reference\n1.00,a\rb\nTOTAL,1,1.00\n",
        b"amount\n-1.00\nTOTAL,1,-1.00\n",
        b"amount\n" + b"9" * 30 + b".00\nTOTAL,1,1.00\n",
        b"amount\n" + b"999999999.99\n" * 3 + b"TOTAL,3,2999999999.97\n",
        b"\xff\xfe" + "amount\n1.00\n".encode("utf-16-le"),
    ),
    CHECK_LIST: (b"check_number,amount,pay_date\n5,1.00,0001-01-01\nTOTAL,1,1.00\n",),
    PAID: (
        HEAD + b"1," + b"9" * 30 + b",2026-03-06\n",
        HEAD + b"1,-5,2026-03-06\n",
        HEAD + b"1," + b"9" * 5_000 + b",2026-03-06\n",
        HEAD + b'1,"' + b"a\n" * 150_000,
        HEAD + b"\xff,1,2026-03-06\n",
    ),
}
ROUNDS = 25


@pytest.fixture
def world(world):
    """Two obligors, whose cases and numbers the files name."""
    people = (world.participant(n, kind="obligor", ssn=f"12345670{n}") for n in (1, 2))
    world.participants(*people)
    world.cases(*(world.case(n, obligations=[world.obligation(n, 60_000)]) for n in (1, 2)))
    world.settle()
    return world


def give(work, kind, content):
    """Give a file to the method that takes its kind."""
    if kind == RETURNS:
        return BankFiles().TakeReturns(pay_pb.TakeReturnsRequest(content=content), work)
    if kind == PAID:
        return BankFiles().TakePaidChecks(pay_pb.TakePaidChecksRequest(content=content), work)
    header = receipt_pb.CollectionFileHeader(
        kind=kind, file_name="file", settlement_date=from_date(TODAY), sender="Synth Sender"
    )
    messages = [receipt_pb.ImportCollectionsRequest(header=header, chunk=content[:100])]
    rest = content[100:]
    pieces = [rest[n : n + 50_000] for n in range(0, len(rest), 50_000)]
    messages += [receipt_pb.ImportCollectionsRequest(chunk=piece) for piece in pieces]
    return Receiving().ImportCollections(iter(messages), work)


def garbled(content, chance):
    """Return a file as a broken line or a hostile hand leaves it."""
    place, end = sorted(chance.choices(range(len(content) + 1), k=2))
    noise = chance.choice((b"\0", b"\xff", b'"', b"\r", b"9" * 12, b"-", b"\n", b" " * 40, b""))
    return chance.choice(
        (
            content[:place],
            content[place:],
            content[:place] + content[end:],
            content[:place] + noise + content[place + len(noise) :],
            content[:place] + noise + content[place:],
            content + content[place:end],
        )
    )


@pytest.mark.timeout(120)
def test_whatever_stands_in_a_file_nothing_fails_inside(world):
    chance = random.Random(5)
    failures = []
    for kind, content in FILES.items():
        wrong = [garbled(content, chance) for _ in range(ROUNDS)]
        with world.runtime.work(Caller("worker", frozenset({FTI}))) as work:
            for given in (*CRAFTED.get(kind, ()), *wrong):
                point = work.session.begin_nested()
                try:
                    give(work, kind, given)
                except PlatformError:
                    pass
                except Exception as error:  # noqa: BLE001 - the server would say INTERNAL
                    said = str(error).splitlines()[0][:200]
                    failures.append(f"{kind}: {given[:200]!r}: {type(error).__name__} {said}")
                finally:
                    point.rollback()
            work.session.rollback()
    assert failures == [], "\n".join(failures)


def at_once(world, count, kind, content):
    """Give one file to several workers that begin together."""
    gate, said = threading.Barrier(count), []

    def one():
        gate.wait()
        with world.runtime.work(Caller("worker", frozenset({FTI}))) as work:
            said.append(give(work, kind, content))

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == count
    return said


@pytest.mark.parametrize("kind", [LOTTERY, FEDERAL, OTHER_STATE])
def test_the_same_file_by_four_at_once_is_taken_once(world, kind):
    said = at_once(world, 4, kind, FILES[kind])
    assert sorted(one.duplicate for one in said) == [False, True, True, True]
    assert len({one.batch.submission_id for one in said}) == 1
    world.settle()
    with world.runtime.work() as work:
        batches = work.session.scalar(text("SELECT count(*) FROM collection_batch"))
        assert (batches, totals.verify(work.session).findings) == (1, ())


def test_the_same_returns_by_four_at_once_count_once_and_leave_nothing_unmatched(world):
    family(world)
    pay_out(world)
    content = back(("R03", trace(world)[0][0], 50_000))
    said = at_once(world, 4, RETURNS, content)
    assert sorted((one.returned, one.known, one.unmatched) for one in said) == [
        *[(0, 1, 0)] * 3,
        (1, 0, 0),
    ]
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()


def test_a_gateway_that_breaks_over_one_payment_keeps_no_other_waiting(
    world, runtime_for, monkeypatch
):
    world.runtime = runtime_for(SERVICE, payment_gateway="sandbox")
    world.cases(world.case(1, obligations=[world.obligation(1, 60_000)]))
    first, second = pay(world), pay(world)
    charge = gateways.SandboxGateway.charge

    def broken(self, key, cents, instrument, token, on):
        if key == first:
            raise json.JSONDecodeError("no answer that can be read", "<html>", 0)
        return charge(self, key, cents, instrument, token, on)

    monkeypatch.setattr(gateways.SandboxGateway, "charge", broken)
    world.settle()
    assert payment(world, second).receipt_id
    assert not payment(world, first).receipt_id
