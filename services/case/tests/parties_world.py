"""A family that no system knows yet."""

from datetime import date

from google.protobuf.message import Message
from sqlalchemy import select

from case_service.actions.parties import NewCase, NewMember, Person
from case_service.domain.model import Address, Employer, Participant
from chassis import tables
from chassis.events import message_class
from chassis.runtime import Runtime

KENTON = "21117"
PLANTED = {
    "address": "17 Quiet Hollow",
    "city": "Sparrowville",
    "phone": "5025550177",
    "email": "hidden.jane@example.org",
    "employer": "Bluegrass Lantern Works",
    "work_address": "88 Lantern Mill",
    "work_phone": "8595550144",
    "school": "Cedar Wren Elementary",
}


def person(**given: object) -> Participant:
    """Make a participant who says little of himself."""
    values: dict[str, object] = {
        "participant_id": "",
        "participant_number": "",
        "first_name": "",
        "last_name": "",
        "birth_date": None,
        "ssn": "",
        "address": None,
        "email": "",
        "email_notices": False,
        "bank_account": None,
        "protected": False,
        "language": "en",
    }
    return Participant(**(values | given))  # type: ignore[arg-type]


MOTHER = person(
    first_name="Jane",
    last_name="Doe",
    birth_date=date(1989, 7, 7),
    ssn="900010002",
    address=Address(PLANTED["address"], "", PLANTED["city"], "KY", "41011"),
    email=PLANTED["email"],
    phone=PLANTED["phone"],
    employer=Employer(
        PLANTED["employer"],
        Address(PLANTED["work_address"], "", PLANTED["city"], "KY", "41011"),
        PLANTED["work_phone"],
    ),
    protected=True,
    sex="female",
)
FATHER = person(first_name="John", last_name="Doe", ssn="900010001", sex="male")
CHILD = person(
    first_name="Kim",
    last_name="Doe",
    birth_date=date(2019, 3, 4),
    school=PLANTED["school"],
    address=Address(PLANTED["address"], "", PLANTED["city"], "KY", "41011"),
)


def new_case() -> NewCase:
    """Make a case of a protected mother, a father who owes, and a child."""
    return NewCase(
        case_type="iv_d",
        obligee=Person(new=MOTHER),
        obligor=Person(new=FATHER),
        members=(NewMember(Person(new=CHILD), "child"),),
        county_fips=KENTON,
        received_on=date(2026, 3, 2),
    )


def told(runtime: Runtime) -> list[Message]:
    """Return every event that was told, oldest first."""
    with runtime.work() as work:
        rows = work.session.execute(
            select(tables.outbox.c.type, tables.outbox.c.body).order_by(tables.outbox.c.id)
        )
        return [message_class(row.type).FromString(row.body) for row in rows]
