"""Facts that change after money was posted: the books are computed again, and stay whole.

42 USC 657 and 45 CFR 302.51 say how a month's money is shared; a correction is that month shared
again. Figures are constructed.
"""

import threading
import uuid
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from google.type.date_pb2 import Date
from sqlalchemy import text

from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged
from childsupport.payments.v1 import correction_service_pb2 as pb
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from childsupport.payments.v1.events_pb2 import PaymentNoticesIssued
from payments_service.actions import correcting, redirecting, redoing
from payments_service.actions.charging import charge
from payments_service.actions.disbursing import disburse
from payments_service.actions.posting import post_receipts
from payments_service.actions.redoing import redo_obligors
from payments_service.actions.releasing import release_files
from payments_service.api.corrections import CorrectionReads, Corrections
from payments_service.api.reads import ReceiptReads
from payments_service.domain.lanes import lane_of
from payments_service.store import claims, ledger, payees, to_redo, totals, unposted

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))
ANN, BEN = Caller("worker:ann"), Caller("worker:ben")
PAID, SENT = date(2026, 3, 6), date(2026, 3, 9)
FAMILY, STATE = 1, 2


def case_of(world, version, *obligations, number=1, obligor=None, **given):
    return world.case(
        number, obligations=list(obligations), version=version, obligor=obligor, **given
    )


def owed(world, number, *terms, **given):
    """An obligation of (first day, cents) terms, each up to the next."""
    one = world.obligation(number, terms[-1][1], starts=terms[0][0], **given)
    for place, (first, cents) in enumerate(terms):
        after = terms[place + 1][0] if place + 1 < len(terms) else None
        last = date.fromordinal(after.toordinal() - 1) if after else None
        one.terms.add(
            effective_from=from_date(first),
            effective_to=from_date(last) if last else Date(),
            amount_cents=cents,
            frequency=case_pb.FREQUENCY_MONTHLY,
            monthly_cents=cents,
        )
    return one


def run_charge(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        charge(work, day)
    world.settle()


def receive(world, number, cents, day, *, obligor=1):
    world.take(
        *world.pages(
            [world.line(number, cents, obligor=obligor, paid=day)], submission=number, settled=day
        )
    )
    world.settle()


def pay_out(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        disburse(work, day)
    world.settle()


def rows(world, query, **given):
    with world.runtime.work() as work:
        return [tuple(row) for row in work.session.execute(text(query), given)]


def due(world):
    """What is owed, by bucket."""
    return dict(
        rows(
            world,
            "SELECT bucket, sum(due_cents)::bigint FROM balance WHERE due_cents > 0 GROUP BY 1",
        )
    )


def queued(world):
    return rows(world, "SELECT from_month, cause, error FROM obligor_to_redo")


def clean(world):
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()
    assert queued(world) == []


class TestOrdersThatChange:
    def test_months_that_were_charged_are_charged_again(self, world):
        """KRS 403.213(1): a change holds for what accrues after it, also when told later."""
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        for day in (MARCH, APRIL, MAY):
            run_charge(world, day)
        before = rows(world, "SELECT count(*) FROM entry")
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 20_000), (APRIL, 25_000))))
        world.settle()
        assert due(world) == {0: 25_000, 1: 45_000}
        # Of April and May: charges and April's ageing, taken back and booked anew.
        assert rows(world, "SELECT count(*) FROM entry") == [(before[0][0] + 6,)]
        clean(world)

    def test_a_version_that_says_nothing_new_queues_nothing(self, world):
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        run_charge(world, APRIL)
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 20_000))))
        assert queued(world) == []
        world.take(CasesChanged(cases=[case_of(world, 2, owed(world, 1, (MARCH, 90_000)))]))
        assert queued(world) == []

    def test_a_change_of_months_to_come_queues_nothing(self, world):
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        run_charge(world, MARCH)
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 20_000), (APRIL, 25_000))))
        assert queued(world) == []

    def test_money_that_was_paid_out_stays_paid_ahead(self, world):
        """Less was owed than was paid out to the family: it meets the months that follow."""
        world.participants(world.participant(1))
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        receive(world, 1, 20_000, date(2026, 3, 6))
        pay_out(world, date(2026, 3, 9))
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 15_000))))
        world.settle()
        assert due(world) == {}
        clean(world)
        run_charge(world, APRIL)
        assert due(world) == {0: 10_000}
        assert rows(world, "SELECT sum(ahead_cents) FROM standing") == [(0,)]
        assert rows(world, "SELECT count(*) FROM claim") == [(0,)]
        clean(world)
        with world.runtime.work() as work:
            asked = payments_pb.ExplainReceiptRequest(receipt_id=receipt_id(1), audience=1)
            told = ReceiptReads().ExplainReceipt(asked, work).receipt
        sums = [(part.current, part.amount_cents) for part in told.allocations]
        assert (told.revision, sums) == (1, [(True, 15_000), (False, 5_000)])
        assert all(part.disbursement_id for part in told.allocations)
        assert told.allocations[1].steps[-1].rule_id == "ky.redo.pinned_pays"
        assert told.allocations[1].steps[-1].text

    def test_what_is_not_paid_out_yet_is_free_to_move(self, world):
        world.participants(world.participant(1))
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        receive(world, 1, 20_000, date(2026, 3, 6))
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 15_000))))
        world.settle()
        assert rows(world, "SELECT payee_kind, amount_cents FROM payable") == [(1, 15_000)]
        assert rows(world, "SELECT reason, amount_cents FROM hold WHERE released_on IS NULL") == [
            ("excess", 5_000)
        ]
        clean(world)


