"""Three tiny services, told by their messages how to behave; the bus contract is tried on them.

`withholding` tells; `payments` handles and tells on; `enforcement` hears of it. The employer's name
of a RemittancesReleased (the last name of a CasesChanged party is too far in) says what to do.
"""

from pathlib import Path

from sqlalchemy import BigInteger, Column, Identity, MetaData, Table, Text, insert, select, text

from chassis.runtime import Work
from chassis.service import Handler, Service, Timer
from chassis.tables import NAMING
from childsupport.case.v1.events_pb2 import CasesChanged
from childsupport.payments.v1.events_pb2 import Collection, CollectionsPosted
from childsupport.withholding.v1.events_pb2 import RemittancesReleased

MIGRATIONS = Path(__file__).parent / "world_migrations"

metadata = MetaData(naming_convention=NAMING)
effect = Table(
    "effect",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("key", Text, nullable=False),
)
switch = Table(
    "switch",
    metadata,
    Column("name", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)


def on_released(message: RemittancesReleased, work: Work) -> None:
    """Leave an effect, then do as told."""
    work.session.execute(insert(effect).values(key=message.submission_id))
    word, _, number = message.employer_name.partition(" ")
    match word:
        case "fail":
            if next_try(work) <= int(number):
                raise RuntimeError("told to fail")
        case "switch":
            query = select(switch.c.count).where(switch.c.name == number)
            if not work.session.execute(query).scalar():
                raise RuntimeError(f"switch {number} is off")
        case "slow":
            next_try(work)
            work.session.execute(text("SELECT pg_sleep(:s)"), {"s": float(number)})
        case "held":
            next_try(work)
            # As long as the test holds the row, whatever the usual bound.
            work.session.execute(text("SET LOCAL lock_timeout = 0"))
            bump = text("UPDATE switch SET count = count + 1 WHERE name = :name")
            work.session.execute(bump, {"name": number})
        case "lock":
            bump = text("UPDATE switch SET count = count + 1 WHERE name = 'shared'")
            work.session.execute(bump)
            work.session.execute(text("SELECT pg_sleep(:s)"), {"s": float(number)})
        case "emit":
            tell_on(message.submission_id, work)
        case "emit-and-fail":
            tell_on(message.submission_id, work)
            if next_try(work) <= int(number):
                raise RuntimeError("told to fail after telling")
        case "wake":
            work.session.execute(text("UPDATE switch SET count = 1 WHERE name = 'timer'"))


def tell_on(key: str, work: Work) -> None:
    """Tell the next service."""
    work.emit(CollectionsPosted(collections=[Collection(submission_id=key)]), subject=key)


def next_try(work: Work) -> int:
    """A number that a rollback does not take back."""
    return int(work.session.execute(text("SELECT nextval('tries')")).scalar_one())


def on_cases(message: CasesChanged, work: Work) -> None:
    """Leave an effect, and touch the row that others lock."""
    work.session.execute(insert(effect).values(key=message.cases[0].case_id))
    work.session.execute(text("UPDATE switch SET count = count + 1 WHERE name = 'shared'"))
    work.session.execute(text("SELECT pg_sleep(0.1)"))


def on_posted(message: CollectionsPosted, work: Work) -> None:
    """Leave an effect."""
    work.session.execute(insert(effect).values(key=message.collections[0].submission_id))


def look_at_switch(work: Work) -> bool:
    """A timer: when its switch is on, switch it off and leave an effect."""
    off = text("UPDATE switch SET count = 0 WHERE name = 'timer' AND count = 1 RETURNING 1")
    if work.session.execute(off).first() is None:
        return False
    work.session.execute(insert(effect).values(key="timer ran"))
    return True


TELLER = Service(name="withholding", metadata=metadata, migrations=MIGRATIONS)
POSTER = Service(
    name="payments",
    metadata=metadata,
    migrations=MIGRATIONS,
    handlers=(Handler(RemittancesReleased, on_released), Handler(CasesChanged, on_cases)),
    timers=(Timer("look_at_switch", 3_600.0, look_at_switch),),
)
READER = Service(
    name="enforcement",
    metadata=metadata,
    migrations=MIGRATIONS,
    handlers=(Handler(CollectionsPosted, on_posted),),
)
SERVICES = {service.name: service for service in (TELLER, POSTER, READER)}
