"""What becomes of payments out: returns, checks, holds, redirects, claims, other ways of paying.

Sources: 42 USC 654b (pay out), 45 CFR 302.32(b) and 303.7(d)(6) (forward to another State),
Kentucky's profile Q4.6 (redirect on proof), Nacha return and change codes. Where no text was found,
the policy says that the rule is our own choice.
"""

import json
from datetime import date

import pytest
from sqlalchemy import text

from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.payments.v1 import disbursement_service_pb2 as pay_pb
from childsupport.payments.v1 import events_pb2 as events
from childsupport.payments.v1 import payments_service_pb2 as pb
from formats.ach import read_entries
from formats.ach.layouts import (
    ADDENDA_CHANGE,
    ADDENDA_RETURN,
    BATCH_CONTROL,
    BATCH_HEADER,
    ENTRY_DETAIL,
    FILE_CONTROL,
    FILE_HEADER,
)
from formats.ded import parse_ded_elements
from payments_service.actions import (
    checks,
    disbursing,
    holding,
    outgoing_files,
    redirecting,
    ways_recorded,
)
from payments_service.actions import returns as returning
from payments_service.api.paying import BankFiles, PayeeReads, Payees
from payments_service.domain.lanes import other_state_id
from payments_service.jobs import ledger as jobs
from payments_service.jobs import paying as paying_jobs
from payments_service.settings import settings_of
from payments_service.store import paying, special, totals

from .conftest import TODAY, make_id

NEXT = date(2026, 3, 9)
AFTER = date(2026, 3, 10)
ROUTING = "123456780"
PAYEE = make_id("obligee", 1)


def told(world, kind):
    with world.runtime.work() as work:
        bodies = work.session.scalars(
            text("SELECT body FROM outbox WHERE type = :type ORDER BY id"),
            {"type": kind.DESCRIPTOR.full_name},
        )
        return [kind.FromString(bytes(body)) for body in bodies]


def notices(world):
    pages = told(world, events.PaymentNoticesIssued)
    return [n for page in pages for n in page.notices]


def changes(world):
    pages = told(world, events.DisbursementsChanged)
    return [(c.state, c.amount_cents, c.code) for page in pages for c in page.disbursements]


def pay_out(world, on=TODAY):
    world.go_to(on)
    with world.runtime.work() as work:
        done = jobs.disburse(work, on)
    world.settle()
    return done


def files(world):
    folder = world.runtime.settings.data_dir / disbursing.FOLDER
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def sound(world):
    """Nothing is lost: the ledger proves itself. Returns its totals."""
    with world.runtime.work() as work:
        found = totals.verify(work.session)
        assert found.findings == ()
        return found


def one(world, query, **values):
    with world.runtime.work() as work:
        return work.session.execute(text(query), values).one()


def account(world, number):
    query = "SELECT coalesce(sum(amount_cents), 0)::bigint FROM line WHERE account = :a"
    return one(world, query, a=number)[0]


def family(world, cents=50_000, **way):
    """A family with one payment of 500 dollars that waits to go out."""
    world.cases(world.case(1, obligations=[world.obligation(1, 100_000)]))
    world.participants(world.participant(1, **way))
    world.take(*world.pages([world.line(1, cents, obligor=1)]))
    world.settle()
    return world


