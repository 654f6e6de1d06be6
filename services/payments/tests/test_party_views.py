"""What each of the two parents sees of a payment, and what neither is told.

Object level: OWASP ASVS 5.0, 8.2.2 and 8.3.3. Sources: 26 USC 6103 and IRS Publication 1075. The
story is that of the demonstration: a payer with two cases whose employer pays each week.
"""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import party_service_pb2 as pb
from payments_service.actions import checks, correcting, redirecting
from payments_service.api.party import PartyPaymentReads
from payments_service.api.party_payments import FACTS_OF_A_CASE
from payments_service.domain.model import Source
from payments_service.service import SERVICE

from .conftest import TODAY, make_id
from .parties import PARTY, door
from .test_masking import TELLING
from .test_online import pay as pay_online
from .test_paying import pay_out, take_back
from .test_receiving import FEDERAL, FIRST, offset, offsets, send

FATHER, MOTHER, OTHER_MOTHER = make_id("obligor", 1), make_id("obligee", 1), make_id("obligee", 2)
STRANGER = make_id("obligor", 3)
WEEK = timedelta(days=7)
NEXT = date(2026, 3, 9)
NOT_FOUND = ErrorReason.ERROR_REASON_NOT_FOUND
STATES = {
    value: name.removeprefix("MY_PAYMENT_STATE_") for name, value in pb.MyPaymentState.items()
}
KINDS = {value: name.removeprefix("MY_STAGE_KIND_") for name, value in pb.MyStageKind.items()}
REASONS = {value: name.removeprefix("MY_REASON_") for name, value in pb.MyReason.items()}


@pytest.fixture
def story(world):
    """A father with two families: of the second the State has the support, for assistance."""
    people = [world.participant(n) for n in (1, 2, 3)]
    world.participants(*people, world.participant(1, kind="obligor"))
    world.cases(
        world.case(1, obligations=[world.obligation(1, 60_000, opening=[(1, 50_000), (2, 700)])]),
        world.case(
            2,
            obligor=1,
            obligations=[world.obligation(2, 40_000)],
            assistance=2,
            assistance_cents=1_000_000,
        ),
        world.case(3, obligations=[world.obligation(3, 30_000)]),
    )
    world.settle()
    return world


def withhold(world, number, cents, day=TODAY, obligor=1):
    """A week's pay: the employer's file with one line."""
    world.go_to(day)
    lines = [world.line(number, cents, obligor=obligor, paid=day)]
    world.take(*world.pages(lines, submission=number, settled=day))
    world.settle()
    return make_id("receipt", number)


def ask(world, name, who, **given):
    request = getattr(pb, f"{name}Request")(participant_id=who, **given)
    with world.runtime.work(Caller("portal")) as work:
        return getattr(PartyPaymentReads(), name)(request, work)


def payment(world, who, receipt_id):
    return explained(world, who, receipt_id).payment


def explained(world, who, receipt_id):
    return ask(world, "ExplainMyPayment", who, receipt_id=receipt_id)


def told(found):
    """The stages in words: what, how much, why."""
    return [
        (KINDS[s.kind], s.amount_cents) + ((REASONS[s.reason],) if s.reason else ())
        for s in found.stages
    ]


def account(world, who, number=1):
    accounts = ask(world, "GetMyAccounts", who).accounts
    return next(a for a in accounts if a.case_id == make_id("case", number))


