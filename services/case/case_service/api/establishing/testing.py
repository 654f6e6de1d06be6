"""Genetic tests and findings over gRPC."""

from case_service.actions.establishing import testing as actions
from case_service.api.establishing.paternity_messages import BASES
from case_service.api.establishing.requests import answer, opened
from case_service.domain.establishing import facts
from chassis.dates import to_date
from chassis.runtime import Work
from childsupport.case.v1 import establishment_service_pb2 as pb


class TestWrites:
    """Records genetic tests, and what courts and other States found."""

    def OrderGeneticTest(
        self, request: pb.OrderGeneticTestRequest, work: Work
    ) -> pb.OrderGeneticTestResponse:
        """Record that a genetic test is ordered."""
        ordered_on = to_date(request.ordered_on, "ordered_on")
        added = actions.order_test(work, opened(request, work), request.father_id, ordered_on)
        fact_id, paternity = answer(work, added)
        return pb.OrderGeneticTestResponse(fact_id=fact_id, paternity=paternity)

    def ScheduleGeneticTest(
        self, request: pb.ScheduleGeneticTestRequest, work: Work
    ) -> pb.ScheduleGeneticTestResponse:
        """Set when and where samples are taken, and tell who has to come."""
        appointment = facts.GeneticAppointment(request.test_id, request.at, request.place)
        added = actions.schedule_test(work, opened(request, work), appointment)
        fact_id, paternity = answer(work, added)
        return pb.ScheduleGeneticTestResponse(fact_id=fact_id, paternity=paternity)

    def RecordGeneticTestResult(
        self, request: pb.RecordGeneticTestResultRequest, work: Work
    ) -> pb.RecordGeneticTestResultResponse:
        """Record what a test came to."""
        result = facts.GeneticResult(
            test_id=request.test_id,
            excluded=request.excluded,
            probability=request.probability,
            laboratory=request.laboratory,
        )
        result_on = to_date(request.result_on, "result_on")
        added = actions.record_result(work, opened(request, work), result, result_on)
        fact_id, paternity = answer(work, added)
        return pb.RecordGeneticTestResultResponse(fact_id=fact_id, paternity=paternity)

    def RecordPaternityFinding(
        self, request: pb.RecordPaternityFindingRequest, work: Work
    ) -> pb.RecordPaternityFindingResponse:
        """Record what a court, or another State, found."""
        finding = facts.Finding(
            father_id=request.father_id,
            is_father=request.is_father,
            basis=BASES.get(request.basis, ""),
            court_number=request.court_number.strip(),
            state=request.state,
            process_id=request.process_id,
        )
        entered_on = to_date(request.entered_on, "entered_on")
        added = actions.record_finding(work, opened(request, work), finding, entered_on)
        fact_id, paternity = answer(work, added)
        return pb.RecordPaternityFindingResponse(fact_id=fact_id, paternity=paternity)
