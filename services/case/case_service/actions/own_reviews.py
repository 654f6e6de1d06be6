"""Reviews for the eyes of a parent."""

from dataclasses import replace

from case_service.domain.desk.documents import readable_by
from case_service.domain.own_reviews import seen_by
from case_service.store import documents, histories
from case_service.store.reviews import Stored
from chassis.runtime import Work

CONTESTED = "review_contested"


def shown(work: Work, stored: Stored, participant_id: str) -> Stored:
    """Return a review with what one parent may see of it."""
    review = stored.review
    found = documents.read(work.session, work.keys, list(review.document_ids))
    readable = frozenset(d.document_id for d in found if readable_by(d, participant_id))
    contested = histories.happened(work.session, review.case_id, CONTESTED, review.review_id)
    return replace(stored, review=seen_by(review, participant_id, readable, contested=contested))
