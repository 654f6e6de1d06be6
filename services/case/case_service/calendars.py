"""Appointments as iCalendar text (RFC 5545), for the calendars that people already have."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from case_service.domain.desk import appointments as domain

_PRODUCT = "-//childsupport//desk//EN"
_STATUS = {domain.CANCELLED: "CANCELLED"}


def for_party(
    appointments: Iterable[domain.Appointment], participant_id: str, now: datetime
) -> str:
    """Return a party's calendar: his own appointments with his own place."""
    calendar = _calendar()
    for one in appointments:
        event = _event(one, now)
        event.add("summary", f"{domain.KINDS[one.kind]}: {one.subject}")
        if place := domain.place_for(one, participant_id):
            event.add("location", place)
        calendar.add_component(event)
    return _text(calendar)


def for_agency(appointments: Iterable[tuple[domain.Appointment, str]], now: datetime) -> str:
    """Return a worker's or an office's calendar: each with its case number, no names or places.

    A calendar program keeps what it is given on phones and in clouds.
    """
    calendar = _calendar()
    for one, case_number in appointments:
        event = _event(one, now)
        event.add("summary", f"{domain.KINDS[one.kind]}, case {case_number}")
        calendar.add_component(event)
    return _text(calendar)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def _event(one: domain.Appointment, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{one.appointment_id}@childsupport")
    event.add("sequence", one.version)
    event.add("dtstamp", now)
    event.add("dtstart", one.starts_at.astimezone(ZoneInfo(one.zone)))
    event.add("duration", timedelta(minutes=one.minutes))
    event.add("status", _STATUS.get(one.state, "CONFIRMED"))
    return event


def _text(calendar: Calendar) -> str:
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written.decode()
