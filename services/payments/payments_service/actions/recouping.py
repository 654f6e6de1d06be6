"""Claims on payees, collected from what they are paid, within the policy's limit.

What a family gives back is at most a share of each payment (`recoupment.limit`), and nothing before
the days of its notice are over (`recoupment.notice_days`); institutions give back in full. Whether
a claim may be collected at all was decided when it was made.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from chassis.runtime import Work
from payments_service.actions import payment_notices
from payments_service.actions.payees import holder
from payments_service.actions.payment_notices import PEOPLE, Told
from payments_service.domain.bookkeeping import (
    PAYABLE,
    Account,
    Entry,
    EntryKind,
    cash_lines,
    fact_id,
)
from payments_service.domain.model import Payee
from payments_service.store import claims, payable, paying
from payments_service.store.claims import Claim
from payments_service.store.payable import Gathered
from policy import load

LIMIT = "recoupment.limit"
NOTICE_DAYS = "recoupment.notice_days"


def recoup(
    work: Work, gathered: Sequence[Gathered], business_date: date, lane: int
) -> tuple[list[Gathered], list[Entry]]:
    """Keep back what claims allow of a locked lane's money; what is left, and the entries."""
    policy = load(work.settings.jurisdiction)
    told_by = business_date - timedelta(days=policy.days(NOTICE_DAYS, business_date))
    payees = sorted({one.payee_id for one in gathered})
    open_ = claims.collectable(work.session, payees, told_by)
    if not open_:
        return list(gathered), []
    limit = policy.percent(LIMIT, business_date)
    by_payee: dict[str, list[Claim]] = {}
    for claim in open_:
        by_payee.setdefault(claim.payee_id, []).append(claim)
    left: list[Gathered] = []
    taken: list[tuple[Gathered, Claim, int]] = []
    for one in gathered:
        most = one.parts_cents if one.payee_kind not in PEOPLE else int(one.parts_cents * limit)
        kept = 0
        mine = by_payee.get(one.payee_id, [])
        for place, claim in enumerate(mine):
            cents = min(most - kept, claim.left_cents)
            if cents > 0:
                kept += cents
                mine[place] = claim._replace(left_cents=claim.left_cents - cents)
                taken.append((one, claim, cents))
        left.append(one._replace(parts_cents=one.parts_cents - kept))
    return left, _write(work, taken, business_date, lane)


def _write(
    work: Work, taken: Sequence[tuple[Gathered, Claim, int]], on: date, lane: int
) -> list[Entry]:
    for _, claim, cents in taken:
        claims.take(work.session, claim.claim_id, claim.payee_id, cents)
    payable.add_recoupments(
        work.session, on, lane, [(one, claim.claim_id, cents) for one, claim, cents in taken]
    )
    payment_notices.tell(work, [_told(work, *one) for one in taken])
    return [_entry(one, claim, cents, on) for one, claim, cents in taken]


def _entry(one: Gathered, claim: Claim, cents: int, on: date) -> Entry:
    kind = Payee(one.payee_kind)
    payee = holder(kind, one.payee_id)
    id_ = fact_id(
        EntryKind.RECOUPED.name, one.disbursement_id, one.obligor_id, claim.claim_id, kind.name
    )
    lines = cash_lines(PAYABLE[kind], Account.RECOUPMENT, payee, cents)
    return Entry(one.obligor_id, id_, EntryKind.RECOUPED, one.disbursement_id, on, on, lines)


def _told(work: Work, one: Gathered, claim: Claim, cents: int) -> Told | None:
    if one.payee_kind not in PEOPLE:
        return None
    about = f"{one.disbursement_id}/{one.obligor_id}/{claim.claim_id}"
    case = paying.case_of(work.session, one.payee_id, one.disbursement_id)
    return Told("payment_kept_back", one.payee_id, about, case, {"amount_cents": str(cents)})
