"""What workers and other agencies do with applications and referrals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from google.type.date_pb2 import Date

from case_service.actions import applications as actions
from case_service.actions import deciding_applications as deciding
from case_service.actions.changing import check_etag
from case_service.actions.deciding_applications import Acceptance, Identity
from case_service.actions.referring import receive
from case_service.application_messages import (
    application_message,
    content_from_message,
    duplicate_message,
    event_message,
    gap_messages,
    sections_from_mask,
    word_of,
)
from case_service.domain import applications as domain
from case_service.domain.applications import Application
from case_service.domain.desk.access import is_id
from case_service.domain.offices import counties
from case_service.store import applications as store
from case_service.store import participants
from chassis.dates import to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import application_service_pb2 as pb

MAX_REASON_CHARS = 2_000
_ASKED = (domain.IN_PERSON, domain.PHONE, "other_state")
_SETTLED = ("paid", "waived", domain.STATE_PAYS)


class ApplicationReads:
    """Reads applications, for workers."""

    def GetApplication(
        self, request: pb.GetApplicationRequest, work: Work
    ) -> pb.GetApplicationResponse:
        """Return one application with what it lacks, others about the same people, and its past."""
        one = None
        if is_id(request.application_id):
            one = store.read(work.session, work.keys, request.application_id)
        if one is None:
            raise not_found("application", request.application_id)
        return pb.GetApplicationResponse(
            application=application_message(one, work),
            gaps=[] if one.is_decided else gap_messages(actions.lacks(work, one)),
            duplicates=[
                duplicate_message(found) for found in store.duplicates(work.session, work.keys, one)
            ],
            events=[
                event_message(event)
                for event in store.events(work.session, work.keys, one.application_id)
            ],
        )

    def ListApplications(
        self, request: pb.ListApplicationsRequest, work: Work
    ) -> pb.ListApplicationsResponse:
        """List applications, the oldest first."""
        size = paging.page_size(request)
        asked = store.Asked(
            status=word_of(pb.ApplicationStatus.DESCRIPTOR, request.status),
            channel=word_of(pb.ApplicationChannel.DESCRIPTOR, request.channel),
            office_id=request.office_id,
        )
        listing = f"applications {asked}"
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        found = store.page(work.session, work.keys, asked, after, size + 1)
        last = store.place_of(found[size - 1]) if len(found) > size else ""
        return pb.ListApplicationsResponse(
            applications=[application_message(one, work, full=False) for one in found[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )


class ApplicationWrites:
    """What workers do with applications."""

    def CreateApplication(
        self, request: pb.CreateApplicationRequest, work: Work
    ) -> pb.CreateApplicationResponse:
        """Begin an application for somebody who asks."""
        channel = word_of(pb.ApplicationChannel.DESCRIPTOR, request.channel)
        if channel not in _ASKED:
            raise invalid_field(
                "channel", "in person, by phone or from another State; others come by themselves"
            )
        _check_office(request.office_id)
        check_participant(work, "applicant_id", request.applicant_id)
        one = Application(
            application_id="",
            version=0,
            kind=domain.APPLICATION,
            channel=channel,
            asked_on=_day(request.asked_on, "asked_on", work),
            saved_on=work.clock.today(),
            office_id=request.office_id,
            applicant_id=request.applicant_id,
            content=content_from_message(request.content),
        )
        after = actions.begin(work, one)
        return pb.CreateApplicationResponse(application=application_message(after, work))

    def GiveApplication(
        self, request: pb.GiveApplicationRequest, work: Work
    ) -> pb.GiveApplicationResponse:
        """Record that form, or information on services, was given or sent."""
        before = locked(work, request.application_id, request.etag)
        after = actions.give(work, before, _day(request.given_on, "given_on", work))
        return pb.GiveApplicationResponse(application=application_message(after, work))

    def SaveApplication(
        self, request: pb.SaveApplicationRequest, work: Work
    ) -> pb.SaveApplicationResponse:
        """Save the sections that are named."""
        before = locked(work, request.application_id, request.etag)
        sections = sections_from_mask(request.update_mask.paths)
        content = content_from_message(request.content, before.content)
        _check_office(request.office_id)
        at_office = replace(before, office_id=request.office_id or before.office_id)
        after = actions.save(work, at_office, content, sections)
        return pb.SaveApplicationResponse(application=application_message(after, work))

    def RecordApplicationFee(
        self, request: pb.RecordApplicationFeeRequest, work: Work
    ) -> pb.RecordApplicationFeeResponse:
        """Record that the application fee was paid or waived."""
        before = locked(work, request.application_id, request.etag)
        fee = word_of(pb.ApplicationFee.DESCRIPTOR, request.fee)
        if fee not in _SETTLED:
            raise invalid_field("fee", "paid, waived, or paid by the State")
        after = actions.settle_fee(
            work, before, fee, _day(request.received_on, "received_on", work)
        )
        return pb.RecordApplicationFeeResponse(application=application_message(after, work))

    def SubmitApplication(
        self, request: pb.SubmitApplicationRequest, work: Work
    ) -> pb.SubmitApplicationResponse:
        """File an application."""
        after = actions.submit(work, locked(work, request.application_id, request.etag))
        return pb.SubmitApplicationResponse(application=application_message(after, work))

    def RequestInformation(
        self, request: pb.RequestInformationRequest, work: Work
    ) -> pb.RequestInformationResponse:
        """Ask the applicant for what is missing."""
        what = said("what", request.what)
        before = locked(work, request.application_id, request.etag)
        after = deciding.request_information(work, before, what, _identity(request.applicant))
        return pb.RequestInformationResponse(application=application_message(after, work))

    def WithdrawApplication(
        self, request: pb.WithdrawApplicationRequest, work: Work
    ) -> pb.WithdrawApplicationResponse:
        """Take an application back at the applicant's wish."""
        reason = said("reason", request.reason)
        before = locked(work, request.application_id, request.etag)
        after = deciding.withdraw(work, before, reason)
        return pb.WithdrawApplicationResponse(application=application_message(after, work))

    def AcceptApplication(
        self, request: pb.AcceptApplicationRequest, work: Work
    ) -> pb.AcceptApplicationResponse:
        """Open the case that was applied for."""
        if request.owing_parent < 0:
            raise invalid_field("owing_parent", "a place from 1, or 0")
        for place, one in enumerate(request.other_parents):
            check_participant(work, f"other_parents[{place}].participant_id", one.participant_id)
        for place, one in enumerate(request.children):
            check_participant(work, f"children[{place}].participant_id", one.participant_id)
        check_participant(work, "applicant.participant_id", request.applicant.participant_id)
        before = locked(work, request.application_id, request.etag)
        acceptance = Acceptance(
            applicant=_identity(request.applicant),
            other_parents=_identities(request.other_parents),
            children=_identities(request.children),
            owing_parent=request.owing_parent,
            worker_id=request.worker_id,
            case_id=request.case_id,
        )
        after = deciding.accept(work, before, acceptance)
        return pb.AcceptApplicationResponse(application=application_message(after, work))

    def RefuseApplication(
        self, request: pb.RefuseApplicationRequest, work: Work
    ) -> pb.RefuseApplicationResponse:
        """Refuse an application and tell the applicant why."""
        reason = said("reason", request.reason)
        before = locked(work, request.application_id, request.etag)
        after = deciding.reject(work, before, reason, _identity(request.applicant))
        return pb.RefuseApplicationResponse(application=application_message(after, work))