class TestAWeeksPayOfTwoFamilies:
    def test_each_parent_sees_the_own_part_go_from_received_to_arrived(self, story):
        paid = withhold(story, 1, 25_000)
        his, hers = payment(story, FATHER, paid), payment(story, MOTHER, paid)
        assert (his.amount_cents, STATES[his.state]) == (25_000, "ALLOCATED")
        assert his.source == pb.MY_PAYMENT_SOURCE_EMPLOYER
        assert [c.amount_cents for c in his.cases] == [15_000, 10_000]
        assert {p.payee: p.amount_cents for p in his.payees} == {
            pb.MY_PAYEE_FAMILY: 15_000,
            pb.MY_PAYEE_STATE: 10_000,
        }
        assert (hers.amount_cents, STATES[hers.state]) == (15_000, "ALLOCATED")
        assert [c.case_id for c in hers.cases] == [make_id("case", 1)]
        assert KINDS[hers.next.kind] == "SENT"
        assert (hers.next.on.month, hers.next.on.day) == (3, 6)
        pay_out(story)
        sent = payment(story, MOTHER, paid)
        assert told(sent) == [("RECEIVED", 15_000), ("ALLOCATED", 15_000), ("SENT", 15_000)]
        # Sent on Friday the 6th it settles on Monday, and a return would be here by Wednesday.
        assert (KINDS[sent.next.kind], sent.next.on.day) == ("ARRIVED", 11)
        story.go_to(date(2026, 3, 11))
        there = payment(story, MOTHER, paid)
        assert told(there)[-1] == ("ARRIVED", 15_000)
        assert (STATES[there.state], there.HasField("next")) == ("ARRIVED", False)

    def test_of_who_is_paid_the_payer_learns_that_it_was_sent_and_no_more(self, story):
        paid = withhold(story, 1, 25_000)
        pay_out(story)
        story.go_to(date(2026, 3, 20))
        his = payment(story, FATHER, paid)
        assert told(his) == [
            ("RECEIVED", 25_000),
            ("ALLOCATED", 25_000),
            ("SENT", 15_000),
            ("SENT", 10_000),
        ]
        assert not any(stage.method or stage.bank_code for stage in his.stages)
        assert STATES[his.state] == "SENT"

    def test_the_one_who_receives_is_told_nothing_of_the_payers_whole(self, story):
        """Neither sum, share of all, other case, employer nor pay day is in any answer."""
        paid = withhold(story, 1, 25_000)
        answer = explained(story, MOTHER, paid)
        assert [part.amount_cents for part in answer.parts] == [15_000]
        assert answer.parts[0].steps
        assert not answer.steps
        assert answer.payment.source == pb.MY_PAYMENT_SOURCE_UNSPECIFIED
        told_all = str(answer) + str(ask(story, "ListMyPayments", MOTHER))
        told_all += str(ask(story, "GetMyAccounts", MOTHER))
        told_all += str(ask(story, "ListMyHistory", MOTHER, case_id=make_id("case", 1)))
        hidden = ("25000", "100000", "10000\n", make_id("case", 2), "Synth Employer", "proration")
        assert [word for word in hidden if word in told_all] == []
        assert "25000" in str(explained(story, FATHER, paid))

    def test_the_reasons_are_told_in_the_language_that_is_asked_for(self, story):
        paid = withhold(story, 1, 25_000)
        said = {}
        for language in ("", "en", "es"):
            asked = {"receipt_id": paid, "language": language}
            answer = ask(story, "ExplainMyPayment", FATHER, **asked)
            steps = [*answer.steps, *answer.parts[0].steps]
            assert all(step.text and step.citation for step in steps)
            said[language] = [step.text for step in steps]
        assert said[""] == said["en"]
        assert any(
            "Se destinaron $150.00 a la manutención de menores de este mes." in text
            for text in said["es"]
        )
        assert not set(said["en"]) & set(said["es"])
        with pytest.raises(PlatformError) as refused:
            ask(story, "GetMyPayoff", FATHER, language="de")
        assert refused.value.violations[0].field == "language"
        (step,) = ask(story, "GetMyPayoff", FATHER, language="es").steps
        assert step.text.startswith("$1,257.00 pagan todo lo que se debe el 6 de marzo de 2026.")

    def test_a_step_carries_nothing_of_the_payers_whole_to_who_receives(self, story):
        """26 USC 6103 and party_service.proto: neither as a figure nor in a sentence."""
        paid = withhold(story, 1, 25_000)
        (step, *_), (his, *_) = (
            explained(story, who, paid).parts[0].steps for who in (MOTHER, FATHER)
        )
        assert step.rule_id == his.rule_id == "ky.allocation.withheld.current"
        assert set(step.inputs) == {"due_cents", "kind", "obligation_id"}
        assert "$600.00 of it was still to be paid." in step.text
        assert "$1,000.00" not in step.text
        assert "$600.00 of $1,000.00 is this order's." in his.text
        for who in (MOTHER, OTHER_MOTHER):
            inputs = [
                set(s.inputs) for part in explained(story, who, paid).parts for s in part.steps
            ]
            assert set().union(*inputs) <= FACTS_OF_A_CASE

    def test_what_the_family_had_of_the_state_is_not_told_to_the_payer(self, story):
        """45 CFR 205.50: assistance is the family's matter; he learns where his money went."""
        paid = withhold(story, 1, 25_000)
        (hers,) = explained(story, OTHER_MOTHER, paid).parts
        assert any("assistance_left_cents" in step.inputs for step in hers.steps)
        assert "assistance_left_cents" not in str(explained(story, FATHER, paid))

    def test_what_is_owed_is_told_by_whom_it_is_owed_to(self, story):
        withhold(story, 1, 25_000)
        for who in (FATHER, MOTHER):
            (owed,) = account(story, who).obligations
            assert {a.owed_to: a.amount_cents for a in owed.arrears} == {
                pb.OWED_TO_FAMILY: 50_000,
                pb.OWED_TO_STATE: 700,
            }
            assert (owed.current_due_cents, owed.month_charged_cents) == (45_000, 60_000)
            assert (owed.month_paid_cents, owed.amount_cents) == (15_000, 60_000)
            assert (owed.next_due_on.month, owed.next_due_on.day) == (4, 1)
        assert account(story, FATHER).last_payment_cents == 15_000
        assert account(story, MOTHER).coming_cents == 15_000
        assert len(ask(story, "GetMyAccounts", FATHER).accounts) == 2
        payoff = ask(story, "GetMyPayoff", FATHER)
        assert payoff.payoff_cents == 45_000 + 50_700 + 30_000
        months = ask(story, "ListMyHistory", MOTHER, case_id=make_id("case", 1)).months
        assert [(m.charged_cents, m.paid_cents, m.balance_cents) for m in months][-1] == (
            60_000,
            15_000,
            95_700,
        )

    def test_every_cent_of_a_payment_is_in_one_part_and_one_view(self, story):
        """What one parent sees sums to what came in; what all receive, and is held, does too."""
        pays = [withhold(story, n, 40_000, TODAY + (n - 1) * WEEK) for n in range(1, 6)]
        for paid in pays:
            his = explained(story, FATHER, paid)
            parts = [part.amount_cents for part in his.parts]
            assert sum(parts) == his.payment.amount_cents == 40_000
            assert sum(c.amount_cents for c in his.payment.cases) == 40_000
            assert sum(p.amount_cents for p in his.payment.payees) == 40_000
            hers = sum(
                one.amount_cents
                for mother in (MOTHER, OTHER_MOTHER)
                for one in ask(story, "ListMyPayments", mother).payments
                if one.receipt_id == paid
            )
            held = sum(c.amount_cents for c in his.payment.cases if not c.case_id)
            assert hers + held == 40_000


