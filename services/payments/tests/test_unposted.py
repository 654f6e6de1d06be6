"""Money that cannot be posted waits where it is seen, and holds nobody else's up."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from chassis.metrics import REGISTRY
from childsupport.payments.v1 import events_pb2 as events
from childsupport.payments.v1 import payments_service_pb2 as pb
from childsupport.withholding.v1 import withholding_service_pb2 as withholding
from payments_service import handlers
from payments_service.actions import posting, watching
from payments_service.api import reads as api
from payments_service.domain.posting import post
from payments_service.jobs import ledger as jobs
from payments_service.store import receipts, totals, unposted

ONE = "1 receipts of 500 cents have been"
NO_LAW = date(1900, 1, 5)
"""No rule is in force on this day: whatever is collected on it cannot be posted."""


def one_case(world, number):
    world.cases(world.case(number, obligations=[world.obligation(number, 30_000)]))


def states(world):
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()
        rows = work.session.execute(
            text("SELECT line_number, state, reason, detail FROM receipt ORDER BY receipt_id")
        )
        return {row[0]: tuple(row[1:]) for row in rows}


def told(world):
    name = events.ReceiptsSuspended.DESCRIPTOR.full_name
    with world.runtime.work() as work:
        bodies = work.session.scalars(
            text("SELECT body FROM outbox WHERE type = :type ORDER BY id"), {"type": name}
        )
        return [r for body in bodies for r in events.ReceiptsSuspended.FromString(body).receipts]


@pytest.fixture
def poisoned(world):
    """Three receipts of one obligor and one of another; the second's rules are of no day."""
    one_case(world, 1)
    one_case(world, 2)
    lines = [world.line(n, 500, obligor=2 if n == 4 else 1) for n in range(1, 5)]
    world.take(*world.pages(lines))
    with world.runtime.work() as work:
        for table in ("receipt", "waiting"):
            work.session.execute(
                text(f"UPDATE {table} SET collection_date = :on WHERE receipt_id = :id"),
                {"on": NO_LAW, "id": lines[1].receipt_id},
            )
    return world


def test_a_receipt_that_cannot_be_posted_goes_to_suspense_and_the_others_post(poisoned):
    poisoned.settle()
    found = states(poisoned)
    assert {number: row[:2] for number, row in found.items()} == {
        1: (2, 0),
        2: (3, withholding.SUSPENSE_REASON_CANNOT_BE_POSTED),
        3: (2, 0),
        4: (2, 0),
    }
    assert "is not in force on 1900-01-05" in found[2][2]
    assert [(r.line_number, r.detail) for r in told(poisoned)] == [(2, found[2][2])]


def test_once_the_cause_is_mended_it_is_posted_by_a_retry(poisoned):
    poisoned.settle()
    with poisoned.runtime.work() as work:
        work.session.execute(text("UPDATE receipt SET collection_date = '2026-03-06'"))
        assert jobs.retry(work, date(2026, 3, 6)) == {"receipts": 1, "obligors": 0}
    poisoned.settle()
    assert {row[0] for row in states(poisoned).values()} == {2}


def test_what_fails_half_way_leaves_the_books_alone(world, monkeypatch):
    one_case(world, 1)
    lines = [world.line(n, 500, obligor=1) for n in (1, 2)]
    world.take(*world.pages(lines))

    def half(book, receipt, rules):
        result = post(book, receipt, rules)
        if receipt.receipt_id == lines[0].receipt_id:
            raise ValueError("the parts do not sum")
        return result

    monkeypatch.setattr(posting, "post", half)
    world.settle()
    assert {number: row[0] for number, row in states(world).items()} == {1: 3, 2: 2}
    with world.runtime.work() as work:
        assert work.session.scalar(text("SELECT sum(due_cents) FROM balance")) == 29_500


def test_a_lane_that_always_fails_does_not_starve_the_others(world, monkeypatch):
    for number in range(1, 9):
        one_case(world, number)
    world.take(*world.pages([world.line(n, 500, obligor=n) for n in range(1, 9)]))
    take, broken = posting.receipts.take_page, []

    def fail_in_one(session, lane, today, size):
        broken[:] = broken or [lane]
        if lane == broken[0]:
            raise RuntimeError("this lane is broken")
        return take(session, lane, today, size)

    monkeypatch.setattr(posting.receipts, "take_page", fail_in_one)
    for _ in range(200):
        try:
            with world.runtime.work() as work:
                posting.post_receipts(work)
        except RuntimeError:
            continue
    with world.runtime.work() as work:
        assert work.session.scalars(text("SELECT DISTINCT lane FROM waiting")).all() == broken


