"""Enable portal access, start a reset, take access away.

The worker types the date of birth and the e-mail address that the person says: neither is shown
here, so nobody can read them out to who asks. No password is ever chosen or seen (ASVS 6.4.6).
"""

from collections.abc import Callable

from starlette.responses import Response

from chassis.dates import from_date
from chassis.errors import PlatformError
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1.party_service_pb2_grpc import PartyReadServiceStub
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import enrolment_service_pb2 as pb
from childsupport.identity.v1.enrolment_service_pb2_grpc import (
    EnrolmentReadServiceStub,
    PortalAccessServiceStub,
)
from console_service.keeper import may, session_of
from web.i18n import N_
from web.site import Page
from web.visit import Visit

REASON_CHARACTERS_MAX = 500
EMAIL_CHARACTERS_MAX = 254
NOT_ON_FILE = N_(
    "This is not the date of birth on file. Ask again; if it stays, do not enable access."
)
NO_BIRTH_DATE = N_("No date of birth is on file. Record it with the case first.")
NOT_AN_EMAIL = N_("This is no e-mail address.")


def show(visit: Visit) -> Response:
    """Show how far the person is, and what can be done."""
    participant_id = visit.request.path_params["participant_id"]
    access = _access(visit, participant_id)
    removal = access.removal if access.HasField("removal") else None
    return visit.render(
        "access/access.html",
        who=_name(visit, participant_id),
        participant_id=participant_id,
        access=access,
        removal=removal,
        own_removal=removal is not None and removal.asked_by == session_of(visit).worker_id,
        writes=may(visit, "identity.enrolments.write"),
    )


def enable(visit: Visit) -> Response:
    """Enable access; show the number to be read out, and from which day it counts."""
    form, participant_id = visit.form, visit.request.path_params["participant_id"]
    asked = pb.EnablePortalAccessRequest(
        request_id=form.request_id,
        participant_id=participant_id,
        birth_date=from_date(form.day("birth_date")),
        email=form.text("email", longest=EMAIL_CHARACTERS_MAX),
    )
    if form.errors:
        return show(visit)
    try:
        answer = _accesses(visit).EnablePortalAccess(asked, **visit.as_person)
    except PlatformError as error:
        _refuse_enabling(visit, error)
        return show(visit)
    return visit.render(
        "access/enabled.html",
        who=_name(visit, participant_id),
        participant_id=participant_id,
        number=answer.participant_number,
        eligible_from=answer.eligible_from,
        email=asked.email,
    )


def reset(visit: Visit) -> Response:
    """Have a link for a new password mailed; with a lost second factor ask for its removal."""
    form = visit.form
    lost = form.checked("lost_factor")
    asked = pb.StartResetRequest(
        request_id=form.request_id,
        participant_id=visit.request.path_params["participant_id"],
        remove_second_factor=lost,
        reason=form.text("reset_reason", longest=REASON_CHARACTERS_MAX) if lost else "",
    )
    return _do(
        visit,
        lambda: _accesses(visit).StartReset(asked, **visit.as_person),
        "access.asked" if lost else "access.reset",
        "reset_reason",
    )


def confirm_removal(visit: Visit) -> Response:
    """Confirm, as the second person, that the second factor is taken away."""
    asked = pb.ConfirmSecondFactorRemovalRequest(
        request_id=visit.form.request_id,
        participant_id=visit.request.path_params["participant_id"],
    )
    return _do(
        visit,
        lambda: _accesses(visit).ConfirmSecondFactorRemoval(asked, **visit.as_person),
        "access.removed",
    )


def reject_removal(visit: Visit) -> Response:
    """Reject what somebody asked for."""
    asked = pb.RejectSecondFactorRemovalRequest(
        request_id=visit.form.request_id,
        participant_id=visit.request.path_params["participant_id"],
    )
    return _do(
        visit,
        lambda: _accesses(visit).RejectSecondFactorRemoval(asked, **visit.as_person),
        "access.kept",
    )


def revoke(visit: Visit) -> Response:
    """Take the access away, with a reason."""
    form = visit.form
    asked = pb.RevokeAccessRequest(
        request_id=form.request_id,
        participant_id=visit.request.path_params["participant_id"],
        reason=form.text("revoke_reason", longest=REASON_CHARACTERS_MAX),
    )
    return _do(
        visit,
        lambda: _accesses(visit).RevokeAccess(asked, **visit.as_person),
        "access.revoked",
        "revoke_reason",
    )


def _accesses(visit: Visit) -> PortalAccessServiceStub:
    return visit.stub("identity", PortalAccessServiceStub)


def _access(visit: Visit, participant_id: str) -> pb.GetPortalAccessResponse:
    reads = visit.stub("identity", EnrolmentReadServiceStub)
    asked = pb.GetPortalAccessRequest(participant_id=participant_id)
    return reads.GetPortalAccess(asked, **visit.as_person)


def _name(visit: Visit, participant_id: str) -> str:
    reads = visit.stub("case", PartyReadServiceStub)
    asked = party_pb.GetPartyDetailsRequest(participant_id=participant_id)
    one = reads.GetPartyDetails(asked, **visit.as_person).participant
    return f"{one.first_name} {one.last_name}".strip()


def _refuse_enabling(visit: Visit, error: PlatformError) -> None:
    """Say in our own words what the worker can mend."""
    words = {"birth_date": NOT_ON_FILE, "email": NOT_AN_EMAIL}
    known = [one for one in error.violations if one.field in words]
    if known:
        for one in known:
            visit.form.wrong(one.field, words[one.field])
    elif (
        error.reason == ErrorReason.ERROR_REASON_FAILED_PRECONDITION
        and error.metadata.get("rule") == "birth_date"
    ):
        visit.form.wrong("birth_date", NO_BIRTH_DATE)
    else:
        visit.form.refuse(error)


def _do(visit: Visit, call: Callable[[], object], done: str, field: str = "") -> Response:
    if visit.form.errors:
        return show(visit)
    try:
        call()
    except PlatformError as error:
        visit.form.refuse(error, {"reason": field})
        return show(visit)
    participant_id = visit.request.path_params["participant_id"]
    return visit.redirect(f"/people/{participant_id}/access", done=done)


PAGES = (
    Page("/people/{participant_id}/access", show, enable),
    Page("/people/{participant_id}/access/reset", None, reset),
    Page("/people/{participant_id}/access/confirm-removal", None, confirm_removal),
    Page("/people/{participant_id}/access/reject-removal", None, reject_removal),
    Page("/people/{participant_id}/access/revoke", None, revoke),
)