class TestMoneyThatDoesNotGoOn:
    def test_money_without_an_address_is_held_and_only_its_payee_knows_why(self, story):
        story.participants(story.participant(1, account=False, address=False, version=2))
        paid = withhold(story, 1, 25_000)
        pay_out(story)
        hers, his = payment(story, MOTHER, paid), payment(story, FATHER, paid)
        assert STATES[hers.state] == "HELD"
        assert told(hers)[-1] == ("HELD", 15_000, "NO_ADDRESS")
        assert REASONS[hers.next.reason] == "NO_ADDRESS"
        assert account(story, MOTHER).held_cents == 15_000
        assert "HELD" not in [kind for kind, *_ in told(his)]
        assert STATES[his.state] == "ALLOCATED"
        payout = ask(story, "GetMyPayout", MOTHER)
        assert (payout.method, payout.held[0].amount_cents) == (0, 15_000)

    def test_more_than_is_owed_is_the_payers_and_waits_for_the_next_month(self, story):
        paid = withhold(story, 1, 160_700)
        his = payment(story, FATHER, paid)
        assert told(his)[-1] == ("HELD", 10_000, "PAID_AHEAD")
        assert (STATES[his.state], his.next.on.month, his.next.on.day) == ("HELD", 4, 1)
        assert ask(story, "GetMyAccounts", FATHER).held[0].amount_cents == 10_000
        assert payment(story, MOTHER, paid).amount_cents == 110_700

    def test_a_deposit_that_the_bank_sends_back_goes_out_again_by_check(self, story):
        """Nacha R03: no account."""
        paid = withhold(story, 1, 25_000)
        pay_out(story)
        with story.runtime.work() as work:
            number = work.session.scalar(
                text("SELECT reference FROM disbursement WHERE payee_id = :p"), {"p": MOTHER}
            )
        take_back(story, ("R03", number, 15_000))
        hers = payment(story, MOTHER, paid)
        assert (STATES[hers.state], told(hers)[-1]) == (
            "RETURNED",
            ("RETURNED", 15_000, "BANK_RETURNED"),
        )
        assert hers.stages[-1].bank_code == "R03"
        assert (KINDS[hers.next.kind], hers.next.on.day) == ("SENT_AGAIN", 9)
        payout = ask(story, "GetMyPayout", MOTHER)
        assert (payout.prenote_state, payout.bank_code) == (pb.MY_PRENOTE_STATE_RETURNED, "R03")
        assert (payout.returned_cents, payout.last_four) == (15_000, "0001")
        pay_out(story, NEXT)
        again = payment(story, MOTHER, paid)
        assert told(again)[-1] == ("SENT_AGAIN", 15_000)
        assert again.stages[-1].method == 2
        assert told(payment(story, FATHER, paid))[-2:] == [("SENT", 15_000), ("SENT", 10_000)]

    def test_a_check_has_arrived_when_the_bank_paid_it_and_not_before(self, story):
        story.participants(story.participant(1, account=False, version=2))
        paid = withhold(story, 1, 25_000)
        pay_out(story)
        story.go_to(date(2026, 3, 20))
        sent = payment(story, MOTHER, paid)
        assert (STATES[sent.state], KINDS[sent.next.kind]) == ("SENT", "ARRIVED")
        assert not sent.next.HasField("on")
        with story.runtime.work() as work:
            content = "check_number,amount_cents,paid_on\n1,15000,2026-03-18"
            checks.take_paid_checks(work, content)
        assert STATES[payment(story, MOTHER, paid).state] == "ARRIVED"

    def test_who_is_not_paid_because_of_a_redirect_is_told_so_and_not_to_whom(self, story):
        """Kentucky's profile Q4.6: another caretaker, on proof, by two people."""
        with story.runtime.work(Caller("worker-a")) as work:
            asked = redirecting.ask(
                work, make_id("case", 1), make_id("obligee", 3), (None, None),
                "court_order_of_placement", "order of March 2",
            )  # fmt: skip
        with story.runtime.work(Caller("worker-b")) as work:
            redirecting.decide(work, asked.redirect_id, agreed=True)
        paid = withhold(story, 1, 25_000)
        pay_out(story)
        hers = explained(story, MOTHER, paid)
        assert told(hers.payment)[-1] == ("SENT", 15_000, "OTHER_CARETAKER")
        assert REASONS[hers.parts[0].reason] == "OTHER_CARETAKER"
        assert make_id("obligee", 3) not in str(hers)
        assert told(payment(story, FATHER, paid))[-2:] == [("SENT", 15_000), ("SENT", 10_000)]

    def test_a_payment_that_is_taken_back_is_shown_as_such_to_both(self, story):
        paid = withhold(story, 1, 25_000)
        with story.runtime.work(Caller("bank")) as work:
            correcting.reverse(work, paid, correcting.CHARGEBACK, TODAY)
        story.settle()
        his, hers = payment(story, FATHER, paid), payment(story, MOTHER, paid)
        assert told(his)[-1] == ("REVERSED", 25_000, "NOT_PAID")
        assert told(hers)[-1] == ("REVERSED", 15_000, "CORRECTED")
        assert STATES[his.state] == STATES[hers.state] == "REVERSED"
        assert (his.stages[-1].on.month, his.stages[-1].on.day) == (3, 6)
        assert not account(story, MOTHER).last_receipt_id


