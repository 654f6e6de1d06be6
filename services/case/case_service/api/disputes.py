"""Disputes of a balance."""

from collections.abc import Sequence

from case_service.actions import desk
from case_service.actions import disputes as actions
from case_service.api.desk_pages import day_place, decode_place, encode_place
from case_service.domain.desk import disputes as domain
from case_service.domain.desk.access import is_id
from case_service.domain.model import Case
from case_service.store import disputes as store
from chassis.dates import from_date, to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import dispute_service_pb2 as pb

STATES = {
    code: name.removeprefix("DISPUTE_STATE_").lower()
    for name, code in pb.DisputeState.items()
    if code
}
DECISIONS = {
    code: name.removeprefix("DISPUTE_DECISION_").lower()
    for name, code in pb.DisputeDecision.items()
    if code
}
_STATE_VALUES = {value: code for code, value in STATES.items()}
_DECISION_VALUES = {value: code for code, value in DECISIONS.items()}
_UNANSWERED = (domain.OPEN, domain.PROPOSED)


class DisputeReads:
    """Reads disputes."""

    def GetDispute(self, request: pb.GetDisputeRequest, work: Work) -> pb.GetDisputeResponse:
        """Return one dispute with its rounds."""
        return pb.GetDisputeResponse(dispute=_message(_read(work, request.dispute_id)))

    def ListDisputes(self, request: pb.ListDisputesRequest, work: Work) -> pb.ListDisputesResponse:
        """List disputes by the day that they are to be answered by."""
        if request.case_id:
            desk.case_of(work, request.case_id)
        states = [STATES[s] for s in request.states if s]
        which = store.Filter(
            case_id=request.case_id,
            office_id=request.office_id,
            states=states or (_UNANSWERED if request.overdue else ()),
            answer_before=work.clock.today() if request.overdue else None,
        )
        found, token = _page(work, which, request)
        return pb.ListDisputesResponse(
            disputes=[_message(one) for one in found], next_page_token=token
        )


class Disputes:
    """Answers disputes."""

    def AddReferences(
        self, request: pb.AddReferencesRequest, work: Work
    ) -> pb.AddReferencesResponse:
        """Keep the ids of explanations by payments that bear on a dispute."""
        one = actions.add_references(work, request.dispute_id, request.etag, request.reference_ids)
        return pb.AddReferencesResponse(dispute=_message(one))

    def AnswerDispute(
        self, request: pb.AnswerDisputeRequest, work: Work
    ) -> pb.AnswerDisputeResponse:
        """Answer a dispute in writing."""
        if request.decision not in DECISIONS:
            raise invalid_field("decision", "must be FOR, AGAINST or PARTLY")
        given = domain.Answer(DECISIONS[request.decision], request.answer, request.reasons)
        one = actions.answer(
            work, request.dispute_id, request.etag, given, second_person=request.second_person
        )
        return pb.AnswerDisputeResponse(dispute=_message(one))

    def ConfirmAnswer(
        self, request: pb.ConfirmAnswerRequest, work: Work
    ) -> pb.ConfirmAnswerResponse:
        """Confirm the proposed answer of somebody else."""
        one = actions.confirm(work, request.dispute_id, request.etag)
        return pb.ConfirmAnswerResponse(dispute=_message(one))

    def ReturnAnswer(self, request: pb.ReturnAnswerRequest, work: Work) -> pb.ReturnAnswerResponse:
        """Send a proposed answer back."""
        one = actions.send_back(work, request.dispute_id, request.etag, request.note)
        return pb.ReturnAnswerResponse(dispute=_message(one))


