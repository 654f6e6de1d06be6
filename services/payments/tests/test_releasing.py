"""A file is queued for posting by pages, once all of it is here; rules are noted as it commits."""

from contextlib import suppress
from datetime import date

import pytest
from sqlalchemy import text

from payments_service.actions.releasing import release_files
from payments_service.store import allocations, receipts, totals
from policy import load

TODAY = date(2026, 3, 6)
LINES = 10
PAGE = 3


def standing(world):
    """Where the file stands, and how many of its lines are queued."""
    with world.runtime.work() as work:
        return work.session.execute(
            text(
                "SELECT s.state, s.queued_through, (SELECT count(*) FROM waiting) FROM submission s"
            )
        ).one()


@pytest.fixture
def file(world, monkeypatch):
    """A file of ten lines, of which three are queued at a time; the ninth is of nobody known."""
    monkeypatch.setattr(receipts, "RELEASE_LINES", PAGE)
    world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
    world.settle()
    lines = [world.line(n, 500, obligor=1) for n in range(1, LINES + 1)]
    lines[8] = world.line(9, 500, obligor=None, reason=2)
    world.take(*world.pages(lines, size=4))
    return lines


def test_a_large_file_is_queued_page_by_page_and_posted_once(world, file):
    assert standing(world) == (1, PAGE, PAGE)
    with suppress(InterruptedError), world.runtime.work() as work:
        assert release_files(work)
        raise InterruptedError
    assert standing(world) == (1, PAGE, PAGE)
    more = True
    while more:
        with world.runtime.work() as work:
            more = release_files(work)
    assert standing(world) == (2, LINES, LINES)
    world.settle()
    with world.runtime.work() as work:
        found = totals.verify(work.session)
    assert (found.findings, found.received_cents) == ((), LINES * 500)


def test_two_workers_do_not_queue_the_same_lines(world, file):
    with world.runtime.work() as first:
        assert release_files(first)
        with world.runtime.work() as other:
            assert not release_files(other)
    assert standing(world) == (1, 2 * PAGE, 2 * PAGE)


def test_whom_a_line_belongs_to_may_be_told_before_it_is_queued(world, file):
    world.identified((9, 1))
    world.settle()
    with world.runtime.work() as work:
        row = work.session.execute(
            text("SELECT state, suspensions FROM receipt WHERE line_number = 9")
        ).one()
        assert row == (receipts.POSTED, 0)
        assert work.session.scalar(text("SELECT count(*) FROM identification")) == 0


def test_a_flagged_file_is_queued_no_further(world, file):
    extra = world.pages([world.line(11, 500, obligor=1)], size=1)[0]
    extra.page_number = 9
    world.take(extra)
    assert standing(world)[0] == receipts.FLAGGED
    with world.runtime.work() as work:
        assert not release_files(work)


def test_transactions_that_note_rules_in_different_order_wait_for_nobody(world):
    """Each would hold a rule that the other is after, were they written as they are noted."""
    policy = load(world.runtime.settings.jurisdiction)
    one, other = (
        {rule.checksum[: allocations.CHECKSUM_CHARS]: rule}
        for rule in (policy.rule(id_, TODAY) for id_ in ("sdu.disburse", "sdu.offset"))
    )
    with world.runtime.work() as first:
        allocations.note_rules(first.session, one)
        with world.runtime.work() as second:
            allocations.note_rules(second.session, other)
            allocations.note_rules(second.session, one)
        allocations.note_rules(first.session, other)
    with world.runtime.work() as work:
        kept = set(work.session.scalars(text("SELECT checksum FROM applied_rule")))
        assert kept == {*one, *other}
