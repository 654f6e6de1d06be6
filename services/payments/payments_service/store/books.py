"""Loading the books of a page's obligors, and saving what is not a balance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from payments_service.domain.accrual import accrual_for
from payments_service.domain.assistance import assignments_for
from payments_service.domain.books import Books, Fund, Standing
from payments_service.domain.interest import interest_for
from payments_service.domain.model import (
    Assistance,
    Bucket,
    Case,
    Frequency,
    Judgment,
    Obligation,
    Opening,
    Period,
    Program,
    Support,
    Term,
)
from payments_service.store.raw import Row, array, cursor

MONTHLY = int(Frequency.MONTHLY)
Saved = dict[tuple[str, str, int | date], tuple[object, ...]]
"""What `load` found, to write only what changed: standings (year 0) and funds by fiscal year,
what was paid on arrears by month."""

_CASES = """
SELECT obligor_id::text, case_id::text, case_number, iv_d, assistance, assistance_since,
       assistance_cents, obligee_id::text, nullif(periods, '[]'), initiating_fips, children
  FROM case_projection WHERE obligor_id = ANY(%s::uuid[])
"""
# Opening arrears are of use only until they are booked, that is while there is no standing.
_OBLIGATIONS = """
SELECT o.obligor_id::text, s.charged_through, s.revision, s.ahead_cents,
       o.obligation_id::text, o.order_id::text, o.case_id::text, o.support,
       o.monthly_cents, o.monthly_arrears_cents, o.effective_from, o.effective_to,
       CASE WHEN s.charged_through IS NULL OR %s THEN o.opening END, o.learnt_month,
       nullif(o.terms, '[]'), o.child_id, o.owed_to_fips, nullif(o.judgments, '[]')
  FROM obligation_projection o
  LEFT JOIN standing s ON s.obligor_id = o.obligor_id AND s.obligation_id = o.obligation_id
 WHERE o.obligor_id = ANY(%s::uuid[])
 ORDER BY o.obligation_id
"""
# One lookup an obligor (`store/raw.py` says why).
_BALANCES = """
SELECT b.obligor_id::text, b.obligation_id::text, b.bucket, b.due_cents
  FROM unnest(%s::uuid[]) AS k (obligor_id)
 CROSS JOIN LATERAL (SELECT * FROM balance WHERE obligor_id = k.obligor_id OFFSET 0) b
"""
_FUNDS = """
SELECT obligor_id::text, case_id::text, fiscal_year, retained_cents, family_cents, fee_cents
  FROM fund WHERE obligor_id = ANY(%s::uuid[])
"""
_ARREARS_PAID = """
SELECT obligor_id::text, obligation_id::text, month, paid_cents
  FROM arrears_paid WHERE obligor_id = ANY(%s::uuid[]) AND month >= %s