class PartyDisputes:
    """What a party disputes."""

    def OpenDispute(self, request: pb.OpenDisputeRequest, work: Work) -> pb.OpenDisputeResponse:
        """Say that a balance is wrong."""
        case = desk.party_case(work, request.case_id, request.participant_id)
        said = actions.Statement(
            text=request.statement,
            expected_cents=request.expected_cents if request.has_expected else None,
            first_month=to_date(request.first_month, "first_month"),
            last_month=to_date(request.last_month, "last_month"),
            document_ids=request.document_ids,
        )
        one = actions.open_dispute(work, case, request.participant_id, said)
        return pb.OpenDisputeResponse(dispute=_party_message(one))

    def ReopenDispute(
        self, request: pb.ReopenDisputeRequest, work: Work
    ) -> pb.ReopenDisputeResponse:
        """Ask once more, once, after an answer."""
        case, mine = _mine(work, request)
        one = actions.reopen(
            work, case, mine, request.etag, request.statement, request.document_ids
        )
        return pb.ReopenDisputeResponse(dispute=_party_message(one))

    def WithdrawDispute(
        self, request: pb.WithdrawDisputeRequest, work: Work
    ) -> pb.WithdrawDisputeResponse:
        """Take a dispute back."""
        _mine(work, request)
        one = actions.withdraw(work, request.dispute_id, request.etag)
        return pb.WithdrawDisputeResponse(dispute=_party_message(one))

    def ListMyDisputes(
        self, request: pb.ListMyDisputesRequest, work: Work
    ) -> pb.ListMyDisputesResponse:
        """List a party's own disputes."""
        desk.party_case(work, request.case_id, request.participant_id)
        which = store.Filter(case_id=request.case_id, participant_id=request.participant_id)
        found, token = _page(work, which, request)
        return pb.ListMyDisputesResponse(
            disputes=[_party_message(one) for one in found], next_page_token=token
        )

    def GetMyDispute(self, request: pb.GetMyDisputeRequest, work: Work) -> pb.GetMyDisputeResponse:
        """Return one of a party's own disputes."""
        _, mine = _mine(work, request)
        return pb.GetMyDisputeResponse(dispute=_party_message(mine))


def _read(work: Work, dispute_id: str) -> domain.Dispute:
    found = store.read(work.session, work.keys, dispute_id) if is_id(dispute_id) else None
    if found is None:
        raise not_found("dispute", dispute_id)
    return found


def _mine(
    work: Work,
    request: pb.ReopenDisputeRequest | pb.WithdrawDisputeRequest | pb.GetMyDisputeRequest,
) -> tuple[Case, domain.Dispute]:
    """Return a party's own dispute; to everybody else it does not exist."""
    case = desk.party_case(work, request.case_id, request.participant_id)
    one = _read(work, request.dispute_id)
    if (one.case_id, one.participant_id) != (request.case_id, request.participant_id):
        raise not_found("dispute", request.dispute_id)
    return case, one


def _page(
    work: Work,
    which: store.Filter,
    request: pb.ListDisputesRequest | pb.ListMyDisputesRequest,
) -> tuple[Sequence[domain.Dispute], str]:
    size = paging.page_size(request)
    after = day_place(decode_place(work, request.page_token, "disputes"))
    found = store.page(work.session, work.keys, which, after, size + 1)
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    place = (last.answer_by.isoformat(), last.dispute_id)
    return found[:size], encode_place(work, place, "disputes")


def _party_message(one: domain.Dispute) -> pb.Dispute:
    return _message(domain.seen_by_party(one))


def _message(one: domain.Dispute) -> pb.Dispute:
    return pb.Dispute(
        dispute_id=one.dispute_id,
        case_id=one.case_id,
        participant_id=one.participant_id,
        state=_STATE_VALUES[one.state],
        expected_cents=one.expected_cents or 0,
        has_expected=one.expected_cents is not None,
        first_month=from_date(one.first_month),
        last_month=from_date(one.last_month),
        answer_by=from_date(one.answer_by),
        rounds=[
            pb.DisputeRound(
                stated_on=from_date(each.stated_on),
                statement=each.statement,
                decision=_DECISION_VALUES.get(each.decision, pb.DISPUTE_DECISION_UNSPECIFIED),
                answer=each.answer,
                reasons=each.reasons,
                decided_by=each.decided_by,
                confirmed_by=each.confirmed_by,
                answered_on=from_date(each.answered_on),
            )
            for each in one.rounds
        ],
        document_ids=one.document_ids,
        reference_ids=one.reference_ids,
        etag=str(one.version),
    )


SERVICERS = (
    Servicer("childsupport.case.v1.DisputeReadService", DisputeReads()),
    Servicer("childsupport.case.v1.DisputeService", Disputes()),
    Servicer("childsupport.case.v1.DisputePartyService", PartyDisputes()),
)
