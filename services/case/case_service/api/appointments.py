"""Appointments and court hearings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from case_service import calendars
from case_service.actions import appointments as actions
from case_service.actions import desk
from case_service.api.desk_pages import decode_place, encode_place, instant_place
from case_service.domain.desk import appointments as domain
from case_service.domain.desk.access import is_id
from case_service.store import appointments as store
from case_service.store.worklist import case_numbers
from chassis.dates import from_instant, to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import appointment_service_pb2 as pb

MAX_EVENTS = 1_000

KINDS = {
    code: name.removeprefix("APPOINTMENT_KIND_").lower()
    for name, code in pb.AppointmentKind.items()
    if code
}
STATES = {
    code: name.removeprefix("APPOINTMENT_STATE_").lower()
    for name, code in pb.AppointmentState.items()
    if code
}
_KIND_VALUES = {value: code for code, value in KINDS.items()}
_STATE_VALUES = {value: code for code, value in STATES.items()}
_ATTENDANCE = {
    None: pb.ATTENDANCE_UNSPECIFIED,
    True: pb.ATTENDANCE_CAME,
    False: pb.ATTENDANCE_MISSED,
}
_IN_CALENDARS = (domain.SET, domain.CANCELLED)


class AppointmentReads:
    """Reads appointments."""

    def GetAppointment(
        self, request: pb.GetAppointmentRequest, work: Work
    ) -> pb.GetAppointmentResponse:
        """Return one appointment with everybody who is invited."""
        one = None
        if is_id(request.appointment_id):
            one = store.read(work.session, work.keys, request.appointment_id)
        if one is None:
            raise not_found("appointment", request.appointment_id)
        return pb.GetAppointmentResponse(appointment=_message(one))

    def ListAppointments(
        self, request: pb.ListAppointmentsRequest, work: Work
    ) -> pb.ListAppointmentsResponse:
        """List appointments of a case, an office or a worker by their time."""
        to_day = to_date(request.to_day, "to_day")
        from_day = to_date(request.from_day, "from_day") or work.clock.today()
        which = replace(
            _whose(work, request),
            participant_id=_id_or_empty(request.participant_id, "participant_id"),
            starts_from=_midnight(work, from_day),
            starts_before=_midnight(work, to_day + timedelta(days=1)) if to_day else None,
            states=[STATES[s] for s in request.states if s],
        )
        found, token = _page(work, which, request)
        return pb.ListAppointmentsResponse(
            appointments=[_message(one) for one in found], next_page_token=token
        )

    def ExportCalendar(
        self, request: pb.ExportCalendarRequest, work: Work
    ) -> pb.ExportCalendarResponse:
        """Return coming appointments as iCalendar."""
        now = work.clock.now()
        which = replace(_whose(work, request), starts_from=now, states=_IN_CALENDARS)
        found = store.page(work.session, work.keys, which, None, MAX_EVENTS)
        numbers = case_numbers(work.session, [one.case_id for one in found])
        events = [(one, numbers[one.case_id]) for one in found]
        return pb.ExportCalendarResponse(calendar=calendars.for_agency(events, now))


class Appointments:
    """Sets appointments."""

    def SetAppointment(
        self, request: pb.SetAppointmentRequest, work: Work
    ) -> pb.SetAppointmentResponse:
        """Set an appointment or a hearing."""
        if request.kind not in KINDS:
            raise invalid_field("kind", "must say what it is")
        case = desk.open_case_of(work, request.case_id)
        one = actions.set_up(
            work, case, KINDS[request.kind], _when(work, request), _guests(request), _held(request)
        )
        return pb.SetAppointmentResponse(appointment=_message(one))

    def ChangeAppointment(
        self, request: pb.ChangeAppointmentRequest, work: Work
    ) -> pb.ChangeAppointmentResponse:
        """Change time, place or subject of one that has not been yet."""
        one = actions.change(
            work, request.appointment_id, request.etag, _when(work, request), _guests(request)
        )
        return pb.ChangeAppointmentResponse(appointment=_message(one))

    def CancelAppointment(
        self, request: pb.CancelAppointmentRequest, work: Work
    ) -> pb.CancelAppointmentResponse:
        """Cancel one that has not been yet."""
        one = actions.cancel(work, request.appointment_id, request.etag, request.reason)
        return pb.CancelAppointmentResponse(appointment=_message(one))

    def RecordOutcome(
        self, request: pb.RecordOutcomeRequest, work: Work
    ) -> pb.RecordOutcomeResponse:
        """Record what came of one."""
        key = (work, request.appointment_id, request.etag)
        outcome = STATES.get(request.outcome, "")
        if outcome == domain.CONTINUED:
            one, following = actions.carry_on(*key, request.continued_local_at, request.note)
            return pb.RecordOutcomeResponse(appointment=_message(one), next=_message(following))
        if outcome == domain.HELD:
            one = actions.hold(*key, request.attended, request.note)
        elif outcome == domain.NO_SHOW:
            one = actions.miss(*key, request.note)
        else:
            raise invalid_field("outcome", "must be HELD, NO_SHOW or CONTINUED")
        return pb.RecordOutcomeResponse(appointment=_message(one))


class PartyAppointments:
    """What a party sees of his own appointments."""

    def ListMyAppointments(
        self, request: pb.ListMyAppointmentsRequest, work: Work
    ) -> pb.ListMyAppointmentsResponse:
        """List a party's own appointments by their time."""
        me = request.participant_id
        desk.party_case(work, request.case_id, me)
        start = None if request.past else work.clock.now()
        which = store.Filter(case_id=request.case_id, participant_id=me, starts_from=start)
        found, token = _page(work, which, request)
        return pb.ListMyAppointmentsResponse(
            appointments=[_message(domain.seen_by(one, me)) for one in found],
            next_page_token=token,
        )

    def ExportMyCalendar(
        self, request: pb.ExportMyCalendarRequest, work: Work
    ) -> pb.ExportMyCalendarResponse:
        """Return a party's own coming appointments as iCalendar."""
        me = request.participant_id
        desk.party_case(work, request.case_id, me)
        now = work.clock.now()
        which = store.Filter(
            case_id=request.case_id, participant_id=me, starts_from=now, states=_IN_CALENDARS
        )
        found = store.page(work.session, work.keys, which, None, MAX_EVENTS)
        mine = [domain.seen_by(one, me) for one in found]
        return pb.ExportMyCalendarResponse(calendar=calendars.for_party(mine, me, now))


