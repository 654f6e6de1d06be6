"""Computes what the guidelines come to."""

import policy
from case_service.domain.guidelines import GuidelineError, compute
from case_service.guideline_messages import input_from_message, response_message
from chassis.errors import invalid_field
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import guideline_service_pb2 as guideline_pb


class Guidelines:
    """Computes what the guidelines come to."""

    def ComputeGuideline(
        self, request: guideline_pb.ComputeGuidelineRequest, work: Work
    ) -> guideline_pb.ComputeGuidelineResponse:
        """Compute a worksheet. The error for a field that breaks a rule names it."""
        try:
            given = input_from_message(request, work.clock.today())
            return response_message(compute(given, policy.load()))
        except GuidelineError as error:
            raise invalid_field(error.field, f"read {error.read}; {error.rule}") from error


SERVICERS = (Servicer("childsupport.case.v1.GuidelineService", Guidelines()),)