class TestLateReceipts:
    def test_money_of_a_month_that_is_over_pays_that_month(self, world):
        """45 CFR 302.51(a)(1): first the support of the month of collection."""
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        run_charge(world, MARCH)
        world.go_to(date(2026, 4, 2))
        run_charge(world, date(2026, 4, 2))
        assert due(world) == {0: 20_000, 1: 20_000}
        world.take(
            *world.pages(
                [world.line(1, 20_000, obligor=1, paid=date(2026, 3, 31))],
                settled=date(2026, 3, 31),
            )
        )
        world.settle()
        assert due(world) == {0: 20_000}
        assert rows(world, "SELECT current, bucket, revision FROM part_in_force") == [(True, 0, 0)]
        assert rows(world, "SELECT count(*) FROM late_receipt") == [(0,)]
        clean(world)


def receipt_id(number):
    return f"01950000-0000-7000-8000-{number:012x}"


def bank_says(world, receipt, cause="nsf", on=PAID):
    with world.runtime.work() as work:
        return correcting.reverse(work, receipt_id(receipt), cause, on)


def parts(world, receipt):
    return rows(
        world,
        "SELECT obligation_id IS NOT NULL, payee_kind, amount_cents, paid_as FROM part_in_force"
        " WHERE receipt_id = CAST(:id AS uuid) ORDER BY sequence",
        id=receipt_id(receipt),
    )


def emitted(world, kind):
    with world.runtime.work() as work:
        bodies = work.session.execute(
            text("SELECT body FROM outbox WHERE type = :type ORDER BY id"),
            {"type": kind.DESCRIPTOR.full_name},
        )
        return [kind.FromString(bytes(body)) for (body,) in bodies]


@pytest.fixture
def one_family(world):
    """One order of $200 from March on, whose family is paid by direct deposit."""
    world.participants(world.participant(1))
    world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
    return world