class TestAPaymentOnline:
    def test_it_came_in_when_it_was_paid_and_is_settled_on_a_later_day(self, world, runtime_for):
        """Paid on Friday the 6th, there on Monday the 9th; she is told nothing of how it came."""
        world.runtime = runtime_for(SERVICE, payment_gateway="sandbox")
        world.cases(world.case(1, obligations=[world.obligation(1, 60_000)]))
        world.settle()
        pay_online(world, cents=25_000, obligor=FATHER)
        world.settle()
        (his,), (hers,) = (ask(world, "ListMyPayments", who).payments for who in (FATHER, MOTHER))
        assert [(KINDS[s.kind], s.on.day) for s in his.stages] == [
            ("RECEIVED", 6),
            ("ALLOCATED", 6),
            ("SETTLED", 9),
        ]
        assert [(KINDS[s.kind], s.on.day) for s in hers.stages] == [
            ("RECEIVED", 6),
            ("ALLOCATED", 6),
        ]


class TestATaxRefund:
    @pytest.fixture
    def refund(self, story, monkeypatch):
        """A case with arrears alone, whose payer's refunds the federal file brings."""
        monkeypatch.setitem(FIRST, 3, "123-45-6703")
        story.participants(story.participant(3, kind="obligor", ssn=FIRST[3]))
        owed = story.obligation(3, 0, opening=[(1, 90_000)])
        story.cases(story.case(3, obligations=[owed], version=2))
        story.settle()
        return story

    def offset(self, world, **given):
        """Take a file with one refund of 50 dollars; returns its receipt."""
        send(world, FEDERAL, offsets(offset(3, 5_000, **given)))
        world.settle()
        with world.runtime.work() as work:
            return work.session.scalar(
                text("SELECT receipt_id::text FROM receipt WHERE source = :source"),
                {"source": int(Source.FEDERAL_TAX_OFFSET)},
            )

    @pytest.mark.parametrize("who", [STRANGER, make_id("obligee", 3)])
    def test_no_answer_says_that_money_is_a_refund(self, refund, who):
        """It reads like withheld money of the same amount, which pays arrears as well."""
        ids = self.offset(refund), withhold(refund, 1, 5_000, obligor=3)
        answers = [explained(refund, who, id_) for id_ in ids]
        said = str(answers[0]).lower() + str(ask(refund, "ListMyPayments", who)).lower()
        assert [word for word in TELLING if word in said] == []
        rules = [[s.rule_id for part in a.parts for s in part.steps] for a in answers]
        assert rules[0] == rules[1]
        expected = pb.MY_PAYMENT_SOURCE_OTHER if who == STRANGER else 0
        assert answers[0].payment.source == expected

    def test_months_of_waiting_for_a_joint_return_do_not_tell_of_it(self, refund):
        """To who receives, money that was held before came in as it was distributed."""
        mother = make_id("obligee", 3)
        paid = self.offset(refund, joint="Y")
        his = payment(refund, STRANGER, paid)
        assert (STATES[his.state], told(his)[-1]) == ("HELD", ("HELD", 5_000, "OTHER"))
        assert ask(refund, "GetMyAccounts", STRANGER).held[0].amount_cents == 5_000
        assert not ask(refund, "ListMyPayments", mother).payments
        refund.go_to(date(2026, 9, 6))
        refund.settle()
        hers = payment(refund, mother, paid)
        assert {s.on.month for s in hers.stages} == {hers.received_on.month} == {9}
        assert told(hers) == [("RECEIVED", 5_000), ("ALLOCATED", 5_000)]
        before = {"year": 2026, "month": 9, "day": 5}
        assert not ask(refund, "ListMyPayments", mother, last_day=before).payments
        assert payment(refund, STRANGER, paid).received_on.month == 3


