"""A mother, two men who may be the father of her children, and nobody yet who owes."""

from dataclasses import dataclass
from datetime import date

from google.type.date_pb2 import Date
from parties_world import KENTON, MOTHER, person

from case_service.actions.parties import NewCase, NewMember, Person, open_case
from case_service.api.establishing import EstablishmentReads, Establishments
from case_service.domain.establishing.facts import Finding, Recorded
from case_service.store import parentage, participants
from chassis.dates import from_date
from chassis.ids import derived_id
from chassis.runtime import Caller, Runtime

JOHN = person(first_name="John", last_name="Doe", ssn="900010001", sex="male")
PETER = person(first_name="Peter", last_name="Poe", ssn="900010003", sex="male")
KIM = person(first_name="Kim", last_name="Doe", birth_date=date(2025, 3, 4))
LEE = person(first_name="Lee", last_name="Doe", birth_date=date(2023, 5, 6))
READ, WRITE = EstablishmentReads(), Establishments()


@dataclass(frozen=True)
class Household:
    """Who is in the case, by id."""

    case_id: str
    mother: str
    john: str
    peter: str
    kim: str
    lee: str


def on(year: int, month: int, day: int) -> Date:
    made = from_date(date(year, month, day))
    assert made is not None
    return made


def household(runtime: Runtime) -> Household:
    """Open the case, and give who is in it."""
    new = NewCase(
        case_type="iv_d",
        obligee=Person(new=MOTHER),
        members=(
            NewMember(Person(new=JOHN), "alleged_father"),
            NewMember(Person(new=PETER), "alleged_father"),
            NewMember(Person(new=KIM), "child"),
            NewMember(Person(new=LEE), "child"),
        ),
        county_fips=KENTON,
        received_on=date(2026, 3, 2),
    )
    with runtime.work(Caller("worker-1")) as work:
        case = open_case(work, new).case
    with runtime.work() as work:
        members = {m.participant_id for m in case.members}
        people = participants.read(work.session, work.keys, sorted(members))
        ids = {s.participant.first_name: s.participant.participant_id for s in people}
    return Household(
        case.case_id, case.obligee_id, ids["John"], ids["Peter"], ids["Kim"], ids["Lee"]
    )


def paternity_determined(runtime: Runtime, case_id: str, father_id: str, *children: str) -> None:
    """Let a court have determined the paternity of children, with no trace but the fact."""
    with runtime.work() as work:
        for child_id in children:
            fact = Recorded(
                fact_id=derived_id("determined", case_id, child_id),
                child_id=child_id,
                case_id=case_id,
                on_date=date(2025, 1, 2),
                fact=Finding(father_id, True, "order", "25-J-00001"),
            )
            parentage.add(work.session, work.keys, fact, work.clock.now())
