"""Which of the six buckets a debt lies in (42 USC 608(a)(3), 657).

Support of a month with assistance is assigned to the State when the month is over (permanently),
medical support of a month with Medicaid to the Medicaid agency; all other support was never
assigned. When assistance has ended, what was assigned for a time is conditionally assigned, and
what is above the assistance that is not repaid (URA) is unassigned: of arrears that accrued during
assistance first comes what the State would be paid first.
"""

from collections.abc import Sequence
from datetime import date

from payments_service.domain.assistance import Aid, Assignments, aid_in, children_in_care
from payments_service.domain.books import Books
from payments_service.domain.model import Assistance, Bucket, Case, Obligation

ASSIGNED = (Bucket.PA, Bucket.TA)
LIMITED = ((Bucket.PA, Bucket.UD), (Bucket.TA, Bucket.UP), (Bucket.CA, Bucket.UP))
"""Assigned buckets in the order in which the State is paid, and where what is above URA goes."""

Amounts = tuple[tuple[Bucket, int], ...]


def buckets_of_unpaid(
    books: Books, obligation: Obligation, month: date, unpaid_cents: int
) -> Amounts:
    """Return the buckets that the unpaid support of a month falls into, with the cents of each."""
    case = books.cases[obligation.case_id]
    if not case.iv_d or case.initiating_fips or obligation.owed_to_fips:
        return ((Bucket.NA, unpaid_cents),)
    aid = aid_in(case, month)
    assignments = books.assigning(month)
    if _to_medicaid(obligation, assignments) and aid.medicaid:
        return ((Bucket.PA, unpaid_cents),)
    to_state = unpaid_cents
    if not aid.k_tap or obligation.support not in assignments.k_tap:
        in_care, of = children_in_care(case, obligation, aid, assignments)
        to_state = unpaid_cents * in_care // of
    never = unpaid_cents - to_state
    if assignments.above_ura_at_end:
        return _some((Bucket.NA, never), (Bucket.PA, to_state))
    assigned = sum(
        books.due.get((other.obligation_id, bucket), 0)
        for other in _limited(books, case, aid, assignments)
        for bucket in ASSIGNED
    )
    room = max(0, books.assistance_left(case.case_id) - assigned)
    permanently = min(to_state, room)
    above = to_state - permanently
    return _some((Bucket.NA, never), (Bucket.PA, permanently), (Bucket.UD, above))


def rebucket(books: Books, case_id: str, month: date) -> list[tuple[Obligation, Amounts]]:
    """Bring a case's arrears into the buckets that hold from a month on; changes the books.

    Returns by how much the buckets of an obligation change; the changes sum to nothing.
    """
    case = books.cases[case_id]
    if not case.iv_d or case.initiating_fips:
        return []
    arrears = [
        obligation
        for obligation in books.obligations
        if obligation.case_id == case_id
        and any(books.due.get((obligation.obligation_id, bucket)) for bucket, _ in LIMITED)
    ]
    if not arrears:
        return []
    aid = aid_in(case, month)
    assignments = books.assigning(month)
    before = {
        (o.obligation_id, bucket): books.due.get((o.obligation_id, bucket), 0)
        for o in arrears
        for bucket in Bucket
    }
    if aid.assistance != Assistance.CURRENT:
        for obligation in arrears:
            _move(books, obligation, Bucket.TA, Bucket.CA)
    if aid.assistance != Assistance.CURRENT or not assignments.above_ura_at_end:
        limited = [o for o in _limited(books, case, aid, assignments) if o in arrears]
        _unassign(books, limited, books.assistance_left(case_id))
    changed: list[tuple[Obligation, Amounts]] = []
    for obligation in arrears:
        id_ = obligation.obligation_id
        differences = ((b, books.due.get((id_, b), 0) - before[id_, b]) for b in Bucket)
        if amounts := tuple((bucket, cents) for bucket, cents in differences if cents):
            changed.append((obligation, amounts))
    return changed


def _unassign(books: Books, obligations: Sequence[Obligation], room: int) -> None:
    """Let assigned arrears be no more than the assistance that is left."""
    for assigned, unassigned in LIMITED:
        for obligation in obligations:
            cents = books.due.get((obligation.obligation_id, assigned), 0)
            stays = min(cents, room)
            room -= stays
            _move(books, obligation, assigned, unassigned, cents - stays)


def _move(
    books: Books, obligation: Obligation, source: Bucket, target: Bucket, most: int | None = None
) -> None:
    key = (obligation.obligation_id, source)
    cents = books.due.get(key, 0) if most is None else most
    if cents:
        books.due[key] -= cents
        to = (obligation.obligation_id, target)
        books.due[to] = books.due.get(to, 0) + cents


def _some(*amounts: tuple[Bucket, int]) -> Amounts:
    return tuple((bucket, cents) for bucket, cents in amounts if cents)


def _to_medicaid(obligation: Obligation, assignments: Assignments) -> bool:
    return obligation.support in assignments.medicaid


def _limited(books: Books, case: Case, aid: Aid, assignments: Assignments) -> list[Obligation]:
    """Return the obligations of a case that the limit holds for: not those of Medicaid."""
    return [
        other
        for other in books.obligations
        if other.case_id == case.case_id
        and not other.owed_to_fips
        and not (aid.had_medicaid and _to_medicaid(other, assignments))
    ]
