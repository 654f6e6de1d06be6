"""Statements of an account (42 USC 654b(b)(4): the current status of support payments)."""

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.common.v1 import explanation_pb2 as common
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from childsupport.payments.v1 import statement_service_pb2 as pb
from payments_service.api.fti import SCOPE as READS_FTI
from payments_service.api.statements import StatementReads
from payments_service.domain.bookkeeping import Account, EntryKind
from payments_service.domain.model import Source
from payments_service.domain.statements import (
    OWED,
    REASONS,
    Moved,
    Movement,
    SupportLine,
    months,
    moved,
    netted,
    owed,
)
from payments_service.jobs import ledger as jobs
from payments_service.statement_words import SOURCES, row_text

MARCH = date(2026, 3, 6)
MAY = date(2026, 5, 6)
CASE = pb.StatementSubject(case_number="0000000001")


def ask(world, method, request, *, scopes=()):
    with world.runtime.work(Caller("worker", frozenset(scopes))) as work:
        return getattr(StatementReads(), method)(request, work)


@pytest.fixture
def account(world):
    """Three months: 50.00 from before, 300.00 a month; 320.00, nothing, 640.00 are paid."""
    world.participants(world.participant(1))
    world.cases(
        world.case(1, obligations=[world.obligation(1, 30_000, opening=[(1, 5_000)])]),
        world.case(2, obligor=1, obligations=[world.obligation(2, 1_000)]),
    )
    world.take(*world.pages([world.line(1, 32_000, obligor=1)]))
    world.settle()
    with world.runtime.work() as work:
        jobs.disburse(work, MARCH)
    world.go_to(MAY)
    lines = [world.line(2, 64_000, obligor=1, paid=MAY)]
    world.take(*world.pages(lines, submission=2, settled=MAY))
    world.settle()
    with world.runtime.work() as work:
        jobs.charge(work, MAY)
    return world


def test_a_history_runs_from_charge_to_payment_to_the_balance(account):
    answer = ask(
        account, "ListPaymentHistory", pb.ListPaymentHistoryRequest(subject=CASE, all=True)
    )
    running = 0
    for row in answer.rows:
        running += row.amount_cents
        assert row.balance_cents == running
    texts = [(to_date(row.effective_date), row.text) for row in answer.rows]
    assert texts[:2] == [
        (date(2026, 2, 28), "Owed before this ledger began"),
        (date(2026, 3, 1), "Support charged for March 2026"),
    ]
    assert texts[-1] == (MAY, "Payment")
    payoff = ask(account, "GetPayoff", pb.GetPayoffRequest(subject=CASE))
    assert running == payoff.payoff_cents > 0
    assert to_date(payoff.good_through) == date(2026, 5, 31)
    assert payoff.steps[0].rule_id == "us.statement.payoff"
    assert "$" in payoff.steps[0].text


def test_a_statement_takes_the_account_from_one_day_to_another(account):
    whole = ask(account, "GetAccountStatement", pb.GetAccountStatementRequest(subject=CASE))
    part = ask(
        account,
        "GetAccountStatement",
        pb.GetAccountStatementRequest(
            subject=CASE, first_day=from_date(date(2026, 4, 1)), last_day=from_date(MAY)
        ),
    )
    assert part.opening_cents + sum(m.amount_cents for m in part.movements) == part.closing_cents
    assert part.closing_cents == whole.closing_cents
    (obligation,) = whole.obligations
    assert obligation.owed_cents == whole.closing_cents
    charged = {m.movement: m.amount_cents for m in whole.movements}
    assert charged[pb.MOVEMENT_CHARGE] == 90_000
    assert charged[pb.MOVEMENT_OPENING] == 5_000
    early = ask(
        account,
        "GetAccountStatement",
        pb.GetAccountStatementRequest(subject=CASE, last_day=from_date(MARCH)),
    )
    assert early.sent_to_families_cents > 0
    both = pb.StatementSubject(obligor_id=whole.obligor_id)
    all_cases = ask(account, "GetAccountStatement", pb.GetAccountStatementRequest(subject=both))
    assert len(all_cases.obligations) == 2
    assert all_cases.closing_cents == sum(o.owed_cents for o in all_cases.obligations)