"""


def load(
    session: Session,
    obligor_ids: Iterable[str],
    since: date | None = None,
    *,
    jurisdiction: str,
    whole: bool = False,
) -> tuple[dict[str, Books], Saved]:
    """Return the books of the obligors that have an obligation, by obligor.

    `since`: the first month that is to be posted to; none for charging. `whole`: with opening
    arrears that are booked already.
    """
    cur = cursor(session)
    ids = [array(obligor_ids)]
    cases: dict[str, dict[str, Case]] = {}
    for obligor_id, *facts in _fetch(cur, _CASES, ids):
        case = _case(facts)
        cases.setdefault(obligor_id, {})[case.case_id] = case
    obligations: dict[str, list[Obligation]] = {}
    standings: dict[str, dict[str, Standing]] = {}
    saved: Saved = {}
    accrual = partial(accrual_for, jurisdiction)
    assigning = partial(assignments_for, jurisdiction)
    interest = partial(interest_for, jurisdiction)
    for row in cur.execute(_OBLIGATIONS, [whole, *ids]).fetchall():
        obligor_id, through, revision, ahead, *facts = row
        obligations.setdefault(obligor_id, []).append(_obligation(facts))
        if revision is not None:
            standings.setdefault(obligor_id, {})[facts[0]] = Standing(through, revision, ahead)
            saved[obligor_id, facts[0], 0] = (through, revision, ahead)
    books = {
        obligor_id: Books(
            obligor_id,
            cases.get(obligor_id, {}),
            tuple(owed),
            standing=standings.get(obligor_id, {}),
            accrual=accrual,
            assigning=assigning,
            interest=interest,
        )
        for obligor_id, owed in obligations.items()
    }
    for obligor_id, obligation_id, bucket, due_cents in _fetch(cur, _BALANCES, ids):
        if obligor_id in books:
            books[obligor_id].due[obligation_id, _BUCKETS[bucket]] = due_cents
    for obligor_id, case_id, year, retained, family, fee in _fetch(cur, _FUNDS, ids):
        if obligor_id in books:
            books[obligor_id].funds[case_id, year] = Fund(retained, family, fee)
            saved[obligor_id, case_id, year] = (retained, family, fee)
    if since is not None:
        for obligor_id, obligation_id, month, paid in cur.execute(_ARREARS_PAID, [*ids, since]):
            if obligor_id in books:
                books[obligor_id].arrears_paid[obligation_id, month] = paid
                saved[obligor_id, obligation_id, month] = (paid,)
    return books, saved


_KNOWN_CASES = """
SELECT obligor_id::text, case_id::text, case_number, iv_d, assistance, assistance_since,
       assistance_cents, obligee_id::text, nullif(periods, '[]'), initiating_fips, children
  FROM case_projection WHERE case_id = ANY(%s::uuid[])
"""
_KNOWN_OBLIGATIONS = """
SELECT o.obligor_id::text, o.obligation_id::text, o.order_id::text, o.case_id::text, o.support,
       o.monthly_cents, o.monthly_arrears_cents, o.effective_from, o.effective_to, o.opening,
       o.learnt_month, nullif(o.terms, '[]'), o.child_id, o.owed_to_fips,
       nullif(o.judgments, '[]')
  FROM obligation_projection o WHERE o.case_id = ANY(%s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some cases: each with its obligor, by id, as their obligations."""

    cases: dict[str, tuple[str, Case]]
    obligations: dict[str, tuple[str, Obligation]]


def known(session: Session, case_ids: Iterable[str]) -> Known:
    """Return what is known of cases and their obligations."""
    cur, ids = cursor(session), [array(case_ids)]
    found = Known({}, {})
    for obligor_id, *facts in _fetch(cur, _KNOWN_CASES, ids):
        case = _case(facts)
        found.cases[case.case_id] = (obligor_id, case)
    for obligor_id, *facts in _fetch(cur, _KNOWN_OBLIGATIONS, ids):
        obligation = _obligation(facts)
        found.obligations[obligation.obligation_id] = (obligor_id, obligation)
    return found


_SAVE_STANDINGS = """
INSERT INTO standing (obligor_id, obligation_id, charged_through, revision, ahead_cents)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::date[], %s::smallint[], %s::bigint[])
ON CONFLICT (obligor_id, obligation_id) DO UPDATE
   SET charged_through = excluded.charged_through, revision = excluded.revision,
       ahead_cents = excluded.ahead_cents
"""
_SAVE_ARREARS_PAID = """
INSERT INTO arrears_paid (obligor_id, obligation_id, month, paid_cents)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::date[], %s::bigint[])
ON CONFLICT (obligor_id, obligation_id, month) DO UPDATE SET paid_cents = excluded.paid_cents
"""
_SAVE_FUNDS = """
INSERT INTO fund (obligor_id, case_id, fiscal_year, retained_cents, family_cents, fee_cents)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[], %s::bigint[], %s::bigint[],
                     %s::bigint[])
