"""Find a case or a person. What is typed travels in the form's body: no name is in an address."""

from starlette.responses import Response

from chassis.dates import from_date
from chassis.errors import PlatformError
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as pb
from childsupport.case.v1.case_service_pb2_grpc import CaseReadServiceStub
from childsupport.case.v1.party_service_pb2_grpc import PartyReadServiceStub
from childsupport.common.v1.errors_pb2 import ErrorReason
from web.i18n import N_
from web.site import Page
from web.visit import Visit

FOUND_MAX = 50
FIELD_CHARACTERS_MAX = 120
SSN_DIGITS = 9
SAY_SOMETHING = N_("Type at least one of these.")
NO_SUCH_CASE = N_("No case has this number.")
NOT_AN_SSN = N_("A Social Security number has nine digits.")


def show(visit: Visit) -> Response:
    """Ask for what is known."""
    return visit.render("cases/look_up.html", found=None, more=False)


def find(visit: Visit) -> Response:
    """Go to the case or the person; show a list when several fit."""
    form = visit.form
    number = "".join(form.text("case_number", required=False).split()).replace("-", "")
    if number:
        return _case(visit, number)
    name = form.text("name", required=False, longest=FIELD_CHARACTERS_MAX)
    person_number = form.text("participant_number", required=False, longest=FIELD_CHARACTERS_MAX)
    ssn = form.raw("ssn").replace("-", "").replace(" ", "")
    born = form.day("birth_date", required=False)
    if ssn and (len(ssn) != SSN_DIGITS or not ssn.isdecimal()):
        form.wrong("ssn", NOT_AN_SSN)
    elif not (name or person_number or ssn or born) and not form.errors:
        form.wrong("case_number", SAY_SOMETHING)
    if form.errors:
        return show(visit)
    asked = pb.SearchParticipantsRequest(
        name_prefix=",".join(part.strip() for part in name.split(",")),
        participant_number=person_number,
        ssn=ssn,
        birth_date=from_date(born),
        page_size=FOUND_MAX,
    )
    reads = visit.stub("case", PartyReadServiceStub)
    try:
        answer = reads.SearchParticipants(asked, **visit.as_person)
    except PlatformError as error:
        form.refuse(error, {"name_prefix": "name", "participant_number": "participant_number"})
        return show(visit)
    if len(answer.participants) == 1:
        return visit.redirect(f"/people/{answer.participants[0].participant_id}")
    return visit.render(
        "cases/look_up.html", found=answer.participants, more=bool(answer.next_page_token)
    )


def _case(visit: Visit, number: str) -> Response:
    reads = visit.stub("case", CaseReadServiceStub)
    try:
        found = reads.GetCase(case_pb.GetCaseRequest(case_number=number), **visit.as_person).case
    except PlatformError as error:
        if error.reason not in _UNKNOWN:
            raise
        visit.form.wrong("case_number", NO_SUCH_CASE)
        return show(visit)
    return visit.redirect(f"/cases/{found.case_id}")


_UNKNOWN = frozenset({ErrorReason.ERROR_REASON_NOT_FOUND, ErrorReason.ERROR_REASON_INVALID_FIELD})

PAGES = (Page("/look-up", show, find),)
