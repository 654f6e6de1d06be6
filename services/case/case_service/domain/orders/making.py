"""The obligations that an order begins, changes, or that a judgment brings along."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from case_service.domain.model import InterestJudgment, Obligation, OpeningArrears
from case_service.domain.orders import terms
from case_service.domain.orders.converting import term_from
from case_service.domain.orders.model import AmountChange, Judgment, NewObligation, StatedTerm
from policy import Policy


def begin(new: NewObligation, obligation_id: str, law: Policy, today: date) -> Obligation:
    """Return an obligation as it begins; `obligation_id` is for one that comes without."""
    owed = Obligation(
        obligation_id=new.obligation_id or obligation_id,
        support_type=new.support_type,
        monthly_amount_cents=0,
        monthly_arrears_cents=new.monthly_arrears_cents,
        effective_from=None,
        effective_to=None,
        opening_arrears=(),
        child_id=new.child_id,
    )
    return terms.present(owed, tuple(term_from(term, law) for term in new.terms), today)


def with_judgment(
    obligations: Sequence[Obligation],
    judgment: Judgment,
    obligation_id: str,
    interest_from: date | None = None,
) -> list[Obligation]:
    """Let a judgment be repaid on the obligation that it names, else on one of its own.

    Its own one brings the amount forward as arrears; a named one has them already.
    `interest_from`: the day of its entry, where the court ordered interest.
    """
    bears = (InterestJudgment(judgment.amount_cents, interest_from),) if interest_from else ()
    if judgment.obligation_id:
        return [
            replace(
                one,
                monthly_arrears_cents=judgment.monthly_cents,
                judgments=(*one.judgments, *bears),
            )
            if one.obligation_id == judgment.obligation_id
            else one
            for one in obligations
        ]
    own = Obligation(
        obligation_id=obligation_id,
        support_type="child",
        monthly_amount_cents=0,
        monthly_arrears_cents=judgment.monthly_cents,
        effective_from=judgment.as_of,
        effective_to=None,
        opening_arrears=(OpeningArrears(judgment.bucket, judgment.amount_cents, judgment.as_of),),
        judgments=bears,
    )
    return [*obligations, terms.present(own, terms.terms_of(own), judgment.as_of)]


def changed(
    one: Obligation, change: AmountChange, first: date, law: Policy, today: date
) -> Obligation:
    """Return an obligation with another amount from a day on."""
    term = term_from(StatedTerm(first, None, change.amount_cents, change.frequency), law)
    monthly = change.monthly_arrears_cents
    kept = one.monthly_arrears_cents if monthly is None else monthly
    after = terms.changed_from(terms.terms_of(one), term)
    return terms.present(replace(one, monthly_arrears_cents=kept), after, today)