class TestTheBanksWord:
    def test_a_check_that_bounced_is_owed_again(self, one_family):
        receive(one_family, 1, 20_000, PAID)
        assert bank_says(one_family, 1)
        assert due(one_family) == {0: 20_000}
        assert parts(one_family, 1) == []
        assert rows(one_family, "SELECT count(*) FROM payable") == [(0,)]
        assert rows(one_family, "SELECT state, detail, revision FROM receipt") == [(4, "nsf", 1)]
        clean(one_family)

    def test_told_twice_it_is_taken_back_once(self, one_family):
        receive(one_family, 1, 20_000, PAID)
        assert bank_says(one_family, 1)
        lines = rows(one_family, "SELECT count(*) FROM line")
        assert not bank_says(one_family, 1)
        assert rows(one_family, "SELECT count(*) FROM line") == lines

    def test_what_the_family_got_is_made_whole_by_the_state(self, one_family):
        """Rule recoupment.bounced (unverified): no family is asked for money."""
        receive(one_family, 1, 20_000, PAID)
        pay_out(one_family, SENT)
        bank_says(one_family, 1)
        with one_family.runtime.work() as work:
            (claim,) = claims.of_receipts(work.session, [receipt_id(1)])
            found = totals.ledger_totals(work.session)
        assert (claim.amount_cents, claim.left_cents) == (20_000, 0)
        assert (claim.state, claim.reason) == (claims.WAIVED, "nsf")
        assert (found.received_cents, found.claims_cents, found.disbursed_cents) == (
            0, 20_000, 20_000,
        )  # fmt: skip
        clean(one_family)

    def test_a_family_that_may_be_asked_is_told_first(self, one_family, monkeypatch):
        """Rules recoupment.bounced, notice_days and limit: settings, no text found."""
        law = redoing.law_of
        asks = lambda *of: replace(law(*of), bounced_stays=False)  # noqa: E731
        monkeypatch.setattr(redoing, "law_of", asks)
        receive(one_family, 1, 20_000, PAID)
        pay_out(one_family, SENT)
        bank_says(one_family, 1)
        told = [n for page in emitted(one_family, PaymentNoticesIssued) for n in page.notices]
        (notice,) = told
        assert notice.participant_id == str(uuid.uuid5(uuid.NAMESPACE_OID, "obligee/1"))
        assert (notice.kind, notice.case_number) == ("payment_claimed", "0000000001")
        assert dict(notice.facts) == {"amount_cents": "20000", "from_on": "2026-04-08"}
        one_family.go_to(date(2026, 4, 6))
        receive(one_family, 2, 20_000, date(2026, 4, 6))
        pay_out(one_family, date(2026, 4, 7))
        assert rows(one_family, "SELECT left_cents FROM claim") == [(20_000,)]
        one_family.go_to(date(2026, 4, 8))
        receive(one_family, 3, 20_000, date(2026, 4, 8))
        pay_out(one_family, date(2026, 4, 8))
        assert rows(one_family, "SELECT left_cents FROM claim") == [(18_000,)]
        clean(one_family)

    def test_money_in_suspense_that_bounced_leaves_it(self, world):
        world.take(*world.pages([world.line(1, 5_000, obligor=None, reason=1)]))
        world.settle()
        assert bank_says(world, 1)
        with world.runtime.work() as work:
            assert totals.ledger_totals(work.session).suspense_cents == 0
        clean(world)

    def test_money_that_was_not_posted_yet_is_never_posted(self, one_family):
        one_family.take(*one_family.pages([one_family.line(1, 5_000, obligor=1)]))
        assert bank_says(one_family, 1)
        one_family.settle()
        assert due(one_family) == {}
        assert rows(one_family, "SELECT count(*) FROM entry WHERE kind = 4") == [(0,)]
        clean(one_family)

    def test_a_receipt_that_nobody_knows_is_refused(self, world):
        with pytest.raises(PlatformError, match="receipt not found"):
            bank_says(world, 99)

    def test_the_state_gives_back_out_of_its_next_transfers(self, world):
        """42 USC 657(a)(1): assigned support is kept; of a bounced check nothing was there."""
        assistance = {
            "assistance": case_pb.ASSISTANCE_STATUS_CURRENT,
            "assistance_cents": 100_000,
        }
        world.participants(world.participant(1))
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000)), **assistance))
        receive(world, 1, 20_000, PAID)
        pay_out(world, SENT)
        bank_says(world, 1)
        clean(world)
        with world.runtime.work() as work:
            (claim,) = claims.of_receipts(work.session, [receipt_id(1)])
            assert claim.payee_kind == STATE
            assert claim.collectable
            assert claims.collectable(work.session, [claim.payee_id], PAID) == [claim]
            claims.take(work.session, claim.claim_id, claim.payee_id, 5_000)
            with pytest.raises(ValueError, match="more than is left"):
                claims.take(work.session, claim.claim_id, claim.payee_id, 15_001)
        assert rows(world, "SELECT retained_cents FROM fund") == [(0,)]


