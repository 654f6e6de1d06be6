"""Reviews for the eyes of a parent."""

from dataclasses import replace

from case_service.domain.desk.documents import REJECTED, readable_by
from case_service.domain.own_reviews import CONCLUDED, seen_by
from case_service.domain.reviews import Review
from case_service.store import documents, histories, reviews
from case_service.store.reviews import Compared, Stored
from chassis.runtime import Work

CONTESTED = "review_contested"
NOTHING = "nothing_handed_in"
MAX_LOOKED_AT = 100


def shown(work: Work, stored: Stored, participant_id: str) -> Stored:
    """Return a review with what one parent may see of it."""
    review = stored.review
    found = documents.read(work.session, work.keys, list(review.document_ids))
    readable = frozenset(d.document_id for d in found if readable_by(d, participant_id))
    contested = histories.happened(work.session, review.case_id, CONTESTED, review.review_id)
    return replace(stored, review=seen_by(review, participant_id, readable, contested=contested))


def information_received(work: Work, review: Review, participant_id: str) -> bool:
    """Tell whether a parent has handed in something that shows his income, for this review.

    A worker has recorded it, or a document came in since the request and was not rejected.
    """
    incomes = reviews.incomes(work.session, work.keys, review.review_id)
    if any(one.participant_id == participant_id and one.kind != NOTHING for one in incomes):
        return True
    which = documents.Filter(review.case_id, participant_id=participant_id)
    own = documents.page(work.session, work.keys, which, None, MAX_LOOKED_AT)
    return any(
        one.subject == "income"
        and one.state != REJECTED
        and one.received_at.date() >= review.requested_on
        for one in own
    )


def last_comparison(work: Work, review: Review) -> Compared | None:
    """Return what the guidelines came to; None until both parents are told of the result."""
    if review.state not in CONCLUDED:
        return None
    kept = reviews.comparisons(work.session, work.keys, review.review_id)
    return kept[-1] if kept else None
