"""The same facts give the same books, whatever happens on the way."""

import itertools
import random
import threading
from datetime import date

import pytest
from sqlalchemy import text

from childsupport.payments.v1 import events_pb2 as events
from childsupport.payments.v1 import payments_service_pb2 as pb
from payments_service.actions import disbursing, posting
from payments_service.jobs import ledger as jobs
from payments_service.store import snapshot, totals

TODAY = date(2026, 3, 6)


def books(world):
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()
        return snapshot.books(work)


def told(world, kind):
    """Return the events of a kind in the outbox, first to last."""
    name = kind.DESCRIPTOR.full_name
    with world.runtime.work() as work:
        rows = work.session.scalars(
            text("SELECT body FROM outbox WHERE type = :type ORDER BY id"), {"type": name}
        )
        return [kind.FromString(bytes(body)) for body in rows]


def cases(world):
    made = []
    for n in range(1, 13):
        obligations = [
            world.obligation(
                n, 20_000 + n, arrears_cents=1_000 * (n % 3), opening=[(1, 7_000 * (n % 4))]
            )
        ]
        if n % 5 == 0:
            obligations.append(world.obligation(100 + n, 3_000, support=2))
        made.append(
            world.case(
                n, obligations=obligations, obligor=(n - 1) // 2 + 1, assistance=n % 3 + 1,
                assistance_cents=15_000,
            )
        )  # fmt: skip
    return made


def lines(world, count=60):
    rng = random.Random(5)
    made = []
    for n in range(1, count + 1):
        amount = rng.randrange(1, 30_000)
        known = n % 10 != 0
        made.append(
            world.line(
                n, amount, obligor=rng.randrange(1, 7) if known else None,
                credited=amount + 25 * (n % 4 == 0), reason=0 if known else 2,
            )
        )  # fmt: skip
    return made


def in_order(world):
    world.cases(*cases(world))
    world.take(*world.pages(lines(world), size=7))
    world.identified(*[(n, n % 6 + 1) for n in (10, 20, 30)])
    world.settle()


def test_pages_reversed_and_doubled_give_the_same_books(world_for):
    expected, other = world_for(), world_for()
    in_order(expected)
    pages = other.pages(lines(other), size=7)
    other.identified(*[(n, n % 6 + 1) for n in (10, 20, 30)])
    for page in reversed(pages):
        other.take(page, page)
        other.settle()
    other.cases(*reversed(cases(other)))
    other.identified(*[(n, n % 6 + 1) for n in (30, 20, 10)])
    other.cases(*cases(other))
    other.settle()
    assert books(other) == books(expected)


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_the_size_of_a_page_does_not_matter(world_for, monkeypatch, size):
    expected, other = world_for(), world_for()
    in_order(expected)
    monkeypatch.setattr(posting, "PAGE_RECEIPTS", size)
    in_order(other)
    assert books(other) == books(expected)


def test_everything_told_twice_changes_nothing(world):
    in_order(world)
    before = books(world)
    world.cases(*cases(world))
    world.take(*world.pages(lines(world), size=7))
    world.identified(*[(n, n % 6 + 1) for n in (10, 20, 30)])
    world.settle()
    assert books(world) == before


