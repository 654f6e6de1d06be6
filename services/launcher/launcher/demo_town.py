"""The demonstration's world with some weeks behind it, and people who can sign in."""

import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from chassis.clock import Clock
from chassis.dates import to_date
from launcher.clients import Clients, EmployerDoor
from launcher.day import BUSINESS_DATE, SETTLE_SECONDS, open_doors, run_day
from launcher.demo_desk import fill_desks
from launcher.employer_files import Withheld, ctx_file
from launcher.enrolling import Ahead, Login, enrol
from launcher.hiring import WorkerLogin, hire
from launcher.platform import Platform
from launcher.world import World, participant_id, read_world

ZONE = ZoneInfo("America/New_York")
OPENS = datetime.combine(BUSINESS_DATE, datetime.min.time(), ZONE).replace(hour=9)
FORTNIGHT = timedelta(days=14)
TO_TUESDAY = timedelta(days=4)
"""From payday, a Friday, to when families are paid in this world: never a bank holiday."""
WITHHELD = {
    "synth": (
        Withheld("0000123456", "900010001", "DOE,JOH", 12_500),
        Withheld("0000123457", "900010002", "HENDER,JAM", 13_100),
        Withheld("0000123459", "900010004", "ROE,RIC", 18_000),
    ),
    "bluegrass": (Withheld("0000200001", "900010021", "COLE,DAN", 31_000, "Y"),),
}
"""What each employer sends every two weeks after the first day."""
PEOPLE = ("jane-doe", "john-doe", "nora-vance", "richard-roe")
"""Who gets an account: a parent who receives, one who pays, one who is protected, her other one."""

WORKERS = (
    ("Dana Reyes", ("caseworker",), ("21073",)),
    ("Sam Whitaker", ("supervisor",), ("21073", "21067")),
)
"""Name, roles and offices of who works at the console."""

Say = Callable[[str], None]


class MovableClock(Clock, Ahead, Protocol):
    """A clock that tells the time and can be set ahead."""


def open_town(
    platform: Platform, clock: MovableClock, mail_folder: Path, say: Say, *, paydays: int
) -> list[Login]:
    """Take in the world, run its first day and some paydays, and enrol PEOPLE.

    `paydays`: how many fortnights pass after the first day. The clock moves with them.
    """
    with closing(Clients(platform.addresses, platform.administrator)) as clients:
        world = read_world()
        doors = open_doors(platform, clients, world, say)
        run_day(platform, clients, world, say, doors)
        for number in range(paydays):
            say(f"payday {number + 1} of {paydays}: employers send what they withheld")
            _payday(platform, clock, world, doors, number)
        say("parents open their accounts: mails, links, PINs")
        born = {p.participant_id: to_date(p.birth_date) for p in world.first.participants}
        people = [participant_id(key) for key in PEOPLE]
        known = {one: (world.names[one], _known(born[one])) for one in people}
        logins = enrol(clients, mail_folder, clock, known)
        platform.run_job("payments", "charge", clock.today())
        platform.settle(SETTLE_SECONDS)
        say("parents write and report, their office answers")
        fill_desks(clients, clock.today())
        return logins


def staff(platform: Platform, mail_folder: Path, say: Say) -> list[WorkerLogin]:
    """Hire WORKERS: invitations by mail, a password and an authenticator app each."""
    say("the offices' workers open theirs")
    with closing(Clients(platform.addresses, platform.administrator)) as clients:
        return [
            hire(clients, mail_folder, name, roles, offices) for name, roles, offices in WORKERS
        ]


def _known(day: date | None) -> date:
    if day is None:
        raise ValueError("a person of the demonstration has no date of birth")
    return day


def _payday(
    platform: Platform,
    clock: MovableClock,
    world: World,
    doors: Mapping[str, EmployerDoor],
    number: int,
) -> None:
    """Go to a payday, counted from 0, with its charges; take the employers' files; pay families."""
    month = clock.today().month
    clock.advance(OPENS + (number + 1) * FORTNIGHT - clock.now())
    if clock.today().month != month:
        platform.run_job("payments", "charge", clock.today())
        platform.settle(SETTLE_SECONDS)
    for key, lines in WITHHELD.items():
        employer = world.employers[key]
        content = ctx_file(employer.name, employer.ach_company_ids[0], clock.today(), lines)
        doors[key].submit(f"{key}_{clock.today():%Y%m%d}.ach", content, str(uuid.uuid4()))
    platform.settle(SETTLE_SECONDS)
    clock.advance(TO_TUESDAY)
    platform.run_job("payments", "disburse", clock.today())
    platform.run_job("enforcement", "screen", clock.today())
    platform.settle(SETTLE_SECONDS)