class TestPages:
    def test_payments_are_listed_in_pages_the_latest_first(self, story):
        pays = [withhold(story, n, 1_000, TODAY + (n - 1) * WEEK) for n in range(1, 5)]
        for who in (FATHER, MOTHER):
            found, token = [], ""
            for _ in range(3):
                page = ask(story, "ListMyPayments", who, page_size=2, page_token=token)
                found += [one.receipt_id for one in page.payments]
                if not (token := page.next_page_token):
                    break
            assert found == pays[::-1]
        case = ask(story, "ListMyPayments", FATHER, case_id=make_id("case", 2), page_size=1)
        with pytest.raises(PlatformError, match="page_token"):
            ask(story, "ListMyPayments", FATHER, page_token=case.next_page_token)
        days = {"year": 2026, "month": 3, "day": 13}
        one = ask(story, "ListMyPayments", MOTHER, first_day=days, last_day=days)
        assert [x.receipt_id for x in one.payments] == [pays[1]]


class TestOthersThings:
    @pytest.fixture
    def paid(self, story):
        return withhold(story, 1, 25_000)

    @pytest.mark.parametrize("who", [STRANGER, make_id("obligee", 3)])
    def test_what_belongs_to_others_is_not_found(self, story, paid, who):
        """The same answer as for what is not there (ASVS 8.2.2)."""
        case = {"case_id": make_id("case", 1)}
        for name, given in (
            ("ExplainMyPayment", {"receipt_id": paid}),
            ("ListMyPayments", case),
            ("ListMyHistory", case),
            ("GetMyPayoff", case),
            ("GetMyPaymentRecord", case),
        ):
            messages = []
            for missing in (False, True):
                thing = {k: make_id("nothing", 1) for k in given} if missing else given
                with pytest.raises(PlatformError) as refused:
                    ask(story, name, who, **thing)
                assert refused.value.reason == NOT_FOUND
                messages.append(str(refused.value).split(thing[next(iter(given))])[0])
            assert messages[0] == messages[1], name
        assert not ask(story, "ListMyPayments", who).payments

    def test_a_family_does_not_see_the_payers_other_family(self, story, paid):
        with pytest.raises(PlatformError) as refused:
            ask(story, "ListMyHistory", MOTHER, case_id=make_id("case", 2))
        assert refused.value.reason == NOT_FOUND
        assert payment(story, OTHER_MOTHER, paid).amount_cents == 10_000
        for who, name in ((MOTHER, "GetMyPayoff"), (FATHER, "GetMyPayout")):
            with pytest.raises(PlatformError) as refused:
                ask(story, name, who)
            assert refused.value.reason == NOT_FOUND

    def test_each_party_of_a_case_gets_its_record(self, story, paid):
        for who in (FATHER, MOTHER):
            record = ask(story, "GetMyPaymentRecord", who, case_id=make_id("case", 1))
            assert record.pdf.startswith(b"%PDF")
            assert "0000000001" in record.file_name

    def test_the_server_answers_nobody_about_somebody_else(self, story):
        """ASVS 8.3.3: the end user's rights decide, whatever the portal asks for."""
        assert {m.party_field for m in PARTY} == {"participant_id", "obligor_id"}
        with door(story.runtime) as opened:
            for method in PARTY:
                request = method.request(**{method.party_field: FATHER})
                with pytest.raises(PlatformError) as refused:
                    opened.ask(MOTHER, *method.full_name.rsplit(".")[-1].split("/"), request)
                assert refused.value.reason == ErrorReason.ERROR_REASON_PERMISSION_DENIED
            request = pb.GetMyAccountsRequest(participant_id=MOTHER)
            mine = opened.ask(MOTHER, "PartyPaymentReadService", "GetMyAccounts", request)
            assert [a.case_id for a in mine.accounts] == [make_id("case", 1)]