class TestTwoPeople:
    def propose(self, world, method, request):
        with world.runtime.work(ANN) as work:
            return getattr(Corrections(), method)(request, work).correction

    def confirm(self, world, one, who=BEN):
        with world.runtime.work(who) as work:
            request = pb.ConfirmCorrectionRequest(correction_id=one.correction_id)
            return Corrections().ConfirmCorrection(request, work).correction

    def reversal(self, world, **given):
        given = {"receipt_id": receipt_id(1), "cause": "misapplied", "reason": "Not his."} | given
        return self.propose(world, "ReverseReceipt", pb.ReverseReceiptRequest(**given))

    def test_the_second_must_be_another(self, one_family):
        receive(one_family, 1, 20_000, PAID)
        one = self.reversal(one_family)
        assert one.state == pb.CORRECTION_STATE_PROPOSED
        assert due(one_family) == {}
        with pytest.raises(PlatformError, match="takes two people") as refused:
            self.confirm(one_family, one, ANN)
        assert refused.value.metadata == {"rule": "corrections.people"}
        done = self.confirm(one_family, one)
        assert (done.state, done.proposed_by, done.decided_by) == (
            pb.CORRECTION_STATE_CONFIRMED, "worker:ann", "worker:ben",
        )  # fmt: skip
        assert due(one_family) == {0: 20_000}
        with pytest.raises(PlatformError, match="decided already"):
            self.confirm(one_family, one)
        clean(one_family)

    def test_what_is_rejected_does_nothing(self, one_family):
        receive(one_family, 1, 20_000, PAID)
        one = self.reversal(one_family)
        with one_family.runtime.work(BEN) as work:
            waiting = CorrectionReads().ListCorrections(pb.ListCorrectionsRequest(), work)
            assert [c.correction_id for c in waiting.corrections] == [one.correction_id]
            request = pb.RejectCorrectionRequest(correction_id=one.correction_id)
            Corrections().RejectCorrection(request, work)
        assert due(one_family) == {}
        with one_family.runtime.work(BEN) as work:
            listed = CorrectionReads().ListCorrections(pb.ListCorrectionsRequest(), work)
            asked = pb.GetCorrectionRequest(correction_id=one.correction_id)
            kept = CorrectionReads().GetCorrection(asked, work).correction
        assert list(listed.corrections) == []
        assert kept.state == pb.CORRECTION_STATE_REJECTED

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"cause": "because"}, "cause: must be one of nsf, chargeback, misapplied"),
            ({"reason": " "}, "reason: must be said"),
            ({"receipt_id": str(uuid.UUID(int=7))}, "receipt not found"),
        ],
    )
    def test_what_cannot_be_is_refused(self, one_family, given, told):
        receive(one_family, 1, 20_000, PAID)
        with pytest.raises(PlatformError, match=told):
            self.reversal(one_family, **given)

    def test_a_receipt_moves_to_whom_it_was_for_and_back(self, one_family):
        world = one_family
        world.participants(world.participant(2))
        world.cases(case_of(world, 1, owed(world, 2, (MARCH, 30_000)), number=2))
        receive(world, 1, 20_000, PAID)
        pay_out(world, SENT)
        for target, left in ((2, {0: 10_000 + 20_000}), (1, {})):
            request = pb.MoveReceiptRequest(
                receipt_id=receipt_id(1),
                to_obligor_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"obligor/{target}")),
                reason="Two people of one name.",
            )
            one = self.propose(world, "MoveReceipt", request)
            self.confirm(world, one)
            if target == 2:
                assert due(world) == left
            clean(world)
        # What went to the first family out of it went once; it is paid out of it a second time.
        assert rows(world, "SELECT payee_kind, amount_cents FROM payable") == [(FAMILY, 20_000)]
        with world.runtime.work() as work:
            first, *_ = claims.of_receipts(work.session, [receipt_id(1)])
        assert (first.reason, first.state) == ("wrong_case", claims.WAIVED)

    @pytest.mark.parametrize(("cents", "left"), [(15_000, {0: 5_000}), (26_000, {})])
    def test_another_amount(self, one_family, cents, left):
        receive(one_family, 1, 20_000, PAID)
        pay_out(one_family, SENT)
        request = pb.CorrectReceiptAmountRequest(
            receipt_id=receipt_id(1), amount_cents=cents, reason="A digit was misread."
        )
        self.confirm(one_family, self.propose(one_family, "CorrectReceiptAmount", request))
        assert due(one_family) == left
        with one_family.runtime.work() as work:
            found = totals.ledger_totals(work.session)
        assert found.received_cents == cents
        assert found.disbursed_cents == 20_000
        assert found.claims_cents == max(0, 20_000 - cents)
        clean(one_family)


