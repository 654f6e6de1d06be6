"""Cases with their orders and obligations: written by the page, read whole."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Row, Table, delete, select
from sqlalchemy.orm import Session

from case_service.domain.model import (
    AssistancePeriod,
    Case,
    InterestJudgment,
    Member,
    Obligation,
    OpeningArrears,
    Order,
    Term,
)
from case_service.store import clocks
from case_service.store.tables import (
    assistance_period,
    case_member,
    case_table,
    obligation,
    obligation_term,
    opening_arrears,
    order_table,
)
from chassis.arrays import is_any, upsert


@dataclass(frozen=True, slots=True)
class Stored:
    """A case with its version."""

    case: Case
    version: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a case before a page is written."""

    version: int
    content_hash: bytes
    obligor_id: str
    worked_here: bool


def known(session: Session, ids: Iterable[str]) -> Mapping[str, Known]:
    """Return what is known of each id, locked until the end of the transaction.

    A new row elsewhere that names one of them does not wait for it: an id never changes.
    """
    rows = session.execute(
        select(
            case_table.c.case_id,
            case_table.c.version,
            case_table.c.content_hash,
            case_table.c.obligor_id,
            case_table.c.worked_here,
        )
        .where(is_any(case_table.c.case_id, sorted(ids)))
        .order_by(case_table.c.case_id)
        .with_for_update(key_share=True)
    )
    return {
        r.case_id: Known(r.version, r.content_hash, r.obligor_id or "", r.worked_here) for r in rows
    }


def owners(
    session: Session, order_ids: Sequence[str], obligation_ids: Sequence[str]
) -> Mapping[str, str]:
    """Return the case that each of these orders and obligations belongs to, of those recorded."""
    orders = select(order_table.c.order_id, order_table.c.case_id).where(
        is_any(order_table.c.order_id, order_ids)
    )
    obligations = (
        select(obligation.c.obligation_id, order_table.c.case_id)
        .join_from(obligation, order_table)
        .where(is_any(obligation.c.obligation_id, obligation_ids))
    )
    return {
        key: case_id for query in (orders, obligations) for key, case_id in session.execute(query)
    }


def write(
    session: Session,
    changed: Sequence[tuple[Stored, bytes]],
    at: datetime,
    *,
    worked_here: bool = False,
) -> None:
    """Write new and changed cases with all that they order, and nothing that they no longer do."""
    rows: dict[Table, list[dict[str, object]]] = {
        table: []
        for table in (
            case_table,
            case_member,
            assistance_period,
            order_table,
            obligation,
            obligation_term,
            opening_arrears,
        )
    }
    for stored, digest in changed:
        case = stored.case
        rows[case_table].append(_case_row(stored, digest, at) | {"worked_here": worked_here})
        rows[case_member].extend(_member_row(case.case_id, member) for member in case.members)
        rows[assistance_period].extend(_period_row(case.case_id, one) for one in case.assistance)
        for place, order in enumerate(case.orders):
            rows[order_table].append(_order_row(stored, place, order))
            for number, one in enumerate(order.obligations):
                rows[obligation].append(_obligation_row(order.order_id, number, one))
                rows[obligation_term].extend(_term_row(one, term) for term in one.terms)
                rows[opening_arrears].extend(_arrears_rows(one))
    case_ids = [row["case_id"] for row in rows[case_table]]
    _forget_parts(session, case_ids)
    for table, its_rows in rows.items():
        upsert(session, table, its_rows)
    of_cases = is_any(order_table.c.case_id, case_ids)
    ordered = select(order_table.c.order_id).where(of_cases)
    kept = is_any(obligation.c.obligation_id, [r["obligation_id"] for r in rows[obligation]])
    session.execute(delete(obligation).where(obligation.c.order_id.in_(ordered), ~kept))
    kept = is_any(order_table.c.order_id, [row["order_id"] for row in rows[order_table]])
    session.execute(delete(order_table).where(of_cases, ~kept))
    clocks.follow(session, case_ids)


def _forget_parts(session: Session, case_ids: Sequence[object]) -> None:
    """Delete what has no life of its own, so that what is written next is all there is."""
    ordered = select(order_table.c.order_id).where(is_any(order_table.c.case_id, case_ids))
    owed = select(obligation.c.obligation_id).where(obligation.c.order_id.in_(ordered))
    for table in (opening_arrears, obligation_term):
        session.execute(delete(table).where(table.c.obligation_id.in_(owed)))
    for table in (case_member, assistance_period):
        session.execute(delete(table).where(is_any(table.c.case_id, case_ids)))