def test_months_show_what_was_charged_paid_and_left(account):
    rows = ask(account, "ListArrearsByMonth", pb.ListArrearsByMonthRequest(subject=CASE)).months
    assert [to_date(row.month) for row in rows] == [date(2026, month, 1) for month in (2, 3, 4, 5)]
    assert [row.charged_cents for row in rows] == [0, 30_000, 30_000, 30_000]
    assert rows[2].paid_cents == 0
    for row in rows:
        assert row.balance_cents == row.current_cents + sum(b.amount_cents for b in row.arrears)
    last = ask(
        account,
        "ListArrearsByMonth",
        pb.ListArrearsByMonthRequest(subject=CASE, first_month=from_date(MAY)),
    ).months
    assert list(last) == [rows[-1]]


def test_a_history_goes_back_as_far_as_the_rule_says_and_on_page_by_page(account):
    account.go_to(date(2028, 5, 6))
    answer = ask(account, "ListPaymentHistory", pb.ListPaymentHistoryRequest(subject=CASE))
    assert to_date(answer.first_day) == date(2026, 5, 1)
    whole = ask(account, "ListPaymentHistory", pb.ListPaymentHistoryRequest(subject=CASE, all=True))
    early = [r for r in whole.rows if to_date(r.effective_date) < date(2026, 5, 1)]
    assert answer.opening_cents == early[-1].balance_cents
    request = pb.ListPaymentHistoryRequest(subject=CASE, all=True, page_size=2)
    seen = []
    while True:
        page = ask(account, "ListPaymentHistory", request)
        seen += page.rows
        request.page_token = page.next_page_token
        if not request.page_token:
            break
    assert seen == list(whole.rows)


@pytest.mark.parametrize(
    ("audience", "scopes", "told"),
    [
        (common.AUDIENCE_PARENT, {READS_FTI}, False),
        (common.AUDIENCE_WORKER, set(), False),
        (common.AUDIENCE_WORKER, {READS_FTI}, True),
        (common.AUDIENCE_AUDITOR, {READS_FTI}, True),
        (common.AUDIENCE_AUDITOR, set(), False),
    ],
)
def test_where_money_came_from_is_told_to_those_who_may_know(account, audience, scopes, told):
    """26 USC 6103: an offset is known by its source; so no source at all is told (Pub. 1075)."""
    request = pb.ListPaymentHistoryRequest(subject=CASE, all=True, audience=audience)
    answer = ask(account, "ListPaymentHistory", request, scopes=scopes)
    payments = [row for row in answer.rows if row.movement == pb.MOVEMENT_PAYMENT]
    assert payments
    for row in payments:
        assert (row.source == payments_pb.RECEIPT_SOURCE_EMPLOYER) is told
        assert ("withheld" in row.text) is told


def test_a_record_is_a_tagged_document_with_every_payment_and_no_source(account):
    answer = ask(
        account, "GetPaymentRecord", pb.GetPaymentRecordRequest(subject=CASE), scopes={READS_FTI}
    )
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(answer.pdf))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    said = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert "Support charged for April 2026" in said
    assert "Not signed: not certified" in said
    assert "Pat Payee1" in said
    for words in SOURCES.values():
        assert words not in said
    again = ask(account, "GetPaymentRecord", pb.GetPaymentRecordRequest(subject=CASE))
    assert again.content_hash == answer.content_hash
    assert answer.file_name == "payment-record-0000000001-2026-05-06.pdf"


def test_what_cannot_be_answered_is_refused_by_field(account):
    for method, request, field in (
        ("GetPayoff", pb.GetPayoffRequest(), "subject.obligor_id"),
        (
            "GetPayoff",
            pb.GetPayoffRequest(subject=pb.StatementSubject(case_number="9")),
            "case",
        ),
        (
            "GetAccountStatement",
            pb.GetAccountStatementRequest(
                subject=CASE, first_day=from_date(MAY), last_day=from_date(MARCH)
            ),
            "last_day",
        ),
    ):
        with pytest.raises(PlatformError) as refused:
            ask(account, method, request)
        assert field in str(refused.value)


# What follows needs no database.

ONE = "01950000-0000-7000-8000-000000000001"


def line(entry, account, cents, *, effective, bucket=None, month=None, about="r", posted=None):
    return SupportLine(
        entry, about, None if account == Account.PAID else ONE, account, bucket, month, cents,
        effective, posted or effective, 1,
    )  # fmt: skip