class Referrals:
    """Takes referrals from other agencies."""

    def ReceiveReferral(
        self, request: pb.ReceiveReferralRequest, work: Work
    ) -> pb.ReceiveReferralResponse:
        """Take a referral, once."""
        one = receive(
            work,
            request.agency.strip(),
            request.referral_id.strip(),
            _day(request.referred_on, "referred_on", work),
            content_from_message(request.content),
        )
        return pb.ReceiveReferralResponse(application=application_message(one, work))


def locked(work: Work, application_id: str, etag: str) -> Application:
    """Return an application, locked. Raises PlatformError: NOT_FOUND, ETAG_MISMATCH."""
    one = store.lock(work.session, work.keys, application_id) if is_id(application_id) else None
    if one is None:
        raise not_found("application", application_id)
    check_etag(one.version, etag, "application")
    return one


def said(field: str, text: str) -> str:
    """Return what was written. Raises an error when it is nothing, or too much."""
    text = text.strip()
    if not 0 < len(text) <= MAX_REASON_CHARS:
        raise invalid_field(field, f"1 to {MAX_REASON_CHARS} characters")
    return text


def check_participant(work: Work, field: str, participant_id: str) -> None:
    """Raise an error that names the field when it names somebody who is not recorded."""
    if participant_id and not (
        is_id(participant_id) and participants.existing_ids(work.session, [participant_id])
    ):
        raise invalid_field(field, "a participant who is recorded, or empty")


def _check_office(office_id: str) -> None:
    if office_id and office_id not in counties():
        raise invalid_field("office_id", "the five-digit FIPS code of an office (ListOffices)")


def _day(value: Date, field: str, work: Work) -> date:
    return to_date(value, field) or work.clock.today()


def _identity(message: pb.PersonIdentity) -> Identity:
    return Identity(message.participant_id, tuple(message.confirm_not_duplicate_of))


def _identities(messages: Sequence[pb.PersonIdentity]) -> list[Identity]:
    return [_identity(one) for one in messages]


SERVICERS = (
    Servicer("childsupport.case.v1.ApplicationReadService", ApplicationReads()),
    Servicer("childsupport.case.v1.ApplicationService", ApplicationWrites()),
    Servicer("childsupport.case.v1.ReferralService", Referrals()),
)