def back(*items):
    """A bank's file: (code, original trace, cents, corrected data)."""
    records = [
        FILE_HEADER.write(
            {
                "immediate_destination": f" {ROUTING}",
                "immediate_origin": f" {ROUTING}",
                "file_creation_date": TODAY,
                "file_id_modifier": "R",
            }
        ),
        BATCH_HEADER.write(
            {
                "service_class_code": 200,
                "company_name": "SYNTH STATE SDU",
                "company_identification": "1900000002",
                "standard_entry_class_code": "PPD",
                "company_entry_description": "CHILD SUPP",
                "originator_status_code": "1",
                "originating_dfi": ROUTING[:8],
                "batch_number": 1,
            }
        ),
    ]
    total = 0
    for place, (code, trace, cents, *corrected) in enumerate(items, 1):
        total += cents
        own = f"{ROUTING[:8]}{place:07d}"
        records.append(
            ENTRY_DETAIL.write(
                {
                    "transaction_code": "21",
                    "receiving_dfi": ROUTING[:8],
                    "check_digit": ROUTING[8],
                    "amount": cents,
                    "addenda_indicator": 1,
                    "trace_number": own,
                }
            )
        )
        values = {
            "original_trace_number": trace,
            "original_receiving_dfi": ROUTING[:8],
            "trace_number": own,
        }
        if code.startswith("R"):
            records.append(ADDENDA_RETURN.write(values | {"return_reason_code": code}))
        else:
            changed = {"change_code": code, "corrected_data": corrected[0]}
            records.append(ADDENDA_CHANGE.write(values | changed))
    sums = {
        "entry_addenda_count": 2 * len(items),
        "entry_hash": int(ROUTING[:8]) * len(items),
        "total_debit": 0,
        "total_credit": total,
    }
    same = {"company_identification": "1900000002", "originating_dfi": ROUTING[:8]}
    records.append(
        BATCH_CONTROL.write(same | sums | {"service_class_code": 200, "batch_number": 1})
    )
    blocks = -(-(len(records) + 1) // 10)
    records.append(FILE_CONTROL.write(sums | {"batch_count": 1, "block_count": blocks}))
    return "\n".join(records).encode()


def take_back(world, *items):
    with world.runtime.work() as work:
        return returning.take_returns(work, [back(*items)])


def method_on(world, day):
    return one(world, "SELECT method FROM disbursement WHERE business_date = :on", on=day)[0]


def trace(world):
    query = "SELECT reference, disbursement_id::text FROM disbursement ORDER BY business_date"
    with world.runtime.work() as work:
        return work.session.execute(text(query)).all()


class TestReturns:
    def test_a_deposit_that_comes_back_goes_out_by_check(self, world):
        family(world)
        pay_out(world)
        reference = trace(world)[0][0]
        taken = take_back(world, ("R03", reference, 50_000))
        assert (len(taken.returned), taken.unmatched) == (1, 0)
        found = sound(world)
        assert (found.received_cents, found.disbursed_cents) == (50_000, 0)
        assert found.payable_cents == 50_000
        assert account(world, 23) == -50_000
        assert changes(world) == [("returned", 50_000, "R03")]
        (notice,) = notices(world)
        assert notice.kind == "payment_returned"
        assert notice.letter
        assert dict(notice.facts) == {
            "amount_cents": "50000", "sent_on": "2026-03-06", "next": "again", "account": "stopped",
        }  # fmt: skip
        assert pay_out(world, NEXT)["disbursements"] == 1
        row = one(
            world,
            "SELECT method, amount_cents, reissued_cents FROM disbursement"
            " WHERE business_date = :on",
            on=NEXT,
        )
        assert tuple(row) == (2, 50_000, 50_000)
        assert account(world, 23) == 0
        assert sound(world).disbursed_cents == 50_000
        assert b"1 Main Street" in files(world)["20260309_check_register.csv"]

    def test_without_an_address_it_waits_until_there_is_a_way(self, world):
        family(world, address=False)
        pay_out(world)
        take_back(world, ("R02", trace(world)[0][0], 50_000))
        assert notices(world)[0].facts["next"] == "no_way"
        assert pay_out(world, NEXT)["disbursements"] == 0
        assert sound(world).payable_cents == 50_000
        world.participants(world.participant(1, account=False, version=2))
        assert pay_out(world, AFTER)["amount_cents"] == 50_000
        assert sound(world).payable_cents == 0

    def test_the_same_file_twice_counts_once(self, world):
        family(world)
        pay_out(world)
        reference = trace(world)[0][0]
        take_back(world, ("R03", reference, 50_000))
        again = take_back(world, ("R03", reference, 50_000))
        assert (again.known, again.returned) == (1, [])
        assert sound(world).payable_cents == 50_000

    def test_what_fits_nowhere_is_listed(self, world):
        family(world)
        pay_out(world)
        reference = trace(world)[0][0]
        taken = take_back(
            world, ("R03", reference, 49_999), ("R03", "123456789999999", 10), ("R01", reference, 1)
        )
        assert (taken.unmatched, taken.returned) == (3, [])
        with world.runtime.work() as work:
            listed = PayeeReads().ListUnmatchedBankItems(
                pay_pb.ListUnmatchedBankItemsRequest(), work
            )
        assert sorted(item.amount_cents for item in listed.items) == [1, 10, 49_999]
        assert all(item.outcome for item in listed.items)
        assert sound(world).disbursed_cents == 50_000

    def test_after_insufficient_funds_of_nobody_the_account_stays(self, world):
        """R01 is no word on the account (rule disbursement.stop_codes)."""
        family(world)
        pay_out(world)
        take_back(world, ("R01", trace(world)[0][0], 50_000))
        pay_out(world, NEXT)
        assert method_on(world, NEXT) == 1

    def test_a_change_stops_the_account_until_another_is_recorded(self, world):
        family(world)
        pay_out(world)
        taken = take_back(world, ("C01", trace(world)[0][0], 0, "0000012345678"))
        assert len(taken.changes) == 1
        assert [n.kind for n in notices(world)] == ["account_change"]
        assert sound(world).disbursed_cents == 50_000
        world.take(*world.pages([world.line(2, 700, obligor=1)], submission=2))
        world.settle()
        pay_out(world, NEXT)
        assert method_on(world, NEXT) == 2
        with world.runtime.work() as work:
            payee = PayeeReads().GetPayee(pay_pb.GetPayeeRequest(payee_id=PAYEE), work).payee
            kept = work.session.scalar(text("SELECT corrected FROM payee_account"))
            right = json.loads(work.keys.decrypt(returning.CORRECTED, bytes(kept)))
        assert right["account_number"] == "0000012345678"
        assert payee.accounts[0].state == pay_pb.PAYEE_ACCOUNT_STATE_STOPPED
        assert payee.accounts[0].on_file
        other = world.participant(1, version=2)
        other.payment_for_payments.CopyFrom(world.participant(7).payment_for_payments)
        world.participants(other)
        world.take(*world.pages([world.line(3, 800, obligor=1)], submission=3))
        world.settle()
        pay_out(world, AFTER)
        assert method_on(world, AFTER) == 1

    def test_a_file_that_does_not_hold_changes_nothing(self, world):
        family(world)
        pay_out(world)
        content = back(("R03", trace(world)[0][0], 50_000)).replace(b"0000050000", b"0000050001", 1)
        with pytest.raises(Exception, match="total credit"), world.runtime.work() as work:
            returning.take_returns(work, [content])
        assert sound(world).disbursed_cents == 50_000


class TestChecks:
    def stop(self, world, *, reissue):
        id_ = trace(world)[0][1]
        with world.runtime.work() as work:
            checks.stop_check(work, id_, reissue=reissue)
        return id_

    def test_a_stopped_check_is_void_at_the_bank_and_paid_again(self, world):
        family(world, account=False)
        pay_out(world)
        assert b"DSYNTH" not in files(world)["20260306_positive_pay.txt"]
        self.stop(world, reissue=True)
        assert sound(world).payable_cents == 50_000
        assert notices(world)[0].facts["next"] == "again"
        pay_out(world, NEXT)
        issue = files(world)["20260309_positive_pay.txt"].decode().splitlines()
        assert [(line[0], int(line[18:28]), line[28], int(line[29:41])) for line in issue] == [
            ("D", 2, "I", 50_000), ("D", 1, "V", 50_000), ("T", 2, " ", 50_000),
        ]  # fmt: skip
        assert sound(world).disbursed_cents == 50_000
        pay_out(world, AFTER)
        assert "20260310_positive_pay.txt" not in files(world)

    def test_a_kept_one_goes_out_when_somebody_says_so_and_once(self, world):
        family(world, account=False)
        pay_out(world)
        id_ = self.stop(world, reissue=False)
        assert pay_out(world, NEXT)["disbursements"] == 0
        with world.runtime.work() as work:
            checks.reissue(work, id_)
        assert pay_out(world, AFTER)["amount_cents"] == 50_000
        with pytest.raises(PlatformError, match="gone out again"), world.runtime.work() as work:
            checks.reissue(work, id_)
        with pytest.raises(PlatformError, match="only a check that is out"):
            self.stop(world, reissue=True)

    def test_paid_checks_are_cleared_and_others_are_questions(self, world):
        family(world, account=False)
        pay_out(world)
        paid = ("1,50000,2026-03-09", "1,50001,2026-03-09", "7,5,2026-03-09")
        content = "\n".join(("check_number,amount_cents,paid_on", *paid))
        with world.runtime.work() as work:
            done = checks.take_paid_checks(work, content)
        assert (done.cleared, done.cleared_cents, done.known, done.unmatched) == (1, 50_000, 0, 2)
        with world.runtime.work() as work:
            again = checks.take_paid_checks(work, content)
        assert (again.cleared, again.known, again.unmatched) == (0, 3, 0)
        with pytest.raises(PlatformError, match="only a check that is out"):
            self.stop(world, reissue=True)

    def test_an_old_check_is_void_and_its_money_unclaimed_in_the_end(self, world):
        family(world, account=False)
        pay_out(world)
        world.go_to(date(2027, 3, 6))
        assert self.job(world, "void_stale_checks", date(2027, 3, 6))["checks"] == 0
        world.go_to(date(2027, 3, 8))
        assert self.job(world, "void_stale_checks", date(2027, 3, 8))["amount_cents"] == 50_000
        assert self.job(world, "void_stale_checks", date(2027, 3, 8))["checks"] == 0
        world.go_to(date(2030, 3, 11))
        assert self.job(world, "unclaimed", date(2030, 3, 8))["amount_cents"] == 0
        assert self.job(world, "unclaimed", date(2030, 3, 11))["amount_cents"] == 50_000
        assert account(world, 24) == -50_000
        assert [n.kind for n in notices(world)] == ["check_stale", "payment_unclaimed"]
        assert [state for state, *_ in changes(world)] == ["stale", "unclaimed"]
        with world.runtime.work() as work:
            checks.reissue(work, trace(world)[0][1])
        assert (account(world, 24), account(world, 23)) == (0, -50_000)
        world.go_to(date(2030, 3, 12))
        assert pay_out(world, date(2030, 3, 12))["amount_cents"] == 50_000
        assert sound(world).payable_cents == 0

    @staticmethod
    def job(world, name, on):
        (job,) = [j for j in paying_jobs.JOBS if j.name == name]
        with world.runtime.work() as work:
            return job.run(work, on)


class TestHolds:
    def test_a_hold_keeps_back_until_it_ends(self, world):
        family(world)
        with world.runtime.work(Caller("worker-a")) as work:
            hold = holding.place(work, PAYEE, "appeal", "appeal of March 5")
        assert pay_out(world) | {"files": ""} == {
            "disbursements": 0, "amount_cents": 0, "held_parts": 1, "late_parts": 0, "files": "",
        }  # fmt: skip
        assert sound(world).held_cents == 50_000
        (page,) = told(world, events.MoneyHeld)
        assert page.holds[0].reason == "appeal"
        with world.runtime.work(Caller("worker-b")) as work:
            holding.release(work, PAYEE, hold.hold_id)
        world.settle()
        assert pay_out(world, NEXT)["amount_cents"] == 50_000
        assert sound(world).held_cents == 0

    def test_only_reasons_of_the_policy(self, world):
        with pytest.raises(PlatformError, match="reason"), world.runtime.work() as work:
            holding.place(work, PAYEE, "because", "x")


class TestRedirect:
    def ask(self, world, **given):
        values = {
            "case_id": make_id("case", 1),
            "to_payee_id": make_id("obligee", 2),
            "days": (None, None),
            "proof": "court_order_of_placement",
            "evidence_id": "order of March 2",
        } | given
        with world.runtime.work(Caller("worker-a")) as work:
            return redirecting.ask(work, **values)

    def test_two_people_and_proof_pay_another_caretaker(self, world):
        family(world)
        world.participants(world.participant(2))
        asked = self.ask(world)
        with (
            pytest.raises(PlatformError, match="two people"),
            world.runtime.work(Caller("worker-a")) as work,
        ):
            redirecting.decide(work, asked.redirect_id, agreed=True)
        with world.runtime.work(Caller("worker-b")) as work:
            redirecting.decide(work, asked.redirect_id, agreed=True)
        pay_out(world)
        row = one(world, "SELECT payee_id::text, amount_cents FROM disbursement")
        assert tuple(row) == (make_id("obligee", 2), 50_000)
        by_payee = "SELECT sum(amount_cents) FROM line WHERE account = 4 GROUP BY participant_id"
        with world.runtime.work() as work:
            assert set(work.session.scalars(text(by_payee))) == {0}
        sound(world)
        assert {n.kind: n.participant_id for n in notices(world)} == {
            "redirect_away": PAYEE, "redirect_to_you": make_id("obligee", 2),
        }  # fmt: skip
        world.go_to(NEXT)
        with world.runtime.work(Caller("worker-b")) as work:
            redirecting.end(work, asked.redirect_id)
        world.take(*world.pages([world.line(2, 700, obligor=1)], submission=2))
        world.settle()
        pay_out(world, NEXT)
        row = one(
            world, "SELECT payee_id::text FROM disbursement WHERE business_date = :on", on=NEXT
        )
        assert row[0] == PAYEE

    def test_what_is_no_proof_and_a_second_redirect_are_refused(self, world):
        family(world)
        world.participants(world.participant(2))
        with pytest.raises(PlatformError, match="proof"):
            self.ask(world, proof="my word")
        with pytest.raises(PlatformError, match="participant"):
            self.ask(world, to_payee_id=make_id("obligee", 99))
        self.ask(world)
        with pytest.raises(PlatformError, match="another redirect"):
            self.ask(world)


class TestClaims:
    def claim(self, world, cents, *, payee=PAYEE, kind=1, collectable=True):
        """A claim as a correction makes it: the payee got what was not theirs."""
        with world.runtime.work() as work:
            work.session.execute(
                text(
                    "INSERT INTO claim (payee_id, claim_id, payee_kind, obligor_id, receipt_id,"
                    " amount_cents, left_cents, reason, state, collectable, opened_on) VALUES"
                    " (:payee, :id, :kind, :obligor, :receipt, :cents, :cents, 'nsf', 1, :c, :on)"
                ),
                {
                    "payee": payee, "id": make_id("claim", kind), "kind": kind, "cents": cents,
                    "obligor": make_id("obligor", 1), "receipt": make_id("receipt", 1),
                    "c": collectable, "on": TODAY,
                },
            )  # fmt: skip

    def left(self, world):
        return tuple(one(world, "SELECT left_cents, state FROM claim"))

    def test_a_tenth_of_each_payment_until_nothing_is_left(self, world):
        """Rule recoupment.limit: 10 percent, a setting."""
        family(world)
        self.claim(world, 6_000)
        assert pay_out(world)["amount_cents"] == 45_000
        assert self.left(world) == (1_000, 1)
        assert account(world, 21) == -5_000
        sound_claims(world)
        (notice,) = notices(world)
        assert (notice.kind, dict(notice.facts)) == ("payment_kept_back", {"amount_cents": "5000"})
        advice = json.loads(files(world)["20260306_remittance_advice.jsonl"])
        assert advice["amount_cents"] == 45_000
        assert advice["kept_back"] == [{"claim_id": make_id("claim", 1), "amount_cents": 5_000}]
        world.take(*world.pages([world.line(2, 50_000, obligor=1)], submission=2))
        world.settle()
        assert pay_out(world, NEXT)["amount_cents"] == 49_000
        assert self.left(world) == (0, 2)

    def test_one_that_may_not_be_collected_is_left_alone(self, world):
        family(world)
        self.claim(world, 6_000, collectable=False)
        assert pay_out(world)["amount_cents"] == 50_000

    def test_a_payment_that_was_kept_short_comes_back_short(self, world):
        family(world)
        self.claim(world, 6_000)
        pay_out(world)
        taken = take_back(world, ("R03", trace(world)[0][0], 45_000))
        assert len(taken.returned) == 1
        assert account(world, 23) == -45_000
        assert pay_out(world, NEXT)["amount_cents"] == 45_000
        assert self.left(world) == (1_000, 1)


def sound_claims(world):
    """The claim itself is booked by whoever opens it; all else proves itself."""
    with world.runtime.work() as work:
        found = totals.verify(work.session)
    assert [f for f in found.findings if "laim" not in f] == []


class TestOtherWays:
    def test_a_debit_card_comes_before_all(self, world):
        family(world)
        for worker in ("worker-a", "worker-b"):
            with world.runtime.work(Caller(worker)) as work:
                ways_recorded.set_card(work, PAYEE, "CARD-1")
        pay_out(world)
        row = files(world)["20260306_debit_cards.csv"].decode().splitlines()[1]
        assert row.startswith("2026-03-06,CARD-1,50000,Pat Payee1,")
        with world.runtime.work() as work:
            ways_recorded.set_card(work, PAYEE, "")
            payee = PayeeReads().GetPayee(pay_pb.GetPayeeRequest(payee_id=PAYEE), work).payee
        assert payee.method == 1
        sound(world)

    def agency(self, world, account=True):
        id_ = other_state_id("39000")
        bank = case_pb.BankAccount(routing_number=ROUTING, account_number="777")
        way = (
            "39000" if account else "",
            bank if account else case_pb.BankAccount(),
            case_pb.PostalAddress(line1="1 Rue Synth", city="Paris"),
        )
        with world.runtime.work(Caller("worker-a")) as work:
            ways_recorded.record_agency(work, id_, "Synth Ohio SDU", *way)
        with (
            pytest.raises(PlatformError, match="two people"),
            world.runtime.work(Caller("worker-a")) as work,
        ):
            ways_recorded.confirm_agency(work, id_, *way)
        with world.runtime.work(Caller("worker-b")) as work:
            ways_recorded.confirm_agency(work, id_, *way)

    def responding(self, world):
        case = world.case(1, obligations=[world.obligation(1, 100_000)])
        case.initiating_fips = "39000"
        world.cases(case)
        world.take(*world.pages([world.line(1, 50_000, obligor=1)]))
        world.settle()

    def test_another_state_is_paid_by_ccd_with_its_addendum(self, world):
        self.responding(world)
        assert pay_out(world)["held_parts"] == 1
        self.agency(world)
        world.settle()
        pay_out(world, NEXT)
        (entry,) = read_entries([files(world)["20260309_other_states.ach"]])
        assert (entry.batch.sec_code, entry.amount_cents, entry.problems) == ("CCD", 50_000, ())
        ded = parse_ded_elements(entry.addenda[0].rstrip().rstrip("\\"), "\\").ded
        assert (ded.application, ded.amount_cents, ded.fips) == ("II", 50_000, "3900000")
        sound(world)

    def test_a_foreign_agency_is_paid_by_check(self, world):
        self.responding(world)
        self.agency(world, account=False)
        pay_out(world)
        assert b"Rue Synth" in files(world)["20260306_check_register.csv"]
        sound(world)

    def test_a_refund_to_the_obligor_goes_out_as_they_are_paid(self, world):
        family(world)
        world.participants(world.participant(1, kind="obligor"))
        with world.runtime.work() as work:
            work.session.execute(
                text("UPDATE payable SET payee_id = :id, payee_kind = 6"),
                {"id": make_id("obligor", 1)},
            )
        pay_out(world)
        row = one(world, "SELECT payee_kind, method, amount_cents FROM disbursement")
        assert tuple(row) == (6, 1, 50_000)


class TestPrenotes:
    def test_a_test_goes_out_first_and_a_failed_one_stops_the_account(self, world):
        """Rule disbursement.prenote: a setting; here as it is with `first`."""
        family(world)
        usable = date(2026, 3, 12)
        with world.runtime.work() as work:
            odfi = ROUTING[:8]
            (found,) = special.take_new_accounts(work.session, TODAY, usable, odfi, 10)
            content = outgoing_files.prenotes([found], TODAY, NEXT, work.keys, settings_of(work))
            (entry,) = read_entries([b"".join(content)])
            assert entry.is_prenote
            assert (entry.amount_cents, entry.problems) == (0, ())
            assert special.take_new_accounts(work.session, TODAY, usable, odfi, 10) == []
            ways = [
                paying.can_be_paid(work.session, PAYEE, prenotes=True, on=day)
                for day in (TODAY, usable)
            ]
        assert ways == [2, 1]
        taken = take_back(world, ("R04", entry.trace_number, 0))
        assert (taken.tests_failed, taken.unmatched) == (1, 0)
        pay_out(world)
        assert method_on(world, TODAY) == 2


class TestApi:
    """The calls as a worker makes them; what they do is tested above."""

    def call(self, world, method, request, who="worker-a"):
        with world.runtime.work(Caller(who)) as work:
            return method(request, work)

    def test_bank_files(self, world):
        family(world, account=False)
        pay_out(world)
        files_ = BankFiles()
        paid = b"check_number,amount_cents,paid_on\n1,50000,2026-03-09\n"
        done = self.call(world, files_.TakePaidChecks, pay_pb.TakePaidChecksRequest(content=paid))
        assert (done.cleared, done.cleared_cents) == (1, 50_000)
        lost = pay_pb.TakeReturnsRequest(content=back(("R03", "123456789999999", 10)))
        assert self.call(world, files_.TakeReturns, lost).unmatched == 1
        for method, request in (
            (files_.TakeReturns, pay_pb.TakeReturnsRequest(content=b"no such file")),
            (files_.TakePaidChecks, pay_pb.TakePaidChecksRequest(content=b"\xff")),
            (files_.TakePaidChecks, pay_pb.TakePaidChecksRequest()),
        ):
            with pytest.raises(PlatformError, match="content"):
                self.call(world, method, request)

    def test_checks_holds_redirects_and_cards(self, world):
        family(world, account=False)
        world.participants(world.participant(2))
        pay_out(world)
        payees, id_ = Payees(), trace(world)[0][1]
        stopped = self.call(world, payees.StopCheck, pay_pb.StopCheckRequest(disbursement_id=id_))
        assert stopped.disbursement.state == pb.DISBURSEMENT_STATE_STOPPED
        again = pay_pb.ReissuePaymentRequest(disbursement_id=id_)
        self.call(world, payees.ReissuePayment, again)
        hold = self.call(
            world,
            payees.PlaceHold,
            pay_pb.PlaceHoldRequest(payee_id=PAYEE, reason="bad_address", note="mail came back"),
        ).hold
        read = PayeeReads()
        payee = self.call(world, read.GetPayee, pay_pb.GetPayeeRequest(payee_id=PAYEE)).payee
        assert [h.hold_id for h in payee.holds] == [hold.hold_id]
        assert [r.state for r in payee.returned] == [pay_pb.RETURNED_PAYMENT_STATE_WAITING]
        assert pay_out(world, NEXT)["disbursements"] == 0
        over = pay_pb.ReleaseHoldRequest(payee_id=PAYEE, hold_id=hold.hold_id)
        self.call(world, payees.ReleaseHold, over)
        with pytest.raises(PlatformError, match="ended"):
            self.call(world, payees.ReleaseHold, over)
        asked = self.call(
            world,
            payees.AskToRedirect,
            pay_pb.AskToRedirectRequest(
                case_id=make_id("case", 1), to_payee_id=make_id("obligee", 2),
                proof="notarized_statement_of_living_arrangements", evidence_id="statement",
            ),
        ).redirect  # fmt: skip
        listed = self.call(world, read.ListRedirects, pay_pb.ListRedirectsRequest()).redirects
        assert [r.redirect_id for r in listed] == [asked.redirect_id]
        decision = pay_pb.DecideRedirectRequest(redirect_id=asked.redirect_id, agreed=False)
        decided = self.call(world, payees.DecideRedirect, decision, "worker-b").redirect
        assert decided.state == pay_pb.REDIRECT_STATE_REFUSED
        card = pay_pb.SetDebitCardRequest(payee_id=PAYEE, card_id="CARD-1")
        self.call(world, payees.SetDebitCard, card)
        assert self.call(world, payees.SetDebitCard, card, "worker-b").payee.method == 4
        assert pay_out(world, AFTER)["amount_cents"] == 50_000
        assert method_on(world, AFTER) == 4
        sound(world)
