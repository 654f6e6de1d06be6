"""Opening cases, and who is in them: members, who owes, office and worker."""

from dataclasses import dataclass
from datetime import date

from case_service.actions import clocks
from case_service.actions.changing import save_case
from case_service.actions.known_places import begin_orders
from case_service.actions.notices import notify
from case_service.actions.recording import lock_participant, record_participant, refuse
from case_service.actions.telling import tell
from case_service.domain import offices, parties
from case_service.domain.establishing.household import may_owe
from case_service.domain.model import (
    AssistancePeriod,
    Case,
    Member,
    Participant,
    Violation,
)
from case_service.domain.notices import Notice
from case_service.store import cases
from case_service.store import offices as office_store
from case_service.store import parties as store
from chassis.errors import PlatformError
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a new case: known by his id, or new and to be recorded."""

    participant_id: str = ""
    new: Participant | None = None
    confirm_not_duplicate_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody beside obligor and obligee of a new case, and in which role."""

    person: Person
    role: str


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is needed to open a case."""

    case_type: str
    obligee: Person
    obligor: Person | None = None
    """None: nobody knows yet who owes (several alleged fathers)."""
    members: tuple[NewMember, ...] = ()
    county_fips: str = ""
    """Of the obligee."""
    received_on: date | None = None
    """The day that it was asked for, without an application (45 CFR 303.2(b)); None: today."""
    application_id: str = ""
    """Whose clock for opening a case runs already, and becomes the case's; empty: of none."""
    office_id: str = ""
    """Empty: the office of the county, or the one that has its cases."""
    worker_id: str = ""
    assistance_status: str = "never"
    assistance_since: date | None = None
    assistance: tuple[AssistancePeriod, ...] = ()
    case_id: str = ""
    """Empty: one is made."""


def open_case(work: Work, new: NewCase) -> cases.Stored:
    """Open a case: record who is new, find its office, tell everybody.

    The clock for opening a IV-D case (45 CFR 303.2(b)) runs from the day that it was asked for and
    stops today: of an application its own, else one that begins here. Raises PlatformError naming
    the fields that are wrong, a probable duplicate, or the open case that these two have already.
    """
    # Before anything is locked, in one order for everybody: persons are recorded one at a time.
    store.lock_recording(work.session)
    office_id = new.office_id or _office_of(work, new.county_fips)
    obligor_id = _found_or_recorded(work, "obligor", new.obligor) if new.obligor else ""
    today = work.clock.today()
    case = Case(
        case_id=new.case_id or new_id(work.clock.now()),
        case_number=store.next_case_number(work.session),
        case_type=new.case_type,
        assistance_status=new.assistance_status,
        assistance_since=new.assistance_since,
        unreimbursed_assistance_cents=0,
        obligor_id=obligor_id,
        obligee_id=_found_or_recorded(work, "obligee", new.obligee),
        county_fips=new.county_fips,
        opened_on=today,
        orders=(),
        members=tuple(
            Member(_found_or_recorded(work, f"members[{n}]", m.person), m.role, today)
            for n, m in enumerate(new.members)
        ),
        assistance=new.assistance,
        office_id=office_id,
        worker_id=new.worker_id,
    )
    refuse([*parties.case_violations(case), *_office_violations(office_id)])
    _refuse_second_case(work, case)
    stored = save_case(work, None, case)
    _begin(work, case, new)
    return stored


def _begin(work: Work, case: Case, new: NewCase) -> None:
    today = work.clock.today()
    tell(
        work,
        case.case_id,
        "case_opened",
        citation="45 CFR 303.2(b)" if case.case_type == "iv_d" else "",
        number=case.case_number,
        office=offices.counties()[case.office_id],
    )
    if new.application_id:
        clocks.attach(work, new.application_id, case.case_id)
    elif case.case_type == "iv_d":
        clocks.start(work, case.case_id, "open_case", new.received_on or today)
    clocks.stop(work, case.case_id, "open_case", today, about_id=new.application_id)
    begin_orders(work, case, dict.fromkeys(may_owe(case), today))
    notify(work, case, case.obligee_id, Notice("case_opened", case.case_id))


def _found_or_recorded(work: Work, field: str, person: Person) -> str:
    if bool(person.participant_id) == bool(person.new):
        refuse([Violation(field, "either participant_id or the new participant, and not both")])
    if person.new is None:
        return lock_participant(work, person.participant_id).participant.participant_id
    recorded = record_participant(work, person.new, person.confirm_not_duplicate_of)
    return recorded.participant.participant_id


def _office_of(work: Work, county_fips: str) -> str:
    office_id = offices.office_for(county_fips, office_store.rules(work.session))
    if not office_id:
        refuse(
            [
                Violation(
                    "county_fips",
                    "the five-digit FIPS code of the obligee's county in this State (21001 to"
                    " 21239), or say office_id when the obligee lives elsewhere",
                )
            ]
        )
    return office_id


def _office_violations(office_id: str) -> list[Violation]:
    if office_id in offices.counties():
        return []
    return [Violation("office_id", "the five-digit FIPS code of an office (ListOffices)")]


def _refuse_second_case(work: Work, case: Case) -> None:
    if not case.obligor_id:
        return
    if number := store.case_between(work.session, case.obligor_id, case.obligee_id):
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"case {number} is open between these two; add what is new to that case",
            metadata={"case_number": number},
        )