class TestWhatWentOut:
    def test_assistance_learnt_late_takes_nothing_from_the_family(self, one_family):
        """42 USC 608(a)(3): it was the State's; rule recoupment.from_family: nobody is asked."""
        receive(one_family, 1, 20_000, PAID)
        pay_out(one_family, SENT)
        case = case_of(one_family, 2, owed(one_family, 1, (MARCH, 20_000)))
        case.assistance.add(
            program=case_pb.ASSISTANCE_PROGRAM_K_TAP,
            first_month=from_date(MARCH),
            paid_cents=26_200,
        )
        case.assistance_status = case_pb.ASSISTANCE_STATUS_CURRENT
        case.unreimbursed_assistance_cents = 26_200
        one_family.cases(case)
        assert [row[1] for row in queued(one_family)] == ["assistance_changed"]
        one_family.settle()
        assert due(one_family) == {}, "who has paid has paid"
        assert rows(one_family, "SELECT count(*) FROM claim") == [(0,)]
        clean(one_family)

    def test_assistance_that_was_none_gives_the_family_what_the_state_kept(self, world):
        world.participants(world.participant(1))
        case = case_of(world, 1, owed(world, 1, (MARCH, 20_000)), assistance_cents=50_000)
        case.assistance.add(
            program=case_pb.ASSISTANCE_PROGRAM_K_TAP,
            first_month=from_date(MARCH),
            paid_cents=50_000,
        )
        case.assistance_status = case_pb.ASSISTANCE_STATUS_CURRENT
        world.cases(case)
        receive(world, 1, 20_000, PAID)
        pay_out(world, SENT)
        never = case_of(world, 2, owed(world, 1, (MARCH, 20_000)))
        world.cases(never)
        world.settle()
        with world.runtime.work() as work:
            (claim,) = claims.of_receipts(work.session, [receipt_id(1)])
        assert (claim.payee_kind, claim.left_cents, claim.collectable) == (STATE, 20_000, True)
        assert rows(world, "SELECT payee_kind, amount_cents FROM payable") == [(FAMILY, 20_000)]
        clean(world)

    def test_nothing_changes_when_it_is_computed_again(self, one_family):
        """Again and again, whatever went out or was paid ahead."""
        receive(one_family, 1, 21_000, PAID)
        pay_out(one_family, SENT)
        one_family.cases(case_of(one_family, 2, owed(one_family, 1, (MARCH, 12_000))))
        one_family.settle()
        run_charge(one_family, APRIL)
        before = rows(one_family, "SELECT count(*) FROM entry")
        for _ in range(2):
            again(one_family, 1, MARCH)
        assert rows(one_family, "SELECT count(*) FROM entry") == before
        clean(one_family)

    def test_what_was_redirected_and_bounced_goes_to_nobody(self, one_family):
        """45 CFR 302.38: to the family; a caretaker on proof has its place, also backwards."""
        receive(one_family, 1, 20_000, PAID)
        caretaker = str(uuid.UUID(int=9))
        with one_family.runtime.work() as work:
            case_id = work.session.scalar(text("SELECT case_id::text FROM case_projection"))
            obligee, obligor = work.session.execute(
                text("SELECT payee_id::text, obligor_id::text FROM payable")
            ).one()
            payees.add_redirect(
                work.session,
                payees.Redirect(
                    redirect_id=str(uuid.UUID(int=8)),
                    payee_id=obligee,
                    case_id=case_id,
                    to_payee_id=caretaker,
                    first_day=MARCH,
                    last_day=None,
                    proof="custody order",
                    evidence_id="",
                    state=2,
                    asked_by="worker:ann",
                    asked_on=MARCH,
                    decided_by="worker:ben",
                    decided_on=MARCH,
                ),
            )
            lane = lane_of(obligor)
            ledger.lock_lane(work.session, lane)
            redirecting.redirect_lane(work, PAID, lane)
        assert rows(one_family, "SELECT payee_id::text FROM payable") == [(caretaker,)]
        bank_says(one_family, 1)
        assert rows(one_family, "SELECT count(*) FROM payable") == [(0,)]
        assert rows(one_family, "SELECT count(*) FROM claim") == [(0,)]
        by_holder = (
            "SELECT participant_id FROM line WHERE book = 2 GROUP BY account, participant_id"
            " HAVING sum(amount_cents) <> 0"
        )
        assert rows(one_family, by_holder) == []
        clean(one_family)


