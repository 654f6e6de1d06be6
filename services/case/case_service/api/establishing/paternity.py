"""Paternity over gRPC."""

from case_service.actions.establishing import paternity as actions
from case_service.actions.establishing.parentage import look
from case_service.api.establishing.paging import case_of, page_of
from case_service.api.establishing.paternity_messages import GROUNDS, PURSUIT, paternity_message
from case_service.api.establishing.requests import answer, opened
from case_service.domain.establishing import facts
from case_service.domain.establishing.household import children_of
from chassis.dates import to_date
from chassis.errors import invalid_field, not_found
from chassis.runtime import Work
from childsupport.case.v1 import establishment_service_pb2 as pb


class Paternities:
    """Reads paternity."""

    def GetPaternity(self, request: pb.GetPaternityRequest, work: Work) -> pb.GetPaternityResponse:
        """Return who a child's father is in law, why, and all that was recorded about it."""
        case = case_of(work, request.case_id)
        if request.child_id not in children_of(case):
            raise not_found("child of the case", request.child_id)
        view = look(work, case, [request.child_id])[0]
        return pb.GetPaternityResponse(paternity=paternity_message(work, view, with_facts=True))

    def ListPaternities(
        self, request: pb.ListPaternitiesRequest, work: Work
    ) -> pb.ListPaternitiesResponse:
        """List the children of a case with their standing."""
        case = case_of(work, request.case_id)
        views = look(work, case, children_of(case))
        messages = [paternity_message(work, view, with_facts=False) for view in views]
        wanted = [m for m in messages if not request.status or m.status == request.status]
        page, token = page_of(
            work,
            request,
            f"paternities/{request.case_id}/{request.status}",
            lambda after, limit: [m for m in wanted if m.child_id > after][:limit],
            lambda message: message.child_id,
        )
        return pb.ListPaternitiesResponse(paternities=page, next_page_token=token)


class PaternityWrites:
    """Records what paternity stands on."""

    def NameMother(self, request: pb.NameMotherRequest, work: Work) -> pb.NameMotherResponse:
        """Say who bore a child."""
        added = actions.name_mother(work, opened(request, work), request.mother_id)
        fact_id, paternity = answer(work, added)
        return pb.NameMotherResponse(fact_id=fact_id, paternity=paternity)

    def NameAllegedFather(
        self, request: pb.NameAllegedFatherRequest, work: Work
    ) -> pb.NameAllegedFatherResponse:
        """Say that a man may be the father of a child."""
        on_date = to_date(request.on_date, "on_date")
        child = opened(request, work)
        added = actions.name_alleged_father(work, child, request.father_id, on_date)
        fact_id, paternity = answer(work, added)
        return pb.NameAllegedFatherResponse(fact_id=fact_id, paternity=paternity)

    def RecordMarriage(
        self, request: pb.RecordMarriageRequest, work: Work
    ) -> pb.RecordMarriageResponse:
        """Record the mother's marriage."""
        married_on = to_date(request.married_on, "married_on")
        if married_on is None:
            raise invalid_field("married_on", "the day of the wedding")
        marriage = facts.Marriage(
            husband_id=request.husband_id,
            wife_id=request.wife_id,
            married_on=married_on,
            ended_on=to_date(request.ended_on, "ended_on"),
        )
        added = actions.record_marriage(work, opened(request, work), marriage)
        fact_id, paternity = answer(work, added)
        return pb.RecordMarriageResponse(fact_id=fact_id, paternity=paternity)

    def RecordAcknowledgment(
        self, request: pb.RecordAcknowledgmentRequest, work: Work
    ) -> pb.RecordAcknowledgmentResponse:
        """Record a voluntary acknowledgment that both parents have signed."""
        mother_signed_on = to_date(request.mother_signed_on, "mother_signed_on")
        father_signed_on = to_date(request.father_signed_on, "father_signed_on")
        if mother_signed_on is None or father_signed_on is None:
            unsigned = "father_signed_on" if mother_signed_on else "mother_signed_on"
            raise invalid_field(unsigned, "both parents sign an acknowledgment: say both days")
        signed = facts.Acknowledgment(
            request.mother_id, request.father_id, mother_signed_on, father_signed_on
        )
        added = actions.record_acknowledgment(work, opened(request, work), signed)
        fact_id, paternity = answer(work, added)
        return pb.RecordAcknowledgmentResponse(fact_id=fact_id, paternity=paternity)

    def RescindAcknowledgment(
        self, request: pb.RescindAcknowledgmentRequest, work: Work
    ) -> pb.RescindAcknowledgmentResponse:
        """Take an acknowledgment back for one who signed it."""
        added = actions.rescind(
            work,
            opened(request, work),
            request.acknowledgment_id,
            request.participant_id,
            to_date(request.rescinded_on, "rescinded_on"),
        )
        fact_id, paternity = answer(work, added)
        return pb.RescindAcknowledgmentResponse(fact_id=fact_id, paternity=paternity)

    def ChallengeAcknowledgment(
        self, request: pb.ChallengeAcknowledgmentRequest, work: Work
    ) -> pb.ChallengeAcknowledgmentResponse:
        """Record that a court is asked to set an acknowledgment aside."""
        ground = GROUNDS.get(request.ground, "")
        said = facts.Challenge(request.acknowledgment_id, request.participant_id, ground)
        filed_on = to_date(request.filed_on, "filed_on")
        added = actions.challenge(work, opened(request, work), said, filed_on)
        fact_id, paternity = answer(work, added)
        return pb.ChallengeAcknowledgmentResponse(fact_id=fact_id, paternity=paternity)

    def RecordProceeding(
        self, request: pb.RecordProceedingRequest, work: Work
    ) -> pb.RecordProceedingResponse:
        """Record a proceeding about a child."""
        on_date = to_date(request.on_date, "on_date")
        parties = tuple(sorted(set(request.party_ids)))
        added = actions.record_proceeding(work, opened(request, work), parties, on_date)
        fact_id, paternity = answer(work, added)
        return pb.RecordProceedingResponse(fact_id=fact_id, paternity=paternity)

    def DecidePaternityPursuit(
        self, request: pb.DecidePaternityPursuitRequest, work: Work
    ) -> pb.DecidePaternityPursuitResponse:
        """Record that paternity is not pursued, or is taken up again."""
        if request.decision not in PURSUIT:
            raise invalid_field("decision", "one of the decisions that there are")
        ground = PURSUIT[request.decision]
        added = actions.decide_pursuit(work, opened(request, work), ground)
        fact_id, paternity = answer(work, added)
        return pb.DecidePaternityPursuitResponse(fact_id=fact_id, paternity=paternity)

    def WithdrawPaternityFact(
        self, request: pb.WithdrawPaternityFactRequest, work: Work
    ) -> pb.WithdrawPaternityFactResponse:
        """Take back a fact that was recorded in error."""
        child = opened(request, work)
        added = actions.withdraw(work, child, request.withdrawn_fact_id, request.reason)
        fact_id, paternity = answer(work, added)
        return pb.WithdrawPaternityFactResponse(fact_id=fact_id, paternity=paternity)