def test_two_workers_share_the_lanes(world_for):
    expected, other = world_for(), world_for()
    in_order(expected)
    other.cases(*cases(other))
    other.take(*other.pages(lines(other), size=7))
    other.identified(*[(n, n % 6 + 1) for n in (10, 20, 30)])
    errors = []

    def work_on():
        try:
            other.settle()
        except Exception as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    workers = [threading.Thread(target=work_on) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    # A worker that found every lane taken may have come to rest before the other had finished.
    other.settle()
    assert books(other) == books(expected)


def test_an_unfinished_file_is_not_posted(world):
    world.cases(*cases(world))
    first, *rest = world.pages(lines(world), size=20)
    world.take(first)
    world.settle()
    assert books(world)["allocations"] == []
    world.take(*rest)
    world.settle()
    assert books(world)["allocations"]


@pytest.mark.parametrize("field", ["file_amount_cents", "file_line_count"])
def test_a_file_whose_sums_are_not_as_announced_is_flagged_and_not_posted(world, field):
    world.cases(*cases(world))
    pages = world.pages(lines(world), size=20)
    for page in pages:
        setattr(page, field, getattr(page, field) + 1)
    world.take(*pages)
    world.settle()
    with world.runtime.work() as work:
        found = totals.ledger_totals(work.session)
    assert found.received_cents == 0
    assert len(found.findings) == 1
    assert "is flagged and not posted: all pages are here" in found.findings[0]


def test_the_pages_of_a_file_may_settle_on_different_days(world):
    world.cases(*cases(world))
    pages = world.pages(lines(world), size=20)
    pages[2].settlement_date.day = 9
    world.take(*pages)
    world.settle()
    days = {row[9] for row in books(world)["receipts"]}
    assert days == {"2026-03-06", "2026-03-09"}


def test_pages_that_contradict_each_other_are_flagged(world):
    pages = world.pages(lines(world), size=20)
    pages[1].page_count = 2
    world.take(*pages)
    with world.runtime.work() as work:
        (finding,) = totals.ledger_totals(work.session).findings
    assert "page 2 says page_count 2, not 3" in finding


class TestSuspense:
    def test_an_unidentified_line_waits_with_its_reason(self, world):
        world.take(*world.pages([world.line(1, 500, obligor=None, reason=2)]))
        world.settle()
        (page,) = told(world, events.ReceiptsSuspended)
        (receipt,) = page.receipts
        assert (receipt.amount_cents, receipt.reason, receipt.detail) == (500, 2, "Test.")
        assert books(world)["accounts"] == [(1, 500), (2, -500)]

    def test_it_is_posted_by_itself_when_it_is_identified(self, world):
        world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
        world.take(*world.pages([world.line(1, 500, obligor=None, reason=2)]))
        world.settle()
        world.identified((1, 1))
        world.settle()
        after = books(world)
        assert after["accounts"] == [(1, 500), (4, -500), (11, 29_500), (13, -30_000), (14, 500)]
        assert [row[4:6] for row in after["receipts"]] == [(2, 0)]

    def test_the_correction_is_a_reversing_entry(self, world):
        self.test_it_is_posted_by_itself_when_it_is_identified(world)
        with world.runtime.work() as work:
            suspense = work.session.scalars(
                text("SELECT amount_cents FROM line WHERE account = 2 ORDER BY 1")
            ).all()
        assert suspense == [-500, 500]

    def test_an_identified_receipt_without_an_order_waits_for_one(self, world):
        world.take(*world.pages([world.line(1, 500, obligor=1)]))
        world.settle()
        (page,) = told(world, events.ReceiptsSuspended)
        assert [r.reason for r in page.receipts] == [10]
        world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
        world.settle()
        assert [(a[7], a[9]) for a in books(world)["allocations"]] == [(500, 1)]

    def test_identified_before_its_page_it_is_never_suspended(self, world):
        world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
        world.identified((1, 1))
        world.take(*world.pages([world.line(1, 500, obligor=None, reason=2)]))
        world.settle()
        assert told(world, events.ReceiptsSuspended) == []
        assert [(a[7], a[9]) for a in books(world)["allocations"]] == [(500, 1)]

    def test_the_projection_may_be_lost_and_come_again(self, world):
        in_order(world)
        before = books(world)
        with world.runtime.work() as work:
            for table in ("case_projection", "obligation_projection", "participant_projection"):
                work.session.execute(text(f"TRUNCATE {table}"))
        world.take(*world.pages([world.line(900, 500, obligor=1)], submission=9))
        world.settle()
        world.cases(*cases(world))
        world.settle()
        after = books(world)
        kept = [row for row in after["allocations"] if row in before["allocations"]]
        assert kept == before["allocations"]
        assert sum(row[7] for row in after["allocations"] if row not in kept) == 500


class TestEvents:
    def test_a_collection_tells_its_parts_and_what_is_still_owed(self, world):
        world.cases(world.case(1, obligations=[world.obligation(1, 30_000, opening=[(1, 5_000)])]))
        world.take(*world.pages([world.line(1, 31_000, obligor=1)]))
        world.settle()
        (page,) = told(world, events.CollectionsPosted)
        (collection,) = page.collections
        assert collection.remitter_name == "Synth Employer"
        assert [(a.current, a.amount_cents, a.case_number) for a in collection.allocations] == [
            (True, 30_000, "0000000001"),
            (False, 1_000, "0000000001"),
        ]
        balances = {b.balance.bucket: b.balance.due_cents for b in collection.balances}
        assert balances == {0: 0, 1: 4_000}
        charged = [b for page in told(world, events.ObligationsCharged) for b in page.balances]
        versions = {(b.balance.bucket, b.version): b.balance.due_cents for b in charged}
        assert versions == {(1, 1): 5_000, (0, 1): 0, (1, 2): 4_000}

    def test_republishing_tells_the_same_with_the_same_versions(self, world):
        in_order(world)
        latest = {}
        charged = [b for page in told(world, events.ObligationsCharged) for b in page.balances]
        posted = [
            b
            for page in told(world, events.CollectionsPosted)
            for c in page.collections
            for b in c.balances
        ]
        for state in sorted(charged + posted, key=lambda b: b.version):
            latest[state.balance.obligation_id, state.balance.bucket] = state
        with world.runtime.work() as work:
            work.session.execute(text("DELETE FROM outbox"))
        from payments_service.service import SERVICE

        with world.runtime.work() as work:
            count = SERVICE.republish["balances"](work, None)
            again = SERVICE.republish["collections"](work, None)
        states = [b for page in told(world, events.ObligationsCharged) for b in page.balances]
        assert count == len(states) == len(latest)
        assert {(b.balance.obligation_id, b.balance.bucket): b for b in states} == latest
        collections = [
            c for page in told(world, events.CollectionsPosted) for c in page.collections
        ]
        assert again == len(collections) == 57


class TestCharging:
    def test_everybody_is_charged_once_for_a_month(self, world):
        world.cases(*cases(world))
        for expected in (14, 0):
            with world.runtime.work() as work:
                assert jobs.charge(work, TODAY)["charges"] >= expected
        with world.runtime.work() as work:
            count = work.session.scalar(text("SELECT count(*) FROM entry WHERE kind = 2"))
        assert count == 14

    def test_charging_before_or_after_the_first_receipt_gives_the_same_books(self, world_for):
        before, after = world_for(), world_for()
        before.cases(*cases(before))
        with before.runtime.work() as work:
            jobs.charge(work, TODAY)
        in_order(before)
        in_order(after)
        with after.runtime.work() as work:
            jobs.charge(work, TODAY)
        assert books(before) == books(after)

    def test_opening_arrears_are_what_the_newest_version_says(self, world):
        for version in (1, 2):
            obligation = world.obligation(1, 0, opening=[(1, 5_000 * version)])
            world.cases(world.case(1, obligations=[obligation], version=version))
            world.settle()
        assert books(world)["balances"][0][3] == 10_000

    def test_what_a_newer_case_no_longer_names_is_charged_no_more(self, world):
        kept, gone = world.obligation(1, 30_000), world.obligation(2, 5_000)
        world.cases(world.case(1, obligations=[kept, gone]))
        with world.runtime.work() as work:
            assert jobs.charge(work, TODAY)["charges"] == 2
        world.cases(world.case(1, obligations=[kept], version=2))
        world.go_to(date(2026, 4, 1))
        with world.runtime.work() as work:
            jobs.charge(work, date(2026, 4, 1))
        due = {(row[0] == gone.obligation_id, row[1]): row[3] for row in books(world)["balances"]}
        assert due == {(False, 0): 30_000, (False, 1): 30_000, (True, 1): 5_000}

    def test_a_case_that_comes_again_does_not_end_what_it_names(self, world):
        for version in (1, 1, 2):
            world.cases(world.case(1, obligations=[world.obligation(1, 30_000)], version=version))
        with world.runtime.work() as work:
            query = "SELECT count(*) FROM obligation_projection WHERE effective_to IS NULL"
            assert work.session.scalar(text(query)) == 1


class TestDisbursement:
    def pay_out(self, world, on=TODAY):
        world.go_to(on)
        with world.runtime.work() as work:
            done = jobs.disburse(work, on)
        world.settle()
        return done

    def crash_after(self, world, done):
        """Do something and die before its transaction is committed."""

        def die():
            with world.runtime.work() as work:
                done(work)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            die()

    def files(self, world):
        folder = world.runtime.settings.data_dir / disbursing.FOLDER
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def ready(self, world):
        in_order(world)
        world.participants(
            *[world.participant(n, account=n % 3 != 0, address=n % 4 != 0) for n in range(1, 13)]
        )

    def test_twice_is_once(self, world):
        self.ready(world)
        first = self.pay_out(world)
        paid, written = books(world), self.files(world)
        assert self.pay_out(world) == first
        assert books(world) == paid
        assert self.files(world) == written
        assert len(told(world, events.DisbursementsIssued)) == 1

    def test_files_and_books_agree(self, world):
        self.ready(world)
        self.pay_out(world)
        with world.runtime.work() as work:
            found = totals.verify(work.session)
            paid = dict(
                work.session.execute(
                    text("SELECT method, sum(amount_cents)::bigint FROM disbursement GROUP BY 1")
                )
                .tuples()
                .all()
            )
        assert found.findings == ()
        assert found.payable_cents == 0
        assert found.disbursed_cents == sum(paid.values())
        written = self.files(world)
        entries = [
            int(record[29:39])
            for record in written["20260306_direct_deposit.ach"].decode().splitlines()
            if record.startswith("6")
        ]
        assert sum(entries) == paid[1]
        checks = written["20260306_check_register.csv"].decode().splitlines()[1:]
        assert sum(int(row.split(",")[3]) for row in checks) == paid[2]
        moved = written["20260306_transfers.csv"].decode().splitlines()[1:]
        assert sum(int(row.split(",")[2]) for row in moved) == paid[3] == found.retained_cents

    def test_a_crash_after_the_file_was_written_ends_with_the_same_bytes(self, world):
        self.ready(world)
        with world.runtime.work() as work:
            jobs.disburse(work, TODAY)
        self.crash_after(world, lambda work: [disbursing.write_files(work) for _ in range(5)])
        crashed = self.files(world)
        world.settle()
        assert self.files(world) == crashed
        assert len(crashed) == 5

    def test_a_run_that_is_rolled_back_leaves_no_file(self, world):
        self.ready(world)
        before = books(world)
        self.crash_after(world, lambda work: jobs.disburse(work, TODAY))
        world.settle()
        assert books(world) == before
        assert not (world.runtime.settings.data_dir / disbursing.FOLDER).exists()

    def test_without_account_or_address_the_money_is_held_and_released_by_itself(self, world):
        world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
        world.take(*world.pages([world.line(1, 500, obligor=1)]))
        world.settle()
        for day, version in ((6, 1), (9, 2)):
            assert self.pay_out(world, date(2026, 3, day))["disbursements"] == 0
            world.participants(world.participant(1, account=False, address=False, version=version))
        (page,) = told(world, events.MoneyHeld)
        assert [(h.reason, h.amount_cents) for h in page.holds] == [("no_payee_address", 500)]
        assert books(world)["accounts"][1] == (3, -500)
        world.participants(world.participant(1, version=3))
        world.settle()
        assert self.pay_out(world, date(2026, 3, 10))["amount_cents"] == 500
        assert books(world)["holds"] == []

    def test_money_is_not_paid_before_it_has_settled(self, world):
        world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
        world.take(*world.pages([world.line(1, 500, obligor=1)], settled=date(2026, 3, 9)))
        world.settle()
        assert self.pay_out(world)["held_parts"] == 0
        world.participants(world.participant(1))
        with world.runtime.work() as work:
            assert totals.ledger_totals(work.session).payable_cents == 500
        assert self.pay_out(world, date(2026, 3, 9))["amount_cents"] == 500

    def test_lateness_shows(self, world):
        """42 USC 654b(c)(1): two business days; received on Friday the 6th, due on the 10th."""
        world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
        world.participants(world.participant(1))
        for n, day in ((1, 10), (2, 11)):
            world.take(*world.pages([world.line(n, 500, obligor=1)], submission=n))
            world.settle()
            assert self.pay_out(world, date(2026, 3, day))["late_parts"] == (day > 10)

    def test_numbers_go_on_from_run_to_run(self, world):
        self.ready(world)
        self.pay_out(world)
        world.take(*world.pages([world.line(700, 9_000, obligor=1)], submission=7))
        world.settle()
        self.pay_out(world, date(2026, 3, 9))
        with world.runtime.work() as work:
            rows = work.session.execute(
                text(
                    "SELECT method, array_agg(number ORDER BY business_date, number)"
                    " FROM disbursement WHERE method < 3 GROUP BY 1"
                )
            ).all()
        for _, numbers in rows:
            assert numbers == list(range(1, len(numbers) + 1))

    def test_the_first_payment_to_a_family_is_told(self, world):
        world.cases(world.case(1, obligations=[world.obligation(1, 30_000)]))
        world.participants(world.participant(1))
        for n, day in ((1, 6), (2, 9)):
            world.take(*world.pages([world.line(n, 500, obligor=1)], submission=n))
            world.settle()
            self.pay_out(world, date(2026, 3, day))
        pages = told(world, events.DisbursementsIssued)
        issued = list(itertools.chain.from_iterable(page.disbursements for page in pages))
        assert [i.first_payment for i in issued] == [True, False]
        assert [i.disbursement.payee_kind for i in issued] == [pb.PAYEE_KIND_FAMILY] * 2
        assert sum(part.allocation.amount_cents for part in issued[0].parts) == 500

    def test_no_account_number_lies_open_in_the_database(self, world):
        self.ready(world)
        self.pay_out(world)
        account = "9876100001"
        assert account.encode() in self.files(world)["20260306_direct_deposit.ach"]
        with world.runtime.work() as work:
            for table in ("participant_projection", "disbursement", "file_part", "outbox"):
                rows = work.session.scalars(text(f"SELECT t::text FROM {table} t")).all()
                assert rows
                assert not [r for r in rows if account in r or account.encode().hex() in r]
