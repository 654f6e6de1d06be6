"""Which of a parent's cases a page is about, and what the pages of this room share."""

from collections.abc import Sequence

from starlette.responses import Response

from childsupport.case.v1 import party_case_service_pb2 as pb
from childsupport.case.v1.party_case_service_pb2_grpc import PartyCaseReadServiceStub
from portal_service.keeper import Party, parent, party_of
from web.visit import Visit

CASE_FIELD = "case_id"
CASE_QUERY = "case"
PAGE_SIZE = 1_000
"""What one call of a list returns at the most; a case has not nearly so many of anything."""

_ZIP_DIGITS = 5


def picked(visit: Visit) -> Party | None:
    """Return the case that was chosen, or the only one; None when the person is yet to choose.

    Raises PlatformError (NOT_FOUND) for a case that is not the person's.
    """
    wanted = visit.form.raw(CASE_FIELD) or visit.request.query_params.get(CASE_QUERY, "")
    if wanted:
        return party_of(visit, wanted)
    parties = parent(visit).parties
    return parties[0] if len(parties) == 1 else None


def ask_which(visit: Visit, path: str) -> Response:
    """Ask which case it is about; each answer leads to the path with that case."""
    return visit.render("desk/which.html", cases=my_cases(visit), place=path)


def of_path(visit: Visit) -> Party:
    """Return the person as party of the case in the page's path. Raises PlatformError."""
    return party_of(visit, visit.request.path_params["case_id"])


def my_cases(visit: Visit) -> Sequence[pb.MyCase]:
    """Return every case of the person, by case number."""
    reads = visit.stub("case", PartyCaseReadServiceStub)
    found: list[pb.MyCase] = []
    for participant_id in parent(visit).participant_ids:
        asked = pb.ListMyCasesRequest(participant_id=participant_id)
        found += reads.ListMyCases(asked, **visit.as_person).cases
    return sorted(found, key=lambda case: case.case_number)


def my_case(visit: Visit, party: Party) -> pb.GetMyCaseResponse:
    """Return one case with its orders."""
    asked = pb.GetMyCaseRequest(participant_id=party.participant_id, case_id=party.case_id)
    return visit.stub("case", PartyCaseReadServiceStub).GetMyCase(asked, **visit.as_person)


def numbers(visit: Visit) -> dict[str, str]:
    """Return the case numbers by case id where there are several; none for the only case."""
    parties = parent(visit).parties
    return {one.case_id: one.case_number for one in parties} if len(parties) > 1 else {}


def zip_code(code: str) -> str:
    """Return a ZIP code with its dash."""
    return f"{code[:_ZIP_DIGITS]}-{code[_ZIP_DIGITS:]}" if len(code) > _ZIP_DIGITS else code
