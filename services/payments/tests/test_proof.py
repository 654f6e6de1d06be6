"""The proof of the ledger and its state as of a day (45 CFR 307.10(b)(7): accurate records)."""

from datetime import date

import pytest
from sqlalchemy import text

from chassis.dates import from_date
from chassis.errors import PlatformError
from childsupport.payments.v1 import proof_service_pb2 as pb
from payments_service.api.proof import _CHECKS, LedgerProofReads
from payments_service.domain.bookkeeping import Account, Book, EntryKind
from payments_service.domain.lanes import LANES
from payments_service.jobs import ledger as jobs
from payments_service.store import totals

TODAY = date(2026, 3, 6)
LATER = date(2026, 3, 9)
CLAIM = (
    "INSERT INTO claim (payee_id, claim_id, payee_kind, obligor_id, receipt_id, amount_cents,"
    " left_cents, reason, state, collectable, opened_on) SELECT payee_id, disbursement_id, 2,"
    " payee_id, payee_id, 700, 700, 'nsf', 1, true, '2026-03-06' FROM disbursement LIMIT 1"
)


def ask(world, method, request):
    with world.runtime.work() as work:
        return getattr(LedgerProofReads(), method)(request, work)


def checked(world):
    found = []
    for check in _CHECKS:
        for lane in range(LANES if check == pb.LEDGER_CHECK_CHAIN else 1):
            answer = ask(world, "VerifyLedger", pb.VerifyLedgerRequest(check=check, lane=lane))
            found += answer.findings
    return found


@pytest.fixture
def paid(world):
    """Two families; one paid for, one whose money is held; one receipt in suspense."""
    world.participants(world.participant(1), world.participant(2, account=False, address=False))
    world.cases(
        world.case(1, obligations=[world.obligation(1, 30_000, opening=[(1, 5_000)])]),
        world.case(2, obligations=[world.obligation(2, 20_000)]),
    )
    lines = [
        world.line(1, 31_000, obligor=1),
        world.line(2, 8_000, obligor=2),
        world.line(3, 777, obligor=None, reason=2),
    ]
    world.take(*world.pages(lines))
    world.settle()
    with world.runtime.work() as work:
        jobs.disburse(work, TODAY)
    return world


def test_untouched_books_hold_part_by_part(paid):
    assert checked(paid) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("DELETE FROM entry WHERE kind = 2", "there is no entry, only lines"),
        ("UPDATE entry SET batch = batch + 1 WHERE kind = 2", "stand in another batch"),
        ("UPDATE hold SET released_on = '2026-03-06'", "Open holds sum to 0 cents, what is held"),
        (
            CLAIM,
            "Open claims on institutions sum to 700 cents, the ledger's to 0.",
        ),
        ("UPDATE total SET account = 99 WHERE account = 1", "account no. 99"),
    ],
)
def test_what_was_changed_behind_the_ledger_is_a_sentence(paid, change, finding):
    with paid.runtime.work() as work:
        work.session.execute(text("SET session_replication_role = replica"))
        work.session.execute(text(change))
        work.session.execute(text("SET session_replication_role = origin"))
    assert any(finding in sentence for sentence in checked(paid))


def test_digests_follow_what_is_owed_and_what_went_out(paid):
    balances = ask(paid, "DigestBalances", pb.DigestBalancesRequest()).digests
    assert sum(digest.amount_cents for digest in balances) == 5_000 + 30_000 - 31_000 + 12_000
    listed = [
        row
        for digest in balances
        for row in ask(
            paid, "ListRangeBalances", pb.ListRangeBalancesRequest(id_end=digest.id_end)
        ).balances
    ]
    assert sorted(row.due_cents for row in listed if row.due_cents) == [4_000, 12_000]
    (sent,) = ask(paid, "DigestDisbursements", pb.DigestDisbursementsRequest()).digests
    request = pb.ListRangeDisbursementsRequest(id_end=sent.id_end)
    assert len(ask(paid, "ListRangeDisbursements", request).disbursement_ids) == 1


def test_pages_of_a_range_go_on_where_the_last_one_ended(paid):
    end = "".join(
        d.id_end for d in ask(paid, "DigestBalances", pb.DigestBalancesRequest()).digests
    )[:2]
    request = pb.ListRangeBalancesRequest(id_end=end, page_size=1)
    seen = []
    for _ in range(10):
        page = ask(paid, "ListRangeBalances", request)
        seen += [(row.obligation_id, row.bucket) for row in page.balances]
        request.page_token = page.next_page_token
        if not request.page_token:
            break
    whole = ask(paid, "ListRangeBalances", pb.ListRangeBalancesRequest(id_end=end)).balances
    assert seen == [(row.obligation_id, row.bucket) for row in whole]


def accounts(world, as_of, known=None):
    request = pb.GetLedgerAsOfRequest(as_of=from_date(as_of), known=from_date(known))
    return {
        a.account: (a.effective_cents, a.known_cents)
        for a in ask(world, "GetLedgerAsOf", request).accounts
    }


def test_a_day_is_shown_as_it_is_known_now_and_as_it_was_known_then(paid):
    """A payment withheld on March 6 is posted on March 9: it counts for the 6th from then on."""
    before = accounts(paid, TODAY)
    assert before["due"] == (16_000, 16_000)
    paid.go_to(LATER)
    late = paid.pages([paid.line(4, 4_000, obligor=1)], submission=2)
    paid.take(*late)
    paid.settle()
    after = accounts(paid, TODAY)
    assert after["due"] == (12_000, 16_000)
    assert after["bank"][0] - after["bank"][1] == 4_000
    assert accounts(paid, TODAY, known=LATER)["due"] == (12_000, 12_000)
    sums = ask(paid, "GetLedgerAsOf", pb.GetLedgerAsOfRequest(as_of=from_date(TODAY))).accounts
    for book in ("support", "cash"):
        assert sum(a.effective_cents for a in sums if a.book == book) == 0
        assert sum(a.known_cents for a in sums if a.book == book) == 0


def test_what_is_asked_wrongly_is_refused_by_field(paid):
    for method, request, field in (
        ("VerifyLedger", pb.VerifyLedgerRequest(), "check"),
        ("VerifyLedger", pb.VerifyLedgerRequest(check=pb.LEDGER_CHECK_CHAIN, lane=16), "lane"),
        ("GetLedgerAsOf", pb.GetLedgerAsOfRequest(), "as_of"),
        ("ListRangeBalances", pb.ListRangeBalancesRequest(id_end="A"), "id_end"),
    ):
        with pytest.raises(PlatformError) as refused:
            ask(paid, method, request)
        assert field in str(refused.value)


def test_every_cash_account_has_its_place_in_the_totals():
    """An account that is added belongs to the support book or to a sum of the totals."""
    support = {
        Account.DUE, Account.OPENING, Account.CHARGED, Account.PAID, Account.INTEREST,
        Account.PAID_AHEAD,
    }  # fmt: skip
    assert set(Account) - support == set(totals.CASH_ACCOUNTS)
    assert set(Book) == {Book.SUPPORT, Book.CASH}
    assert set(EntryKind) > totals.PAYING_OUT
