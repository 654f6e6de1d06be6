"""Everything at once: runs, returns, corrections, holds and timers, by workers that do not wait.

Whoever writes a lane's ledger holds its lock, and locks are taken in one order: nobody waits for
somebody who waits for him, and the books hold whoever came first.
"""

import threading
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.errors import PlatformError
from chassis.runtime import Caller
from payments_service.actions import checks, correcting
from payments_service.actions import returns as returning
from payments_service.actions.disbursing import pay_page
from payments_service.jobs import TIMERS
from payments_service.store import totals

from .conftest import TODAY, make_id
from .test_paying import back, pay_out

NEXT, LATER = date(2026, 3, 9), date(2060, 3, 9)
FAMILIES = 12


@pytest.fixture
def world(world):
    """Families of which half are paid by check; each was paid once, and has money waiting."""
    count = range(1, FAMILIES + 1)
    world.cases(*(world.case(n, obligations=[world.obligation(n, 100_000)]) for n in count))
    world.participants(*(world.participant(n, account=bool(n % 2)) for n in count))
    world.take(*world.pages([world.line(n, 50_000, obligor=n) for n in count]))
    world.settle()
    pay_out(world)
    more = [world.line(100 + n, 10_000, obligor=n) for n in count]
    world.take(*world.pages(more, submission=2))
    world.settle()
    world.go_to(NEXT)
    return world


def rows(world, query):
    with world.runtime.work() as work:
        return work.session.execute(text(query)).all()


def steps(world, sent, kept):
    """Return what happens, each a list of transactions in turn."""

    def work(do, caller="worker"):
        def one():
            with world.runtime.work(Caller(caller)) as unit:
                return do(unit)

        return one

    def run(unit):
        pay_page(unit, NEXT)

    deposits = [reference for reference, id_, method in sent if method == 1]
    paid_by_check = [id_ for _, id_, method in sent if method == 2]
    returned = [back(("R03", one, 50_000)) for one in deposits]
    whole = back(*(("R03", one, 50_000) for one in reversed(deposits)))

    def move(n):
        def propose_and_do(unit):
            found = correcting.propose_move(
                unit, make_id("receipt", 100 + n), make_id("obligor", n % FAMILIES + 1), "Wrong."
            )
            kept.append(found.correction_id)

        return propose_and_do

    def confirm(unit):
        if kept:
            correcting.confirm(unit, kept.pop())

    reverse = [
        work(lambda unit, n=n: correcting.reverse(unit, make_id("receipt", n), "nsf", TODAY))
        for n in range(FAMILIES, 0, -1)
    ]
    moves = [
        one
        for n in range(1, FAMILIES + 1)
        for one in (work(move(n), "first"), work(confirm, "second"))
    ]
    stops = [
        work(lambda unit, id_=id_: checks.stop_check(unit, id_, reissue=True))
        for id_ in paid_by_check
    ]
    again = [work(lambda unit, id_=id_: checks.reissue(unit, id_)) for id_ in paid_by_check]
    return [
        [work(lambda unit, c=c: returning.take_returns(unit, [c])) for c in returned],
        [work(lambda unit: returning.take_returns(unit, [whole]))],
        reverse,
        moves,
        stops + again,
        again,
        [work(run)] * 40,
        [work(run)] * 40,
        [work(timer.run) for timer in TIMERS] * 3,
        [work(timer.run) for timer in reversed(TIMERS)] * 3,
        [work(lambda unit: checks.void_stale(unit, LATER))] * 3,
        [work(lambda unit: checks.give_up_unclaimed(unit, LATER))],
    ]


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_everything_at_once_leaves_books_that_hold_and_no_deadlock(world):
    sent = rows(world, "SELECT reference, disbursement_id::text, method FROM disbursement")
    todo, failures = steps(world, sent, []), []
    gate, connections = threading.Barrier(len(todo)), threading.Semaphore(4)

    def worker(transactions):
        gate.wait()
        for one in transactions:
            try:
                with connections:
                    one()
            except PlatformError:
                pass
            except DBAPIError as error:
                failures.append(f"{type(error.orig).__name__}: {error.orig}")

    threads = [threading.Thread(target=worker, args=(one,)) for one in todo]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    world.settle()
    for day in (NEXT, date(2026, 3, 10)):
        pay_out(world, day)
    with world.runtime.work() as unit:
        assert totals.verify(unit.session).findings == ()
    twice = rows(
        world,
        "SELECT receipt_id, sequence FROM disbursement_part GROUP BY obligor_id, receipt_id,"
        " sequence HAVING count(*) > 1",
    )
    assert twice == []


def test_money_that_was_claimed_is_not_given_up_again_the_same_night(world):
    payment = rows(world, "SELECT disbursement_id::text FROM disbursement WHERE method = 2")[0][0]
    with world.runtime.work() as unit:
        checks.stop_check(unit, payment, reissue=False)
    world.go_to(date(2040, 3, 9))
    for _ in range(2):
        with world.runtime.work() as unit:
            checks.give_up_unclaimed(unit, unit.clock.today())
        with world.runtime.work() as unit:
            checks.reissue(unit, payment)
    query = "SELECT state, came_on FROM came_back WHERE state <> 2"
    assert rows(world, query) == [(1, date(2040, 3, 9))]
    with world.runtime.work() as unit:
        assert totals.verify(unit.session).findings == ()