def test_a_payment_that_was_taken_back_is_left_out_and_the_balance_stays():
    lines = [
        line("e1", Account.DUE, 100, effective=MARCH, bucket=0, month=date(2026, 3, 1)),
        line("e1", Account.CHARGED, -100, effective=MARCH, month=date(2026, 3, 1)),
    ]
    for entry, cents in (("e2", -60), ("e3", 60), ("e4", -50)):
        lines.append(line(entry, Account.DUE, cents, effective=MAY, bucket=1, about="r1"))
        lines.append(line(entry, Account.PAID, -cents, effective=MAY, about="r1"))
    rows = moved(lines, [ONE])
    assert [row.cents for row in rows] == [100, -60, 60, -50]
    assert row_text(rows[2]) == "Payment taken back"
    assert [row.cents for row in netted(rows)] == [100, -50]
    (standing,) = owed(lines, [ONE], MAY)
    assert standing.cents == 50
    assert standing.buckets == {0: 100, 1: -50}


def test_what_is_paid_ahead_is_part_of_the_payment_and_of_the_balance():
    lines = [
        line("e1", Account.PAID_AHEAD, -70, effective=MARCH),
        line("e1", Account.PAID, 70, effective=MARCH),
        line("e2", Account.DUE, -40, effective=MAY, bucket=0),
        line("e2", Account.PAID_AHEAD, 40, effective=MAY),
    ]
    assert [(r.movement, r.cents) for r in moved(lines, [ONE])] == [(Movement.PAYMENT, -70)]
    (standing,) = owed(lines, [ONE], MAY)
    assert (standing.ahead_cents, standing.cents) == (30, -70)


days = st.dates(date(2026, 1, 1), date(2026, 8, 31))
entries = st.tuples(
    days,
    st.sampled_from(sorted(set(REASONS) | {Account.AGENCY})),
    st.integers(-9_999, 9_999).filter(bool),
    st.sampled_from((0, 1, 4)),
    st.sampled_from(("r1", "r2")),
)


@given(st.lists(entries, max_size=12))
@settings(max_examples=60)
def test_whatever_the_lines_are_every_statement_ends_in_their_sum(made):
    lines = []
    for number, (day, account, cents, bucket, about) in enumerate(made):
        entry = f"e{number:02}"
        lines.append(line(entry, Account.DUE, cents, effective=day, bucket=bucket, about=about))
        lines.append(line(entry, account, -cents, effective=day, about=about))
    total = sum(cents for _, _, cents, _, _ in made)
    end = date(2026, 8, 31)
    rows = moved(lines, [ONE])
    assert sum(row.cents for row in rows) == sum(row.cents for row in netted(rows)) == total
    assert owed(lines, [ONE], end)[0].cents == total
    shown = months(lines, [ONE], end)
    if shown:
        assert shown[-1].balance_cents == total
        assert sum(m.charged_cents - m.paid_cents + m.other_cents for m in shown) == total


def test_every_account_and_kind_of_entry_is_known_to_the_statements():
    """Who adds one says here what it is to a statement; until then this fails."""
    cash = {
        Account.BANK, Account.SUSPENSE, Account.HELD, Account.PAYABLE_FAMILY, Account.PAYABLE_STATE,
        Account.PAYABLE_MEDICAID, Account.PAYABLE_FEE, Account.PAYABLE_OBLIGOR,
        Account.PAYABLE_OTHER_STATE, Account.PAYABLE_FOSTER_CARE, Account.RECOUPMENT,
        Account.AGENCY, Account.RETURNED, Account.UNCLAIMED,
    }  # fmt: skip
    unknown = set(Account) - cash - OWED - set(REASONS)
    assert not unknown, f"neither owed, nor a reason, nor cash: {unknown}"
    moves_debts = {
        EntryKind.OPENING, EntryKind.CHARGE, EntryKind.AGEING, EntryKind.RECEIPT,
        EntryKind.REVERSAL, EntryKind.INTEREST, EntryKind.WRITTEN_OFF, EntryKind.PAID_AHEAD,
        EntryKind.REBUCKETED,
    }  # fmt: skip
    moves_cash = {
        EntryKind.SUSPENSE, EntryKind.IDENTIFIED, EntryKind.DISBURSEMENT, EntryKind.HOLD,
        EntryKind.RELEASE, EntryKind.CLAIM, EntryKind.RECOUPED, EntryKind.RETURNED,
        EntryKind.REISSUED, EntryKind.REFUND, EntryKind.UNCLAIMED, EntryKind.REDIRECTED,
    }  # fmt: skip
    assert set(EntryKind) == moves_debts | moves_cash
    assert {int(m) for m in Movement} == set(pb.Movement.values()) - {0}
    assert set(SOURCES) == set(Source)
    for movement in Movement:
        for cents in (1, -1):
            assert row_text(Moved(MARCH, MARCH, movement, cents, "", None, ""))
