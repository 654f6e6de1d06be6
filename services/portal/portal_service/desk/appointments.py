"""Appointments and hearings: when, where, and a file for a calendar."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_name
from starlette.responses import Response

from childsupport.case.v1 import appointment_service_pb2 as pb
from childsupport.case.v1.appointment_service_pb2_grpc import AppointmentPartyServiceStub
from portal_service.desk import cases
from portal_service.desk.documents import download
from portal_service.keeper import Party, parent
from web.i18n import N_
from web.saying import LOCALES
from web.site import Page
from web.visit import Visit

CALENDAR = "text/calendar"

KINDS: dict[int, str] = {
    pb.APPOINTMENT_KIND_OFFICE: N_("Appointment at the office"),
    pb.APPOINTMENT_KIND_PHONE: N_("Phone call"),
    pb.APPOINTMENT_KIND_GENETIC_TEST: N_("Genetic test"),
    pb.APPOINTMENT_KIND_COURT_HEARING: N_("Court hearing"),
    pb.APPOINTMENT_KIND_CONFERENCE: N_("Conference"),
}
STATES: dict[int, str] = {
    pb.APPOINTMENT_STATE_CANCELLED: N_("Cancelled. You do not need to come."),
    pb.APPOINTMENT_STATE_CONTINUED: N_("Moved to another day."),
    pb.APPOINTMENT_STATE_HELD: N_("It took place."),
    pb.APPOINTMENT_STATE_NO_SHOW: N_("Nobody came."),
}
"""What is said of one that is not simply to come."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An appointment as the page shows it."""

    appointment: pb.Appointment
    kind: str
    when: str
    zone: str
    place: str
    state: str
    cancelled: bool


def show(visit: Visit) -> Response:
    """Show what is to come, the next first; then what has been."""
    coming: list[pb.Appointment] = []
    past: list[pb.Appointment] = []
    for party in parent(visit).parties:
        next_ones = _of(visit, party, past=False)
        ids = {one.appointment_id for one in next_ones}
        coming += next_ones
        past += [one for one in _of(visit, party, past=True) if one.appointment_id not in ids]
    coming.sort(key=lambda one: one.starts_at.seconds)
    past.sort(key=lambda one: one.starts_at.seconds, reverse=True)
    return visit.render(
        "desk/appointments.html",
        coming=[_listed(visit, one) for one in coming],
        past=[_listed(visit, one) for one in past],
        numbers=cases.numbers(visit),
        parties=parent(visit).parties,
    )


def get_calendar(visit: Visit) -> Response:
    """Return the coming appointments of a case as a calendar file."""
    party = cases.of_path(visit)
    asked = pb.ExportMyCalendarRequest(case_id=party.case_id, participant_id=party.participant_id)
    answer = visit.stub("case", AppointmentPartyServiceStub).ExportMyCalendar(
        asked, **visit.as_person
    )
    return download(visit, answer.calendar.encode(), "appointments.ics", CALENDAR)


def _of(visit: Visit, party: Party, *, past: bool) -> list[pb.Appointment]:
    asked = pb.ListMyAppointmentsRequest(
        case_id=party.case_id,
        participant_id=party.participant_id,
        past=past,
        page_size=cases.PAGE_SIZE,
    )
    stub = visit.stub("case", AppointmentPartyServiceStub)
    return list(stub.ListMyAppointments(asked, **visit.as_person).appointments)


def _listed(visit: Visit, one: pb.Appointment) -> Listed:
    locale = LOCALES[visit.language]
    at = datetime.fromisoformat(one.local_at).replace(tzinfo=ZoneInfo(one.time_zone))
    own = next((guest.own_place for guest in one.guests if guest.own_place), "")
    return Listed(
        one,
        KINDS[one.kind],
        format_datetime(at, _LONG[visit.language], locale=locale),
        get_timezone_name(at, locale=locale),
        own or one.place,
        STATES.get(one.state, ""),
        one.state == pb.APPOINTMENT_STATE_CANCELLED,
    )


_LONG = {"en": "EEEE, MMMM d, yyyy, h:mm a", "es": "EEEE d 'de' MMMM 'de' yyyy, h:mm a"}

PAGES = (
    Page("/appointments", show),
    Page("/appointments/{case_id}/calendar", get_calendar),
)
