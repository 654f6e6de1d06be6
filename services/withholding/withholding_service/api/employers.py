"""Registering employers."""

import dataclasses

from chassis.errors import FieldViolation, PlatformError, invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from childsupport.withholding.v1.events_pb2 import EmployersChanged
from withholding_service.api.ids import is_id
from withholding_service.domain.employers import Employer, registration_problems
from withholding_service.messages import employer_message
from withholding_service.store import employers


class Employers:
    """EmployerService."""

    def CreateEmployer(
        self, request: pb.CreateEmployerRequest, work: Work
    ) -> pb.CreateEmployerResponse:
        """Register an employer."""
        employer = _employer(request.employer)
        problems = registration_problems(employer)
        if problems:
            raise PlatformError(
                ErrorReason.ERROR_REASON_INVALID_FIELD,
                "; ".join(f"{field}: {rule}" for field, rule in problems),
                violations=[FieldViolation(field, rule) for field, rule in problems],
            )
        now = work.clock.now()
        employer = dataclasses.replace(employer, employer_id=new_id(now))
        if not employers.add(work.session, employer, now):
            raise _taken("employer.fein", employer.fein)
        taken = employers.add_company_ids(
            work.session, employer.employer_id, employer.ach_company_ids
        )
        if taken:
            raise _taken("employer.ach_company_ids", ", ".join(taken))
        message = employer_message(employer)
        work.emit(EmployersChanged(employers=[message]), subject=employer.employer_id)
        return pb.CreateEmployerResponse(employer=message)

    def GetEmployer(self, request: pb.GetEmployerRequest, work: Work) -> pb.GetEmployerResponse:
        """Return an employer; to an employer's client only its own."""
        if bool(request.employer_id) == bool(request.fein):
            raise invalid_field("employer_id", "give either employer_id or fein")
        found = None
        if is_id(request.employer_id):
            found = employers.by_id(work.session, request.employer_id)
        elif request.fein:
            found = employers.by_fein(work.session, request.fein)
        if found is None or work.caller.employer_id not in ("", found.employer_id):
            raise not_found("employer", request.employer_id or request.fein)
        return pb.GetEmployerResponse(employer=employer_message(found))


def _employer(message: pb.Employer) -> Employer:
    return Employer(
        employer_id="",
        fein=message.fein,
        name=message.name.strip(),
        ach_company_ids=tuple(message.ach_company_ids),
        contact_email=message.contact_email.strip(),
        address_line1=message.address_line1,
        city=message.city,
        state=message.state.upper(),
        zip_code=message.zip_code,
    )


def _taken(field: str, value: str) -> PlatformError:
    return PlatformError(
        ErrorReason.ERROR_REASON_ALREADY_EXISTS,
        f"{field}: {value} is registered for another employer already",
        metadata={"field": field, "value": value},
    )
