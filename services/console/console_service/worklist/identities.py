"""Who the people of an application are: new, or somebody who is on record already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1.party_service_pb2_grpc import PartyReadServiceStub
from web.forms import Form
from web.i18n import N_
from web.visit import Visit

FOUND_MAX = 10
NEW = "new"
APPLICANT, OTHER_PARENT, CHILD = N_("Applicant"), N_("Other parent"), N_("Child")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of an application, with those on record who have the same name."""

    field: str
    role: str
    name: str
    known: Sequence[case_pb.Participant]


def people(visit: Visit, application: pb.Application) -> list[Person]:
    """Return everybody of an application in its order: applicant, other parents, children."""
    return [
        Person(field, role, f"{first} {last}".strip(), _known(visit, first, last))
        for field, role, first, last in _named(application.content)
    ]


def chosen(form: Form, person: Person) -> pb.PersonIdentity:
    """Return who the worker says somebody is.

    Whoever is said to be new is not one of those that were shown beside him: the worker has looked.
    """
    ids = [one.participant_id for one in person.known]
    picked = form.raw(person.field)
    if picked in ids:
        return pb.PersonIdentity(participant_id=picked)
    if person.known:
        form.choice(person.field, [NEW])
    return pb.PersonIdentity(confirm_not_duplicate_of=ids)


def _named(content: pb.ApplicationContent) -> Iterator[tuple[str, str, str, str]]:
    one = content.applicant
    yield "who_applicant", APPLICANT, one.first_name, one.last_name
    for number, parent in enumerate(content.other_parents):
        yield f"who_parent_{number}", OTHER_PARENT, parent.first_name, parent.last_name
    for number, child in enumerate(content.children):
        yield f"who_child_{number}", CHILD, child.first_name, child.last_name


def _known(visit: Visit, first: str, last: str) -> Sequence[case_pb.Participant]:
    if not last:
        return ()
    reads = visit.stub("case", PartyReadServiceStub)
    asked = party_pb.SearchParticipantsRequest(name_prefix=f"{last},{first}", page_size=FOUND_MAX)
    return list(reads.SearchParticipants(asked, **visit.as_person).participants)
