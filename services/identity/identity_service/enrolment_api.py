"""The RPCs of enrolment (protos/childsupport/identity/v1/enrolment_service.proto)."""

from chassis.dates import from_date, from_instant, to_date
from chassis.errors import invalid_field
from chassis.runtime import Work
from childsupport.identity.v1 import enrolment_service_pb2 as pb
from identity_service import account_messages as messages
from identity_service.actions import enrolling, granting, keys, removing, sessions
from identity_service.domain import enrolment
from identity_service.domain.clients import is_uuid
from identity_service.store import accounts, codes, enrolments, participants

_FLOWS = {"pin": pb.ENROLMENT_FLOW_PIN, "key": pb.ENROLMENT_FLOW_KEY}


class Enrolments:
    """Enrols the end user."""

    def RequestAccess(
        self, request: pb.RequestAccessRequest, work: Work
    ) -> pb.RequestAccessResponse:
        """Write down the details that were shown."""
        born = to_date(request.birth_date, "birth_date")
        shown = {
            "birth_date": born.isoformat() if born else "",
            "participant_number": request.participant_number[:32],
            "email": request.email[:254],
        }
        enrolling.ask(work, request.session_token, shown)
        return pb.RequestAccessResponse()

    def EnterPin(self, request: pb.EnterPinRequest, work: Work) -> pb.EnterPinResponse:
        """Enter the PIN."""
        opened = enrolling.enter_pin(work, request.session_token, request.pin)
        newest = max(granting.grants(work, opened), key=lambda one: one.access.create_time)
        return pb.EnterPinResponse(grant=messages.grant(newest))

    def RequestKey(self, request: pb.RequestKeyRequest, work: Work) -> pb.RequestKeyResponse:
        """Write down that a key is asked for."""
        details = {
            "first_name": request.first_name[:100],
            "last_name": request.last_name[:100],
            "ssn": request.ssn[:16],
            "participant_number": request.participant_number[:32],
        }
        keys.ask(work, request.session_token, details)
        least, most = enrolment.LETTER_DAYS
        return pb.RequestKeyResponse(letter_days_min=least, letter_days_max=most)

    def ActivateWithKey(
        self, request: pb.ActivateWithKeyRequest, work: Work
    ) -> pb.ActivateWithKeyResponse:
        """Activate the access."""
        origin = messages.origin(request.origin)
        keys.activate(work, request.login, request.password, request.key, origin)
        return pb.ActivateWithKeyResponse()


class EnrolmentReads:
    """Reads how far an enrolment is."""

    def GetEnrolment(self, request: pb.GetEnrolmentRequest, work: Work) -> pb.GetEnrolmentResponse:
        """Return how far the end user is."""
        opened, now = sessions.require(work, request.session_token), work.clock.now()
        account_id = opened.account.account_id
        pin = codes.open_code(work.session, work.keys, account_id, enrolling.PIN, now)
        since = now - enrolment.REQUEST_WINDOW
        asked = enrolments.key_requests(work.session, account_id, since)
        return pb.GetEnrolmentResponse(
            flow=_FLOWS[enrolling.flow(work)],
            granted=bool(enrolments.granted(work.session, account_id)),
            pin_expire_time=from_instant(pin.expire_time if pin else None),
            key_requests=[messages.key_request(one) for one in asked],
            next_key_request_time=from_instant(keys.next_request(asked, now)),
        )

    def GetPortalAccess(
        self, request: pb.GetPortalAccessRequest, work: Work
    ) -> pb.GetPortalAccessResponse:
        """Return a participant's access, to a worker."""
        key = _id(request.participant_id)
        enabled = enrolments.enabled(work.session, key)
        access = enrolments.granted_for(work.session, key)
        account = None
        if access is not None:
            account = accounts.find(work.session, work.keys, access.account_id)
        since = work.clock.now() - enrolment.REQUEST_WINDOW
        asked = enrolments.key_requests_for(work.session, key, since)
        return pb.GetPortalAccessResponse(
            known=participants.find(work.session, key) is not None,
            enabled_on=from_date(enabled.enabled_on if enabled else None),
            eligible_from=from_date(enabled.eligible_from if enabled else None),
            grant_time=from_instant(access.create_time if access else None),
            user_name=account.user_name if account else "",
            key_requests=[messages.key_request(one) for one in asked],
            removal=messages.removal(removing.waiting(work, key)),
            second_factor=account is not None and removing.has_second_factor(work, account),
        )


class PortalAccess:
    """What an office does about a participant's access."""

    def EnablePortalAccess(
        self, request: pb.EnablePortalAccessRequest, work: Work
    ) -> pb.EnablePortalAccessResponse:
        """Enable a participant's access."""
        born = to_date(request.birth_date, "birth_date")
        number, first_day = enrolling.enable(work, _id(request.participant_id), born, request.email)
        return pb.EnablePortalAccessResponse(
            participant_number=number, eligible_from=from_date(first_day)
        )

    def StartReset(self, request: pb.StartResetRequest, work: Work) -> pb.StartResetResponse:
        """Have a link mailed, or ask for the second factor to be taken away."""
        participant_id = _id(request.participant_id)
        if not request.remove_second_factor:
            granting.start_reset(work, participant_id)
            return pb.StartResetResponse()
        expire = removing.ask(work, participant_id, request.reason)
        return pb.StartResetResponse(removal_expire_time=from_instant(expire))

    def ConfirmSecondFactorRemoval(
        self, request: pb.ConfirmSecondFactorRemovalRequest, work: Work
    ) -> pb.ConfirmSecondFactorRemovalResponse:
        """Confirm what somebody else asked for."""
        removing.confirm(work, _id(request.participant_id))
        return pb.ConfirmSecondFactorRemovalResponse()

    def RejectSecondFactorRemoval(
        self, request: pb.RejectSecondFactorRemovalRequest, work: Work
    ) -> pb.RejectSecondFactorRemovalResponse:
        """Reject what was asked for."""
        removing.reject(work, _id(request.participant_id))
        return pb.RejectSecondFactorRemovalResponse()

    def RevokeAccess(self, request: pb.RevokeAccessRequest, work: Work) -> pb.RevokeAccessResponse:
        """Take access away."""
        granting.revoke(work, _id(request.participant_id), request.reason)
        return pb.RevokeAccessResponse()


def _id(participant_id: str) -> str:
    """Return an id. Raises INVALID_FIELD for what is none."""
    if not is_uuid(participant_id):
        raise invalid_field("participant_id", "must be a participant's id (UUID)")
    return participant_id
