"""The worksheet of a review, kept with the order that the review ended in (KRS 403.211)."""

from google.protobuf.json_format import ParseDict

from case_service.actions import worklist
from case_service.actions.establishing.worksheets import Attachment, attach
from case_service.domain.reviews import Review
from case_service.store import reviews as store
from chassis.errors import PlatformError
from chassis.runtime import Work
from childsupport.case.v1.guideline_service_pb2 import ComputeGuidelineRequest
from childsupport.common.v1.errors_pb2 import ErrorReason

OTHER_ORDERED = (
    "The court ordered another amount than the worksheet of the review: attach the one that the"
    " order stands on, with the court's finding (AttachWorksheet)"
)


def follow(work: Work, review: Review) -> None:
    """Attach the newest worksheet of a review to its order, or ask for the one that fits."""
    newest = store.comparisons(work.session, work.keys, review.review_id)[-1].content
    attachment = Attachment(
        case_id=review.case_id,
        order_id=review.order_id,
        given=ParseDict(newest["given"], ComputeGuidelineRequest()),
        obligor_column=newest["obligor_column"],
        obligation_ids=(),
    )
    try:
        attach(work, attachment)
    except PlatformError as refused:
        if refused.reason != ErrorReason.ERROR_REASON_INVALID_FIELD:
            raise
        # What the court ordered stands, whatever the agency had computed.
        worklist.put(
            work,
            review.case_id,
            "ALERT",
            review.order_id,
            about_type="order",
            what=OTHER_ORDERED,
        )