def again(world, obligor, month):
    id_ = str(uuid.uuid5(uuid.NAMESPACE_OID, f"obligor/{obligor}"))
    with world.runtime.work() as work:
        row = to_redo.ToRedo(id_, month, "order_changed")
        to_redo.queue(work.session, [row], work.clock.now())
    world.settle()


class TestFaults:
    def test_one_that_dies_is_done_again(self, one_family, monkeypatch):
        run_charge(one_family, APRIL)
        one_family.cases(case_of(one_family, 2, owed(one_family, 1, (MARCH, 25_000))))
        with monkeypatch.context() as patch:
            patch.setattr(ledger, "record", lambda *_, **__: 1 / 0)
            with (
                pytest.raises(ZeroDivisionError),
                one_family.runtime.work() as work,
            ):
                redo_obligors(work)
        assert len(queued(one_family)) == 1
        assert due(one_family) == {0: 20_000, 1: 20_000}
        one_family.settle()
        assert due(one_family) == {0: 25_000, 1: 25_000}
        clean(one_family)

    def test_it_waits_for_who_posts_in_the_lane_and_posting_for_it(self, one_family):
        run_charge(one_family, APRIL)
        one_family.cases(case_of(one_family, 2, owed(one_family, 1, (MARCH, 25_000))))
        with one_family.runtime.work() as poster:
            ledger.lock_lanes(poster.session)
            with one_family.runtime.work() as work:
                assert not redo_obligors(work), "the lane is somebody else's"
        assert len(queued(one_family)) == 1
        one_family.settle()
        clean(one_family)

    def test_an_order_heard_of_while_the_first_money_is_posted_is_not_missed(self, one_family):
        """Who posts does not see it, and it does not see what is posted."""
        pages = one_family.pages([one_family.line(1, 30_000, obligor=1, paid=PAID)])
        one_family.take(*pages)
        with one_family.runtime.work() as work:
            release_files(work)
        with one_family.runtime.work() as poster:
            assert post_receipts(poster)
            second = owed(one_family, 2, (MARCH, 10_000))
            one_family.cases(case_of(one_family, 1, second, number=2, obligor=1))
        one_family.settle()
        assert [cents for _, _, cents, _ in parts(one_family, 1)] == [20_000, 10_000]
        assert rows(one_family, "SELECT count(*) FROM hold WHERE released_on IS NULL") == [(0,)]
        clean(one_family)

    def test_beside_postings_nothing_is_lost(self, one_family):
        """Two workers on everything, while money comes in and the order changes."""
        world = one_family
        run_charge(world, date(2026, 4, 2))
        for number in range(1, 13):
            day = date(2026, 3, number + 10) if number % 2 else date(2026, 4, 2)
            world.take(
                *world.pages([world.line(number, 1_000, obligor=1)], submission=number, settled=day)
            )
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 25_000))))
        failures = []

        def work_on():
            try:
                world.settle()
            except psycopg.Error as error:
                failures.append(error)

        workers = [threading.Thread(target=work_on) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert failures == []
        world.settle()
        assert due(world) == {0: 25_000 - 6_000, 1: 25_000 - 6_000}
        assert rows(world, "SELECT count(*) FROM receipt WHERE state = 2") == [(12,)]
        clean(world)

    def test_books_that_cannot_be_computed_are_a_finding_until_they_can(self, one_family):
        receive(one_family, 1, 20_000, PAID)
        id_ = str(uuid.uuid5(uuid.NAMESPACE_OID, "obligor/1"))
        with one_family.runtime.work() as work:
            row = to_redo.ToRedo(id_, MARCH, "order_changed")
            to_redo.put_back(work.session, row, "no rule", work.clock.now())
        one_family.settle()
        with one_family.runtime.work() as work:
            (finding,) = unposted.findings(work.session, work.clock.now(), work.clock.today())
            assert "cannot be computed again from 2026-03-01: no rule" in finding
            assert to_redo.retry(work.session) == 1
        one_family.settle()
        clean(one_family)