def read(session: Session, ids: Sequence[str]) -> list[Stored]:
    """Return cases by id, in the order of their numbers."""
    arrears: dict[str, list[OpeningArrears]] = defaultdict(list)
    obligations: dict[str, list[Obligation]] = defaultdict(list)
    orders: dict[str, list[Order]] = defaultdict(list)
    terms: dict[str, list[Term]] = defaultdict(list)
    of_cases = is_any(order_table.c.case_id, ids)
    joined = obligation.join(order_table)
    for row in session.execute(
        select(obligation_term)
        .join_from(obligation_term, joined)
        .where(of_cases)
        .order_by(obligation_term.c.effective_from)
    ):
        terms[row.obligation_id].append(_term(row))
    for row in session.execute(
        select(opening_arrears)
        .join_from(opening_arrears, joined)
        .where(of_cases)
        .order_by(opening_arrears.c.bucket)
    ):
        arrears[row.obligation_id].append(OpeningArrears(row.bucket, row.amount_cents, row.as_of))
    for row in session.execute(
        select(obligation).select_from(joined).where(of_cases).order_by(obligation.c.place)
    ):
        one = _obligation(row, arrears[row.obligation_id], terms[row.obligation_id])
        obligations[row.order_id].append(one)
    for row in session.execute(select(order_table).where(of_cases).order_by(order_table.c.place)):
        orders[row.case_id].append(
            Order(
                order_id=row.order_id,
                court_number=row.court_number,
                income_withholding=row.income_withholding,
                obligations=tuple(obligations[row.order_id]),
                county_fips=row.county_fips,
                entered_on=row.entered_on,
                interest_ordered=row.interest_ordered,
            )
        )
    query = (
        select(case_table)
        .where(is_any(case_table.c.case_id, ids))
        .order_by(case_table.c.case_number)
    )
    stored = [_stored(row) for row in session.execute(query)]
    members = _members(session, ids)
    periods = _periods(session, ids)
    return [
        replace(
            s,
            case=replace(
                s.case,
                orders=tuple(orders[s.case.case_id]),
                members=tuple(members[s.case.case_id]),
                assistance=tuple(periods[s.case.case_id]),
            ),
        )
        for s in stored
    ]


def _members(session: Session, ids: Sequence[str]) -> Mapping[str, list[Member]]:
    found: dict[str, list[Member]] = defaultdict(list)
    query = select(case_member).where(is_any(case_member.c.case_id, ids))
    for row in session.execute(query.order_by(case_member.c.role, case_member.c.participant_id)):
        found[row.case_id].append(Member(row.participant_id, row.role, row.since, row.until))
    return found


def _periods(session: Session, ids: Sequence[str]) -> Mapping[str, list[AssistancePeriod]]:
    found: dict[str, list[AssistancePeriod]] = defaultdict(list)
    query = select(assistance_period).where(is_any(assistance_period.c.case_id, ids))
    for row in session.execute(
        query.order_by(assistance_period.c.first_month, assistance_period.c.period_id)
    ):
        found[row.case_id].append(
            AssistancePeriod(
                row.period_id,
                row.program,
                row.first_month,
                row.last_month,
                row.paid_cents,
                row.child_id or "",
            )
        )
    return found


def id_by_number(session: Session, case_number: str) -> str | None:
    """Return the id of the case with a number."""
    return session.scalar(
        select(case_table.c.case_id).where(case_table.c.case_number == case_number)
    )


def is_known(session: Session, case_id: str) -> bool:
    """Whether there is a case with this id."""
    query = select(case_table.c.case_id).where(case_table.c.case_id == case_id)
    return session.scalar(query) is not None


def numbers_after(
    session: Session, obligor_id: str, after: str, limit: int
) -> list[tuple[str, str]]:
    """Return a page of (number, id) above the number `after`, of one obligor or of all."""
    query = (
        select(case_table.c.case_number, case_table.c.case_id)
        .where(case_table.c.case_number > after)
        .order_by(case_table.c.case_number)
        .limit(limit)
    )
    if obligor_id:
        query = query.where(case_table.c.obligor_id == obligor_id)
    return [(row.case_number, row.case_id) for row in session.execute(query)]


def numbers_taken(session: Session, cases: Sequence[Case]) -> dict[str, str]:
    """Return, of the numbers of `cases`, those that another case has: number to that case's id."""
    wanted = {case.case_number: case.case_id for case in cases}
    rows = session.execute(
        select(case_table.c.case_number, case_table.c.case_id).where(
            is_any(case_table.c.case_number, list(wanted))
        )
    )
    return {r.case_number: r.case_id for r in rows if wanted[r.case_number] != r.case_id}


def ids_since(session: Session, since: date | None, after: str, limit: int) -> list[str]:
    """Return a page of ids changed on or after `since`, those above `after` first to last.

    A case in which nobody owes yet is not among them: the other services do not know it.
    """
    query = select(case_table.c.case_id).where(case_table.c.obligor_id.is_not(None))
    query = query.order_by(case_table.c.case_id).limit(limit)
    if after:
        query = query.where(case_table.c.case_id > after)
    if since:
        query = query.where(case_table.c.updated_at >= since)
    return list(session.scalars(query))


