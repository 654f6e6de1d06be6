"""Reports of the unit: 45 CFR 302.32(b) and 308.2(d), 307.10(b)(15), Form OCSE-34."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.payments.v1 import report_service_pb2 as pb
from payments_service.api.reports import BankTotals, UnitReports
from payments_service.domain import collections_report as quarter
from payments_service.domain.balancing import DayTotals, balance_days
from payments_service.domain.bookkeeping import PAYABLE, Account
from payments_service.domain.model import Payee, Source
from payments_service.domain.timeliness import Outcome, Sent, judge
from payments_service.jobs import ledger as jobs
from policy import load

FRIDAY = date(2026, 3, 6)
MONDAY = date(2026, 3, 9)
TUESDAY = date(2026, 3, 10)
WEDNESDAY = date(2026, 3, 11)
APRIL = date(2026, 4, 1)


def ask(world, method, request, servicer=UnitReports):
    with world.runtime.work(Caller("auditor", frozenset())) as work:
        return getattr(servicer(), method)(request, work)


@pytest.fixture(scope="module")
def kentucky():
    return load("kentucky")


def part(**given):
    usual = Sent(Payee.FAMILY, FRIDAY, None, None, "", False, Source.EMPLOYER, False, TUESDAY)
    return usual._replace(**given)


@pytest.mark.parametrize(
    ("given_part", "outcome", "due", "reason"),
    [
        ({}, Outcome.IN_TIME, TUESDAY, ""),
        ({"sent": WEDNESDAY}, Outcome.LATE, TUESDAY, ""),
        ({"sent": None}, Outcome.LATE, TUESDAY, ""),
        ({"sent": None, "received": APRIL}, Outcome.NOT_COUNTED, date(2026, 4, 3), "not_due_yet"),
        # (b)(2)(i): to a family on assistance, from the end of the month of receipt.
        (
            {"on_assistance": True, "sent": date(2026, 4, 2)},
            Outcome.IN_TIME, date(2026, 4, 2), "",
        ),
        # (b)(2)(iii): to the foster care agency, 15 business days from the end of the month.
        (
            {"payee": Payee.FOSTER_CARE, "sent": date(2026, 4, 22)},
            Outcome.LATE, date(2026, 4, 21), "",
        ),
        # (b)(2)(iv) and (b)(3)(ii): refund offsets, 30 days; 15 from the end of an appeal.
        (
            {"source": Source.FEDERAL_TAX_OFFSET, "sent": date(2026, 4, 5)},
            Outcome.IN_TIME, date(2026, 4, 5), "",
        ),
        (
            {
                "source": Source.FEDERAL_TAX_OFFSET, "hold_reason": "appeal",
                "released": date(2026, 5, 1), "sent": date(2026, 5, 17),
            },
            Outcome.LATE, date(2026, 5, 16), "",
        ),
        ({"payee": Payee.OTHER_STATE}, Outcome.IN_TIME, TUESDAY, ""),
        # 308.2(d)(1): if the payee is known; the time runs from when that became known.
        ({"identified": MONDAY, "sent": WEDNESDAY}, Outcome.IN_TIME, WEDNESDAY, ""),
        ({"hold_reason": "excess", "sent": None}, Outcome.NOT_COUNTED, None, "held: excess"),
        ({"anew": True}, Outcome.NOT_COUNTED, TUESDAY, "distributed_anew"),
        ({"payee": Payee.STATE}, Outcome.NOT_COUNTED, None, "no_time_limit"),
        ({"payee": Payee.OBLIGOR}, Outcome.NOT_COUNTED, None, "no_time_limit"),
    ],
)  # fmt: skip
def test_the_time_that_money_has_and_its_exceptions(kentucky, given_part, outcome, due, reason):
    found = judge(kentucky, part(**given_part), APRIL)
    assert (found.outcome, found.due, found.reason) == (outcome, due, reason)


@pytest.fixture
def paid(world):
    """Friday: one family paid at once, one on the fourth business day; one held; one suspended."""
    world.participants(
        world.participant(1),
        world.participant(2),
        world.participant(3, account=False, address=False),
    )
    world.cases(*(world.case(n, obligations=[world.obligation(n, 30_000)]) for n in (1, 2, 3)))
    world.take(*world.pages([world.line(1, 20_000, obligor=1)]))
    world.settle()
    with world.runtime.work() as work:
        jobs.disburse(work, FRIDAY)
    lines = [
        world.line(2, 10_000, obligor=2),
        world.line(3, 4_000, obligor=3),
        world.line(4, 777, obligor=None, reason=2),
    ]
    world.take(*world.pages(lines, submission=2))
    world.settle()
    world.go_to(WEDNESDAY)
    with world.runtime.work() as work:
        jobs.disburse(work, WEDNESDAY)
    return world


def march(kind):
    return kind(first_day=from_date(date(2026, 3, 1)), last_day=from_date(date(2026, 3, 31)))


def test_the_share_sent_in_time_and_the_receipts_behind_it(paid):
    answer = ask(paid, "GetTimeliness", march(pb.GetTimelinessRequest))
    found = {(row.outcome, row.reason): row.amount_cents for row in answer.rows}
    assert found == {
        (pb.TIMELINESS_OUTCOME_IN_TIME, ""): 20_000,
        (pb.TIMELINESS_OUTCOME_LATE, ""): 10_000,
        (pb.TIMELINESS_OUTCOME_NOT_COUNTED, "held: no_payee_address"): 4_000,
    }
    assert answer.share_basis_points == 5_000
    assert "302.32" in answer.steps[0].citation
    request = march(pb.ListTimelinessPartsRequest)
    request.page_size = 1
    late = []
    while True:
        page = ask(paid, "ListTimelinessParts", request)
        late += [p for p in page.parts if p.outcome == pb.TIMELINESS_OUTCOME_LATE]
        request.page_token = page.next_page_token
        if not request.page_token:
            break
    assert [(p.amount_cents, p.due_date) for p in late] == [(10_000, from_date(TUESDAY))]


def test_what_is_not_sent_out_by_reason_and_age_with_its_receipts(paid):
    paid.go_to(date(2026, 4, 20))
    answer = ask(paid, "GetUndistributed", pb.GetUndistributedRequest())
    assert list(answer.findings) == []
    assert answer.total_cents == answer.ledger_cents == 4_777
    assert {(r.reason, r.days_from, r.days_to, r.amount_cents) for r in answer.rows} == {
        ("unidentified", 31, 60, 777),
        ("held: no_payee_address", 31, 60, 4_000),
    }
    request = pb.ListUndistributedRequest(page_size=1, days_from=31)
    first = ask(paid, "ListUndistributed", request)
    request.page_token = first.next_page_token
    second = ask(paid, "ListUndistributed", request)
    assert not second.next_page_token
    items = [*first.items, *second.items]
    assert sorted((i.amount_cents, i.days) for i in items) == [(777, 45), (4_000, 45)]
    assert not ask(paid, "ListUndistributed", pb.ListUndistributedRequest(days_from=46)).items
    with paid.runtime.work() as work:
        work.session.execute(text("DELETE FROM suspended"))
    (finding,) = ask(paid, "GetUndistributed", pb.GetUndistributedRequest()).findings
    assert "sums to 4000 cents one by one, by the accounts to 4777" in finding


def collected(world, day):
    request = pb.GetCollectionReportRequest(quarter=from_date(day))
    answer = ask(world, "GetCollectionReport", request)
    assert list(answer.findings) == []
    return {row.line: row.amount_cents for row in answer.lines if row.known}, answer


def test_a_quarter_adds_up_and_goes_on_in_the_next(paid):
    first, answer = collected(paid, FRIDAY)
    assert (first["1"], first["2e"], first["2"], first["3"]) == (0, 34_777, 34_777, 0)
    assert (first["7d"], first["8"], first["9"]) == (30_000, 30_000, 4_777)
    assert {row.line for row in answer.lines if not row.known} == {"4a", "4c", "7a"}
    assert answer.steps[0].confidence == "unverified"
    paid.go_to(APRIL)
    paid.identified((4, 1))
    paid.settle()
    with paid.runtime.work() as work:
        jobs.disburse(work, APRIL)
    second, _ = collected(paid, APRIL)
    assert (second["1"], second["2"], second["3"]) == (4_777, 0, 0)
    assert (second["7d"], second["9"]) == (777, 4_000)


@pytest.mark.parametrize(("line", "cents"), [("2e", 34_777), ("7d", 30_000), ("3", 0)])
def test_every_line_can_be_followed_to_what_is_behind_it(paid, line, cents):
    request = pb.ListCollectionReportItemsRequest(quarter=from_date(FRIDAY), line=line, page_size=1)
    found = 0
    for _ in range(10):
        page = ask(paid, "ListCollectionReportItems", request)
        found += sum(item.amount_cents for item in page.items)
        request.page_token = page.next_page_token
        if not request.page_token:
            break
    assert found == cents


def bank(world, day, deposits, electronic, closing=None):
    request = pb.RecordBankTotalsRequest(
        request_id="1",
        day=from_date(day),
        totals=pb.BankTotals(
            deposits_cents=deposits, electronic_cents=electronic, closing_cents=closing
        ),
    )
    return ask(world, "RecordBankTotals", request, BankTotals).day


def test_a_day_at_the_bank_that_is_off_is_a_sentence_until_it_is_put_right(paid):
    days = ask(paid, "ListBankDays", march(pb.ListBankDaysRequest)).days
    books = {(d.day.month, d.day.day): d.books for d in days}
    assert books[3, 6].deposits_cents == 34_777
    missing = [f for d in days for f in d.findings]
    assert "The bank's totals of 2026-03-06 are not recorded." in missing
    sent = books[3, 6].electronic_cents
    off = bank(paid, FRIDAY, 34_778, sent, closing=1)
    assert [f.split(":")[0] for f in off.findings] == ["2026-03-06", "2026-03-06"]
    assert "the bank took in $347.78, the books $347.77" in off.findings[0]
    assert "the bank's balance is $0.01" in off.findings[1]
    right = bank(paid, FRIDAY, 34_777, sent, closing=books[3, 6].closing_cents)
    assert list(right.findings) == []
    assert right.recorded_by == "auditor"


def test_checks_are_outstanding_until_the_bank_pays_them():
    books = {FRIDAY: DayTotals(100, 0, 60, 40)}
    said = {FRIDAY: DayTotals(100, 0, 0, 100), MONDAY: DayTotals(0, 0, 60, 40)}
    assert [(d.outstanding_cents, d.findings) for d in balance_days(books, said, APRIL)] == [
        (60, ()),
        (0, ()),
    ]
    said[MONDAY] = DayTotals(0, 0, 61, None)
    (finding,) = balance_days(books, said, APRIL)[1].findings
    assert "$0.01 of checks more than were issued" in finding


def test_what_is_asked_wrongly_is_refused_by_field(paid):
    for method, request, field in (
        ("GetTimeliness", pb.GetTimelinessRequest(), "last_day"),
        ("GetCollectionReport", pb.GetCollectionReportRequest(), "quarter"),
        ("ListUndistributed", pb.ListUndistributedRequest(days_from=-1), "days_from"),
        (
            "ListCollectionReportItems",
            pb.ListCollectionReportItemsRequest(quarter=from_date(FRIDAY), line="9"),
            "line",
        ),
        (
            "ListBankDays",
            pb.ListBankDaysRequest(
                first_day=from_date(FRIDAY), last_day=from_date(date(2027, 1, 1))
            ),
            "last_day",
        ),
    ):
        with pytest.raises(PlatformError) as refused:
            ask(paid, method, request)
        assert field in str(refused.value)
    for day, deposits in ((date(2030, 1, 1), 1), (FRIDAY, -1)):
        with pytest.raises(PlatformError):
            bank(paid, day, deposits, 0)


cents = st.integers(-10_000, 10_000)


@given(st.dictionaries(st.tuples(st.sampled_from(sorted(Source)), st.booleans()), cents),
       st.dictionaries(st.sampled_from(sorted({a for _, x in quarter.PAID.values() for a in x})),
                       cents), cents)  # fmt: skip
@settings(max_examples=40)
def test_lines_of_a_quarter_sum_whatever_was_received_and_paid(received, paid, before):
    after = before + sum(received.values()) - sum(paid.values())
    lines, findings = quarter.report_lines(before, received, paid, after)
    sums = {row.line: row.cents for row in lines}
    assert sums["6"] - sums["8"] == sums["9"] == after
    assert findings == []
    assert quarter.report_lines(before, received, paid, after + 1)[1]


def test_every_source_and_payee_has_its_line():
    """Who adds one says here which line of the report it belongs to."""
    sources = [source for _, found in quarter.RECEIVED.values() for source in found]
    assert sorted(sources) == sorted(Source)
    paid = {account for _, found in quarter.PAID.values() for account in found}
    assert paid | set(quarter.REFUNDED) | {Account.HELD} == set(PAYABLE.values())
    assert quarter.quarter_of(date(2026, 12, 31)) == (date(2026, 10, 1), date(2026, 12, 31))
