"""Which bucket unpaid support falls into when its month is over (42 USC 608(a)(3), 657).

Support that accrued while the family had assistance is assigned to the State, up to the assistance
that is not repaid (permanently assigned); what is above is unassigned, during assistance. All other
support was never assigned. What a change of status inside a month does is not decided by the texts
at hand: the status at the time of ageing is taken (unverified).
"""

from payments_service.domain.books import Books
from payments_service.domain.model import Assistance, Bucket, Obligation

ASSIGNED = (Bucket.PA, Bucket.TA)


def buckets_of_unpaid(
    books: Books, obligation: Obligation, unpaid_cents: int
) -> tuple[tuple[Bucket, int], ...]:
    """Return the buckets that a month's unpaid support falls into, with the cents of each."""
    case = books.cases[obligation.case_id]
    if not case.iv_d or case.assistance != Assistance.CURRENT:
        return ((Bucket.NA, unpaid_cents),)
    assigned = sum(
        books.due.get((other.obligation_id, bucket), 0)
        for other in books.obligations
        if other.case_id == case.case_id
        for bucket in ASSIGNED
    )
    room = max(0, books.assistance_left(case.case_id) - assigned)
    permanently = min(unpaid_cents, room)
    split = ((Bucket.PA, permanently), (Bucket.UD, unpaid_cents - permanently))
    return tuple((bucket, cents) for bucket, cents in split if cents)