def _case_row(stored: Stored, digest: bytes, at: datetime) -> dict[str, object]:
    case = stored.case
    return {
        "case_id": case.case_id,
        "version": stored.version,
        "content_hash": digest,
        "case_number": case.case_number,
        "case_type": case.case_type,
        "assistance_status": case.assistance_status,
        "assistance_since": case.assistance_since,
        "unreimbursed_assistance_cents": case.unreimbursed_assistance_cents,
        "obligor_id": case.obligor_id or None,
        "obligee_id": case.obligee_id,
        "county_fips": case.county_fips,
        "opened_on": case.opened_on,
        "status": case.status,
        "closed_on": case.closed_on,
        "closure_ground": case.closure_ground,
        "office_id": case.office_id,
        "worker_id": case.worker_id,
        "initiating_fips": case.initiating_fips,
        "updated_at": at,
    }


def _order_row(stored: Stored, place: int, order: Order) -> dict[str, object]:
    return {
        "order_id": order.order_id,
        "case_id": stored.case.case_id,
        "place": place,
        "court_number": order.court_number,
        "income_withholding": order.income_withholding,
        "version": stored.version,
        "county_fips": order.county_fips,
        "entered_on": order.entered_on,
        "interest_ordered": order.interest_ordered,
    }


def _obligation_row(order_id: str, place: int, one: Obligation) -> dict[str, object]:
    return {
        "obligation_id": one.obligation_id,
        "order_id": order_id,
        "place": place,
        "support_type": one.support_type,
        "monthly_amount_cents": one.monthly_amount_cents,
        "monthly_arrears_cents": one.monthly_arrears_cents,
        "effective_from": one.effective_from,
        "effective_to": one.effective_to,
        "child_id": one.child_id or None,
        "owed_to_fips": one.owed_to_fips,
        "judgments": [[j.amount_cents, j.entered_on.isoformat()] for j in one.judgments],
    }


def _member_row(case_id: str, member: Member) -> dict[str, object]:
    return {
        "case_id": case_id,
        "participant_id": member.participant_id,
        "role": member.role,
        "since": member.since,
        "until": member.until,
    }


def _period_row(case_id: str, period: AssistancePeriod) -> dict[str, object]:
    return {
        "period_id": period.period_id,
        "case_id": case_id,
        "program": period.program,
        "first_month": period.first_month,
        "last_month": period.last_month,
        "paid_cents": period.paid_cents,
        "child_id": period.child_id or None,
    }


def _term_row(one: Obligation, term: Term) -> dict[str, object]:
    return {
        "obligation_id": one.obligation_id,
        "effective_from": term.effective_from,
        "effective_to": term.effective_to,
        "amount_cents": term.amount_cents,
        "frequency": term.frequency,
        "monthly_cents": term.monthly_cents,
    }


def _arrears_rows(one: Obligation) -> list[dict[str, object]]:
    return [
        {
            "obligation_id": one.obligation_id,
            "bucket": a.bucket,
            "amount_cents": a.amount_cents,
            "as_of": a.as_of,
        }
        for a in one.opening_arrears
    ]


def _term(row: Row[tuple[object, ...]]) -> Term:
    return Term(
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        amount_cents=row.amount_cents,
        frequency=row.frequency,
        monthly_cents=row.monthly_cents,
    )


def _obligation(
    row: Row[tuple[object, ...]], arrears: Sequence[OpeningArrears], terms: Sequence[Term]
) -> Obligation:
    return Obligation(
        obligation_id=row.obligation_id,
        support_type=row.support_type,
        monthly_amount_cents=row.monthly_amount_cents,
        monthly_arrears_cents=row.monthly_arrears_cents,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        opening_arrears=tuple(arrears),
        terms=tuple(terms),
        child_id=row.child_id or "",
        owed_to_fips=row.owed_to_fips,
        judgments=tuple(
            InterestJudgment(cents, date.fromisoformat(day)) for cents, day in row.judgments
        ),
    )


def _stored(row: Row[tuple[object, ...]]) -> Stored:
    return Stored(
        version=row.version,
        case=Case(
            case_id=row.case_id,
            case_number=row.case_number,
            case_type=row.case_type,
            assistance_status=row.assistance_status,
            assistance_since=row.assistance_since,
            unreimbursed_assistance_cents=row.unreimbursed_assistance_cents,
            obligor_id=row.obligor_id or "",
            obligee_id=row.obligee_id,
            county_fips=row.county_fips,
            opened_on=row.opened_on,
            orders=(),
            status=row.status,
            closed_on=row.closed_on,
            closure_ground=row.closure_ground,
            office_id=row.office_id,
            worker_id=row.worker_id,
            initiating_fips=row.initiating_fips,
        ),
    )
