"""What is known of a case's arrears, and whether all of it is (45 CFR 303.11(b)(1), (2), (12))."""

from collections.abc import Collection, Mapping
from datetime import date

from case_service.domain.closing import Arrears
from case_service.domain.model import Case, Obligation
from case_service.domain.orders.terms import terms_of


def known_arrears(
    case: Case,
    due_cents: Mapping[tuple[str, str], int],
    assigned_buckets: Collection[str],
    on: date,
) -> Arrears:
    """Add up what the ledger told, by (obligation, bucket), also the running month's support.

    Not known as soon as it has told nothing of an obligation under which something can be owed.
    """
    told = {obligation_id for obligation_id, _ in due_cents}
    obligations = [one for order in case.orders for one in order.obligations]
    if any(can_be_owed(one, on) and one.obligation_id not in told for one in obligations):
        return Arrears(known=False)
    medical = {one.obligation_id for one in obligations if one.support_type == "medical"}
    return Arrears(
        known=True,
        total_cents=sum(due_cents.values()),
        assigned_cents=sum(
            cents for (_, bucket), cents in due_cents.items() if bucket in assigned_buckets
        ),
        medical_cents=sum(cents for (id_, _), cents in due_cents.items() if id_ in medical),
    )


def can_be_owed(one: Obligation, on: date) -> bool:
    """Whether something can be owed under an obligation by a day."""
    return bool(one.opening_arrears) or any(
        term.monthly_cents and term.effective_from <= on for term in terms_of(one)
    )
