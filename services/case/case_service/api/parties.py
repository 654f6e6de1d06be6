"""Records participants, opens cases, and says who is in them."""

from case_service.actions import membership, protecting, reported_changes
from case_service.actions.parties import open_case
from case_service.actions.recording import record_participant, refuse
from case_service.actions.updating import update_participant
from case_service.api import ids
from case_service.domain.model import Member
from case_service.domain.reported_changes import PARTY, Details
from case_service.messages import (
    ROLES,
    account_from_message,
    case_message,
    participant_from_message,
    participant_message,
)
from case_service.party_messages import (
    BASES,
    KINDS,
    account_violations,
    change_message,
    details_from_message,
    new_case_from_message,
    protection_message,
)
from case_service.store import cases
from chassis.dates import to_date
from chassis.errors import invalid_field
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as pb


@ids.checked
class Parties:
    """Records participants, opens cases, and says who is in them."""

    def RecordParticipant(
        self, request: pb.RecordParticipantRequest, work: Work
    ) -> pb.RecordParticipantResponse:
        """Record a person who is not known yet."""
        refuse(account_violations(request.participant, "participant"))
        person = participant_from_message(request.participant)
        stored = record_participant(work, person, request.confirm_not_duplicate_of)
        return pb.RecordParticipantResponse(
            participant=participant_message(stored.participant, stored.version)
        )

    def UpdateParticipant(
        self, request: pb.UpdateParticipantRequest, work: Work
    ) -> pb.UpdateParticipantResponse:
        """Change what is recorded of a participant, field by field."""
        new = participant_from_message(request.participant)
        fields = tuple(request.update_mask.paths)
        stored = update_participant(work, new, fields, request.participant.etag)
        return pb.UpdateParticipantResponse(
            participant=participant_message(stored.participant, stored.version)
        )

    def OpenCase(self, request: pb.OpenCaseRequest, work: Work) -> pb.OpenCaseResponse:
        """Open a case; people who are not known yet are recorded with it."""
        people = [("obligee", request.obligee), ("obligor", request.obligor)]
        people += [(f"members[{n}].person", m.person) for n, m in enumerate(request.members)]
        refuse(v for path, p in people for v in account_violations(p.participant, path))
        return pb.OpenCaseResponse(case=_case(open_case(work, new_case_from_message(request))))

    def AddMember(self, request: pb.AddMemberRequest, work: Work) -> pb.AddMemberResponse:
        """Add a child, an alleged father, a caretaker or another parent to a case."""
        since = to_date(request.since, "since")
        member = Member(request.participant_id, ROLES.get(request.role, ""), since)
        stored = membership.add_member(work, request.case_id, member, request.etag)
        return pb.AddMemberResponse(case=_case(stored))

    def EndMember(self, request: pb.EndMemberRequest, work: Work) -> pb.EndMemberResponse:
        """End somebody's part in a case."""
        until = to_date(request.until, "until")
        member = Member(request.participant_id, ROLES.get(request.role, ""), None, until)
        stored = membership.end_member(work, request.case_id, member, request.reason, request.etag)
        return pb.EndMemberResponse(case=_case(stored))

    def NameObligor(self, request: pb.NameObligorRequest, work: Work) -> pb.NameObligorResponse:
        """Say who owes in a case in which nobody did yet."""
        if request.basis not in BASES:
            raise invalid_field("basis", "must be said: paternity, parent or court")
        stored = membership.name_obligor(
            work, request.case_id, request.participant_id, BASES[request.basis], request.etag
        )
        return pb.NameObligorResponse(case=_case(stored))

    def AssignCase(self, request: pb.AssignCaseRequest, work: Work) -> pb.AssignCaseResponse:
        """Give a case to a worker, or back to its office."""
        stored = membership.assign(work, request.case_id, request.worker_id, request.etag)
        return pb.AssignCaseResponse(case=_case(stored))

    def TransferCase(self, request: pb.TransferCaseRequest, work: Work) -> pb.TransferCaseResponse:
        """Hand a case over to another office."""
        stored = membership.transfer(
            work, request.case_id, request.office_id, request.note, request.etag
        )
        return pb.TransferCaseResponse(case=_case(stored))

    def ReportChange(self, request: pb.ReportChangeRequest, work: Work) -> pb.ReportChangeResponse:
        """Take what a party says of himself: it waits until a worker accepts it."""
        if request.kind not in KINDS:
            raise invalid_field(
                "kind", "must be said: address, contact, employment, account or insurance"
            )
        new = details_from_message(request.details)
        change = reported_changes.report(
            work, request.case_id, request.participant_id, KINDS[request.kind], new, PARTY
        )
        return pb.ReportChangeResponse(change=change_message(change))

    def RecordAccountChange(
        self, request: pb.RecordAccountChangeRequest, work: Work
    ) -> pb.RecordAccountChangeResponse:
        """Take a bank account that a worker was told of: a second worker must accept it."""
        given = request.HasField("bank_account")
        new = Details(bank_account=account_from_message(request.bank_account) if given else None)
        change = reported_changes.report(
            work, request.case_id, request.participant_id, "account", new, work.caller.person
        )
        return pb.RecordAccountChangeResponse(change=change_message(change))

    def AcceptChange(self, request: pb.AcceptChangeRequest, work: Work) -> pb.AcceptChangeResponse:
        """Accept a reported change, which then is in force."""
        change = reported_changes.accept(work, request.change_id, request.etag)
        return pb.AcceptChangeResponse(change=change_message(change))

    def RejectChange(self, request: pb.RejectChangeRequest, work: Work) -> pb.RejectChangeResponse:
        """Reject a reported change and tell the party why."""
        change = reported_changes.reject(work, request.change_id, request.answer, request.etag)
        return pb.RejectChangeResponse(change=change_message(change))

    def SetProtection(
        self, request: pb.SetProtectionRequest, work: Work
    ) -> pb.SetProtectionResponse:
        """Protect a participant against family violence."""
        one = protecting.protect(work, request.participant_id, request.reason, request.evidence_id)
        return pb.SetProtectionResponse(protection=protection_message(one))

    def LiftProtection(
        self, request: pb.LiftProtectionRequest, work: Work
    ) -> pb.LiftProtectionResponse:
        """Ask to lift a protection; it stands until a second worker agrees."""
        one = protecting.ask_to_lift(
            work, request.participant_id, request.reason, request.evidence_id
        )
        return pb.LiftProtectionResponse(protection=protection_message(one))

    def ConfirmLiftProtection(
        self, request: pb.ConfirmLiftProtectionRequest, work: Work
    ) -> pb.ConfirmLiftProtectionResponse:
        """Agree to lift a protection, as the second of two people."""
        one = protecting.lift(work, request.participant_id)
        return pb.ConfirmLiftProtectionResponse(protection=protection_message(one))


def _case(stored: cases.Stored) -> case_pb.Case:
    return case_message(stored.case, stored.version)


SERVICERS = (Servicer("childsupport.case.v1.PartyService", Parties()),)