ON CONFLICT (obligor_id, case_id, fiscal_year) DO UPDATE
   SET retained_cents = excluded.retained_cents, family_cents = excluded.family_cents,
       fee_cents = excluded.fee_cents
"""


def save(session: Session, books: Mapping[str, Books], saved: Saved) -> None:
    """Write the standings, funds and arrears paid that differ from what was loaded."""
    standings: list[tuple[object, ...]] = []
    funds: list[tuple[object, ...]] = []
    paid: list[tuple[object, ...]] = []
    for obligor_id, book in books.items():
        for obligation_id, standing in book.standing.items():
            facts = (standing.charged_through, standing.revision, standing.ahead_cents)
            if saved.get((obligor_id, obligation_id, 0)) != facts:
                standings.append((obligor_id, obligation_id, *facts))
        for (obligation_id, month), cents in book.arrears_paid.items():
            if saved.get((obligor_id, obligation_id, month)) != (cents,):
                paid.append((obligor_id, obligation_id, month, cents))
        for (case_id, year), fund in book.funds.items():
            money = (fund.retained_cents, fund.family_cents, fund.fee_cents)
            if saved.get((obligor_id, case_id, year), (0, 0, 0)) != money:
                funds.append((obligor_id, case_id, year, *money))
    cur = cursor(session)
    _unnest(cur, _SAVE_STANDINGS, standings)
    _unnest(cur, _SAVE_FUNDS, funds)
    _unnest(cur, _SAVE_ARREARS_PAID, paid)


def _unnest(cur: psycopg.Cursor[Row], statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        cur.execute(statement, [array(column) for column in zip(*rows, strict=True)])


def _fetch(cur: psycopg.Cursor[Row], statement: str, ids: list[str]) -> list[Row]:
    return cur.execute(statement, ids).fetchall()


# Looked up for every row: a call of an enum takes several times as long.
_BUCKETS = tuple(Bucket)
_ASSISTANCE = {int(status): status for status in Assistance}
_SUPPORT = {int(support): support for support in Support}


def _case(facts: Sequence[Any]) -> Case:
    case_id, number, iv_d, assistance, since, cents, obligee_id, periods = facts[:8]
    fips, children = facts[8:]
    return Case(
        case_id, number, iv_d, _ASSISTANCE[assistance], since, cents, obligee_id,
        periods=tuple(_period(*kept) for kept in periods) if periods else (),
        initiating_fips=fips, children=children,
    )  # fmt: skip


def _period(program: int, first: str, last: str | None, cents: int, child_id: str = "") -> Period:
    last_month = date.fromisoformat(last) if last else None
    return Period(Program(program), date.fromisoformat(first), last_month, cents, child_id)


def _obligation(facts: Sequence[Any]) -> Obligation:
    id_, order_id, case_id, support, monthly, arrears, first, last, opening, learnt = facts[:10]
    terms, child_id, owed_to_fips, judgments = facts[10:]
    return Obligation(
        id_, order_id, case_id, _SUPPORT[support], monthly, arrears, first, last,
        tuple(_opening(*kept) for kept in opening) if opening else (), learnt,
        tuple(_term(*kept) for kept in terms) if terms else (),
        child_id, owed_to_fips,
        tuple(_judgment(*kept) for kept in judgments) if judgments else (),
    )  # fmt: skip


def _opening(bucket: int, cents: int, day: str) -> Opening:
    return Opening(Bucket(bucket), cents, date.fromisoformat(day))


def _judgment(cents: int, day: str) -> Judgment:
    return Judgment(cents, date.fromisoformat(day))


def _term(
    first: str, last: str | None, cents: int, amount_cents: int = 0, frequency: int = MONTHLY
) -> Term:
    last_day = date.fromisoformat(last) if last else None
    pace = Frequency(frequency)
    return Term(date.fromisoformat(first), last_day, cents, amount_cents, pace)
