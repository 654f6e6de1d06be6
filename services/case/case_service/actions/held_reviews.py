"""Reviews with their cases, held until the end of the transaction, and who hears of them."""

from datetime import date

from case_service.actions.changing import check_etag, lock_case
from case_service.actions.desk import precondition
from case_service.actions.notices import notify
from case_service.domain import reviews as domain
from case_service.domain.model import Case, Order
from case_service.domain.notices import Notice
from case_service.store import reviews as store
from chassis.errors import not_found
from chassis.runtime import Work


def hold(work: Work, review_id: str, etag: str = "") -> tuple[Case, store.Stored]:
    """Return a review with its case, held until the end of the transaction. Raises NOT_FOUND."""
    case_id = store.case_of(work.session, review_id)
    if case_id is None:
        raise not_found("review", review_id)
    case = lock_case(work, case_id).case
    stored = store.read(work.session, work.keys, review_id)
    if stored is None:
        raise not_found("review", review_id)
    check_etag(stored.version, etag, "review")
    return case, stored


def order_of(case: Case, review: domain.Review) -> Order:
    """Return the order that a review is of. Raises FAILED_PRECONDITION when it is gone."""
    for order in case.orders:
        if order.order_id == review.order_id:
            return order
    raise precondition("the order is no longer in the case; end the review", order=review.order_id)


def save(work: Work, before: store.Stored, after: domain.Review) -> store.Stored:
    """Write a review in its next version."""
    return store.save(work.session, work.keys, before, after, work.clock.now())


def tell_both(work: Work, case: Case, notice: Notice) -> None:
    """Tell both parents the same."""
    for party in filter(None, (case.obligor_id, case.obligee_id)):
        notify(work, case, party, notice)


def last_looked_at(work: Work, order: Order) -> date | None:
    """Return the day from which the cycle of an order counts."""
    finished = store.looked_at_on(work.session, order.order_id)
    return domain.last_looked_at(domain.established_on(order), finished)


def role_of(case: Case, participant_id: str) -> str:
    """Say who somebody is in a case; history names no names where a role will do."""
    roles = {case.obligor_id: "The obligor", case.obligee_id: "The obligee"}
    return roles.get(participant_id, "A party")