def _when(
    work: Work, request: pb.SetAppointmentRequest | pb.ChangeAppointmentRequest
) -> actions.When:
    return actions.When(
        local_at=request.local_at,
        zone=request.time_zone or work.settings.time_zone,
        minutes=request.minutes,
        place=request.place,
        room=request.room,
        subject=request.subject,
    )


def _guests(
    request: pb.SetAppointmentRequest | pb.ChangeAppointmentRequest,
) -> list[domain.Guest]:
    return [domain.Guest(g.participant_id, g.own_place.strip()) for g in request.guests]


def _held(request: pb.SetAppointmentRequest) -> actions.HeldBy:
    return actions.HeldBy(request.office_id, request.worker_id)


def _whose(
    work: Work, request: pb.ListAppointmentsRequest | pb.ExportCalendarRequest
) -> store.Filter:
    said = [name for name in ("case_id", "office_id", "worker_id") if getattr(request, name)]
    if len(said) != 1:
        raise invalid_field(
            "case_id", "exactly one of case_id, office_id and worker_id must be set"
        )
    if request.case_id:
        desk.case_of(work, request.case_id)
    return store.Filter(request.case_id, request.office_id, request.worker_id)


def _id_or_empty(value: str, field: str) -> str:
    if value and not is_id(value):
        raise invalid_field(field, "must be an id (UUID in lower case)")
    return value


def _midnight(work: Work, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(work.settings.time_zone))


def _page(
    work: Work,
    which: store.Filter,
    request: pb.ListAppointmentsRequest | pb.ListMyAppointmentsRequest,
) -> tuple[Sequence[domain.Appointment], str]:
    size = paging.page_size(request)
    after = instant_place(decode_place(work, request.page_token, "appointments"))
    found = store.page(work.session, work.keys, which, after, size + 1)
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    place = (last.starts_at.isoformat(), last.appointment_id)
    return found[:size], encode_place(work, place, "appointments")


def _message(one: domain.Appointment) -> pb.Appointment:
    return pb.Appointment(
        appointment_id=one.appointment_id,
        case_id=one.case_id,
        kind=_KIND_VALUES[one.kind],
        local_at=domain.local_at(one),
        time_zone=one.zone,
        starts_at=from_instant(one.starts_at),
        minutes=one.minutes,
        place=one.place,
        room=one.room,
        subject=one.subject,
        office_id=one.office_id,
        worker_id=one.worker_id,
        guests=[
            pb.AppointmentGuest(
                participant_id=g.participant_id,
                own_place=g.own_place,
                attendance=_ATTENDANCE[g.attended],
            )
            for g in one.guests
        ],
        state=_STATE_VALUES[one.state],
        continued_to=one.continued_to,
        outcome_note=one.outcome_note,
        etag=str(one.version),
    )


SERVICERS = (
    Servicer("childsupport.case.v1.AppointmentReadService", AppointmentReads()),
    Servicer("childsupport.case.v1.AppointmentService", Appointments()),
    Servicer("childsupport.case.v1.AppointmentPartyService", PartyAppointments()),
)
