"""A review as one of the two parents may see it: what the other one said of himself stays out."""

from dataclasses import replace
from datetime import date

from case_service.domain.reviews import BEFORE_COURT, LOOKED_AT, NO_CHANGE, UNDER_WAY, Review

CONCLUDED = BEFORE_COURT | LOOKED_AT
"""Where both parents have been told what the review came to."""


def seen_by(
    review: Review, participant_id: str, readable: frozenset[str], *, contested: bool
) -> Review:
    """Return what a parent sees.

    `readable` are the documents that he may read. Once the result was contested the statement
    holds words of both, and is shown to neither. Of a request that a worker took down the words
    are the worker's. The day that the other parent was located is the agency's alone.
    """
    mine = review.requested_by == participant_id
    own_words = mine and review.origin == "party" and not contested
    return replace(
        review,
        requested_by=participant_id if mine else "",
        located_on=None,
        grounds=review.grounds if mine else (),
        document_ids=tuple(one for one in review.document_ids if one in readable),
        statement=review.statement if own_words else "",
    )


def may_contest(review: Review, on: date) -> bool:
    """Tell whether a parent may contest the result today."""
    return review.state == NO_CHANGE and review.contest_by is not None and on <= review.contest_by


def may_withdraw(review: Review, participant_id: str) -> bool:
    """Tell whether a parent may take the request back himself."""
    return review.requested_by == participant_id and review.state in UNDER_WAY - BEFORE_COURT
