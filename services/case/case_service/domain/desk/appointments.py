"""Appointments and court hearings: when by the clock of the place, and who is told what."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SET: Final = "set"
CANCELLED: Final = "cancelled"
HELD: Final = "held"
NO_SHOW: Final = "no_show"
CONTINUED: Final = "continued"

DEFAULT_MINUTES: Final = 30
MAX_MINUTES: Final = 1_000
MAX_GUESTS: Final = 20

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "office": "Appointment in the office",
        "phone": "Appointment by phone",
        "genetic_test": "Genetic test",
        "court_hearing": "Court hearing",
        "conference": "Conference",
    }
)
"""What an appointment is, and how it is called in a list."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is invited; a place of his own is shown to nobody else."""

    participant_id: str
    own_place: str = ""
    attended: bool | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment or a hearing."""

    appointment_id: str
    version: int
    case_id: str
    kind: str
    starts_at: datetime
    zone: str
    minutes: int
    office_id: str
    worker_id: str
    state: str
    continued_to: str
    place: str
    room: str
    subject: str
    outcome_note: str
    created_at: datetime
    guests: tuple[Guest, ...]


def instant(local_at: str, zone: str) -> datetime:
    """Return the instant of a time of day at a place. Raises ValueError saying what is expected.

    Of an hour that comes twice (the clock is set back) the first one is meant.
    """
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"time zone {zone!r}: expected an IANA name such as America/New_York"
        ) from (error)
    local = datetime.fromisoformat(local_at)
    if local.tzinfo is not None:
        raise ValueError("expected the time by the clock of the place, without an offset")
    found = local.replace(tzinfo=place).astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) != local:
        raise ValueError(f"{local_at} does not exist in {zone}: the clock is set forward then")
    return found


def local_at(one: Appointment) -> str:
    """Return when an appointment is by the clock of its place, to the minute."""
    local = one.starts_at.astimezone(ZoneInfo(one.zone))
    return local.replace(tzinfo=None).isoformat(timespec="minutes")


def place_for(one: Appointment, participant_id: str) -> str:
    """Return where somebody is to come: to a place of his own, or to the common one."""
    own = next((g.own_place for g in one.guests if g.participant_id == participant_id), "")
    return own or ", ".join(part for part in (one.place, one.room) if part)


def seen_by(one: Appointment, participant_id: str) -> Appointment:
    """Return what a party sees: neither who else is invited, nor the places of others."""
    mine = tuple(g for g in one.guests if g.participant_id == participant_id)
    has_own = any(g.own_place for g in mine)
    return replace(
        one,
        guests=mine,
        place="" if has_own else one.place,
        room="" if has_own else one.room,
        outcome_note="",
        worker_id="",
    )


def notice_kind(kind: str, what: str) -> str:
    """Return the kind of notice: `what` is set, changed or cancelled."""
    if kind == "court_hearing":
        return f"hearing_{what}"
    if kind == "genetic_test" and what == "set":
        return "genetic_test_scheduled"
    return f"appointment_{what}"


def outcome(one: Appointment, state: str, came: frozenset[str], note: str) -> Appointment:
    """Return an appointment that was held, or that nobody came to."""
    guests = tuple(replace(g, attended=g.participant_id in came) for g in one.guests)
    return replace(one, version=one.version + 1, state=state, guests=guests, outcome_note=note)