def test_an_identification_that_comes_while_its_file_is_released_is_not_lost(world, monkeypatch):
    one_case(world, 1)
    released = receipts._RELEASE
    file = world.pages([world.line(1, 500, obligor=None, reason=2)])
    with world.runtime.work() as work:
        execute = work.session.execute

        def and_then_identify(statement, *args, **kwargs):
            done = execute(statement, *args, **kwargs)
            if str(statement) == released:
                # Another worker, in its own transaction, between two statements of this one.
                world.identified((1, 1))
            return done

        monkeypatch.setattr(work.session, "execute", and_then_identify)
        handlers.on_remittances_released(file[0], work)
    world.settle()
    assert states(world)[1][0] == 2


class TestMoneyOfMonthsToCome:
    def test_it_waits_for_its_month_and_posts_by_itself(self, world):
        one_case(world, 1)
        settled = date(2026, 4, 1)
        lines = [world.line(1, 500, obligor=1, paid=settled)]
        world.take(*world.pages(lines, settled=settled))
        world.settle()
        assert states(world)[1][0] == receipts.RECEIVED
        world.go_to(settled)
        world.settle()
        assert states(world)[1][0] == receipts.POSTED

    def test_what_is_further_ahead_than_money_can_be_is_refused(self, world):
        one_case(world, 1)
        settled = date(2026, 6, 1)
        lines = [world.line(1, 500, obligor=1, paid=settled)]
        world.take(*world.pages(lines, settled=settled))
        world.settle()
        assert states(world)[1] == (
            receipts.SUSPENDED,
            withholding.SUSPENSE_REASON_CANNOT_BE_POSTED,
            "It cannot be posted: 2026-06-01 is in a month that is not due yet on 2026-03-06.",
        )


class TestJobsOnTheWrongDay:
    def test_a_month_that_has_not_begun_is_not_charged(self, world):
        one_case(world, 1)
        with world.runtime.work() as work:
            assert jobs.charge(work, date(2026, 3, 31))["charges"] == 1
            with pytest.raises(ValueError, match="charge 2026-04-01: today is 2026-03-06"):
                jobs.charge(work, date(2026, 4, 1))

    def test_no_day_is_paid_out_before_it(self, world):
        with (
            pytest.raises(ValueError, match="disburse 2026-03-09: today is 2026-03-06"),
            world.runtime.work() as work,
        ):
            jobs.disburse(work, date(2026, 3, 9))

    @pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 1, 19)])
    def test_nothing_is_paid_out_on_a_sunday_or_a_holiday(self, world, day):
        with (
            pytest.raises(ValueError, match=f"disburse {day}: .* Federal Reserve business days"),
            world.runtime.work() as work,
        ):
            jobs.disburse(work, day)


class TestMoneyThatIsNotInTheLedgerShows:
    LATE = unposted.MAX_UNPOSTED + timedelta(seconds=1)

    def answer(self, world):
        with world.runtime.work() as work:
            found = api.LedgerReads().GetTotals(pb.GetTotalsRequest(), work)
        with world.runtime.work() as work:
            verified = jobs.verify(work, date(2026, 3, 6))
        assert verified["findings"] == len(found.findings)
        assert found.balanced == (not found.findings)
        return list(found.findings)

    def gauges(self, world):
        with world.runtime.work() as work:
            assert not watching.measure_unposted(work)
        names = ("payments_unposted_cents", "payments_unposted_oldest_seconds")
        return [REGISTRY.get_sample_value(name) for name in names]

    @pytest.mark.parametrize(
        ("pages", "sentence"),
        [
            (1, f"{ONE} in files that are not all here, or not all queued"),
            (2, "2 receipts of 1000 cents have been waiting to be posted"),
        ],
    )
    def test_what_is_staged_or_waits_too_long_is_a_finding(self, world, pages, sentence):
        one_case(world, 1)
        lines = [world.line(n, 500, obligor=1) for n in (1, 2)]
        world.take(*world.pages(lines, size=1)[:pages])
        assert self.answer(world) == []
        world.runtime.clock.advance(self.LATE)
        assert self.answer(world) == [f"{sentence} for more than 15 minutes."]
        assert self.gauges(world) == [500 * pages, self.LATE.total_seconds()]

    def test_what_is_posted_is_none(self, world):
        one_case(world, 1)
        world.take(*world.pages([world.line(1, 500, obligor=1)]))
        world.settle()
        world.runtime.clock.advance(self.LATE)
        assert self.answer(world) == []
        assert self.gauges(world) == [0, 0]
