"""What an applicant does himself: read the terms, begin, save, resume by code, send, withdraw.

The code alone opens an application: the scope is for people whom nobody knows, so that a
participant's id in a request would prove nothing.
"""

from dataclasses import replace

from case_service.actions import applications as actions
from case_service.actions import deciding_applications as deciding
from case_service.actions import following_applications as following
from case_service.actions.changing import check_etag
from case_service.api.applications import said
from case_service.application_messages import (
    application_message,
    content_from_message,
    gap_messages,
    office_message,
    sections_from_mask,
    stage_message,
)
from case_service.domain import application_terms
from case_service.domain import applications as domain
from case_service.domain.applications import Application
from case_service.messages import PROGRAMS
from case_service.store import applications as store
from chassis.errors import PlatformError, invalid_field
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.common.v1.errors_pb2 import ErrorReason

OwnRequest = (
    pb.GetOwnApplicationRequest
    | pb.SaveOwnApplicationRequest
    | pb.SubmitOwnApplicationRequest
    | pb.WithdrawOwnApplicationRequest
)


class ApplicantReads:
    """Reads what applies to an applicant, for himself."""

    def GetApplicationTerms(
        self, request: pb.GetApplicationTermsRequest, work: Work
    ) -> pb.GetApplicationTermsResponse:
        """Return what an applicant is told before he signs."""
        if request.language not in application_terms.LANGUAGES:
            raise invalid_field("language", "en, es, or empty")
        law, today = actions.law_of(work), work.clock.today()
        programs = [PROGRAMS[program] for program in request.programs if program in PROGRAMS]
        found = application_terms.terms(law, today, request.language, programs)
        return pb.GetApplicationTermsResponse(
            paragraphs=[
                pb.TermsParagraph(
                    title=one.title, text=one.text, rule_id=one.rule_id, citation=one.citation
                )
                for one in found
            ],
            terms_version=application_terms.version_of(law, today),
        )

    def GetOwnApplication(
        self, request: pb.GetOwnApplicationRequest, work: Work
    ) -> pb.GetOwnApplicationResponse:
        """Return an application to who has its code, what it lacks, and what comes next."""
        one = store.read(work.session, work.keys, _own_id(work, request))
        if one is None:
            raise _unknown()
        return pb.GetOwnApplicationResponse(
            application=application_message(one, work),
            gaps=[] if one.is_decided else gap_messages(actions.lacks(work, one)),
            information_wanted=following.information_wanted(work, one),
            stages=[stage_message(stage) for stage in following.stages(work, one)],
        )

    def ListApplicationOffices(
        self, _request: pb.ListApplicationOfficesRequest, work: Work
    ) -> pb.ListApplicationOfficesResponse:
        """List the local offices by county, for people who are no party of anything yet."""
        found = sorted(following.offices(work), key=lambda one: one.county)
        return pb.ListApplicationOfficesResponse(offices=[office_message(one) for one in found])


class ApplicantWrites:
    """What an applicant does himself."""

    def StartOwnApplication(
        self, request: pb.StartOwnApplicationRequest, work: Work
    ) -> pb.StartOwnApplicationResponse:
        """Begin an application, and give the code with which it is resumed."""
        _check_not_named(request)
        today = work.clock.today()
        content = content_from_message(request.content)
        if content.assistance:
            raise invalid_field("content.assistance", "empty: the agencies say it themselves")
        one = Application(
            application_id="",
            version=0,
            kind=domain.APPLICATION,
            channel=domain.ONLINE,
            asked_on=today,
            saved_on=today,
            content=content,
        )
        after, code = actions.begin_own(work, one)
        return pb.StartOwnApplicationResponse(
            application=application_message(after, work), resume_code=code
        )

    def SaveOwnApplication(
        self, request: pb.SaveOwnApplicationRequest, work: Work
    ) -> pb.SaveOwnApplicationResponse:
        """Save the sections that are named."""
        before = _locked(work, request, request.etag)
        sections = sections_from_mask(request.update_mask.paths)
        if "assistance" in sections:
            raise invalid_field("update_mask", "not assistance: the agencies say it themselves")
        if not before.applicant_may_save:
            raise PlatformError(
                ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
                "the application was sent; tell the office what has changed",
                metadata={"status": before.status},
            )
        content = content_from_message(request.content, before.content)
        if content.certification.agrees and "certification" in sections:
            content = replace(
                content,
                certification=replace(content.certification, signed_on=work.clock.today()),
            )
        after = actions.save(work, before, content, sections)
        return pb.SaveOwnApplicationResponse(application=application_message(after, work))

    def SubmitOwnApplication(
        self, request: pb.SubmitOwnApplicationRequest, work: Work
    ) -> pb.SubmitOwnApplicationResponse:
        """File an application."""
        after = actions.submit(work, _locked(work, request, request.etag))
        return pb.SubmitOwnApplicationResponse(application=application_message(after, work))

    def WithdrawOwnApplication(
        self, request: pb.WithdrawOwnApplicationRequest, work: Work
    ) -> pb.WithdrawOwnApplicationResponse:
        """Take an application back."""
        reason = said("reason", request.reason)
        after = deciding.withdraw(work, _locked(work, request, request.etag), reason)
        return pb.WithdrawOwnApplicationResponse(application=application_message(after, work))


def _locked(work: Work, request: OwnRequest, etag: str) -> Application:
    one = store.lock(work.session, work.keys, _own_id(work, request))
    if one is None:
        raise _unknown()
    check_etag(one.version, etag, "application")
    return one


def _own_id(work: Work, request: OwnRequest) -> str:
    _check_not_named(request)
    if not request.resume_code:
        raise invalid_field("resume_code", "the code that was given when it was begun")
    digest = actions.code_hash(work, request.resume_code)
    found = store.id_by_code(work.session, digest, work.clock.today())
    if found is None:
        raise _unknown()
    return found


def _check_not_named(request: OwnRequest | pb.StartOwnApplicationRequest) -> None:
    """Refuse who says whom he is: whoever may apply could say anybody."""
    if request.participant_id:
        raise invalid_field("participant_id", "empty: the code alone opens an application")


def _unknown() -> PlatformError:
    return PlatformError(
        ErrorReason.ERROR_REASON_NOT_FOUND,
        "no application by this code; the code may have run out, or the application is gone",
    )


SERVICERS = (
    Servicer("childsupport.case.v1.ApplicantReadService", ApplicantReads()),
    Servicer("childsupport.case.v1.ApplicantService", ApplicantWrites()),
)
