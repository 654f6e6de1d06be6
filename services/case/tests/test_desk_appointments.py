"""Appointments: by the clock of the place, told to who is invited, with no place of others."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk_world import ANN, BEN, CASE, JANE, JOHN, OFFICE, PORTAL, STRANGER, TIM, Desk
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from case_service.api.appointments import AppointmentReads, Appointments, PartyAppointments
from case_service.api.worklist import Worklist, WorklistReads
from case_service.domain.desk.appointments import instant
from case_service.jobs.desk import ask_for_outcomes
from case_service.service import SERVICE
from chassis.clock import SteppedClock
from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.runtime import Runtime
from childsupport.case.v1 import appointment_service_pb2 as pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import worklist_service_pb2 as work_pb

READS, WRITES, PARTY = AppointmentReads(), Appointments(), PartyAppointments()
CENTRAL, EASTERN = "America/Chicago", "America/New_York"
SAFE_PLACE = "12 Shelter Street"


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    return Desk(runtime_for(SERVICE), page)


def meet(desk: Desk, **said: Any) -> pb.Appointment:
    values: dict[str, Any] = {
        "case_id": CASE,
        "kind": pb.APPOINTMENT_KIND_OFFICE,
        "local_at": "2026-03-20T09:30",
        "place": "1 Court Square",
        "room": "Room 4",
        "subject": "Income",
        "guests": [pb.AppointmentGuest(participant_id=JOHN)],
    }
    request = pb.SetAppointmentRequest(**(values | said))
    return desk.do(WRITES.SetAppointment, request).appointment


def both() -> list[pb.AppointmentGuest]:
    return [
        pb.AppointmentGuest(participant_id=JOHN),
        pb.AppointmentGuest(participant_id=JANE, own_place=SAFE_PLACE),
        pb.AppointmentGuest(participant_id=TIM),
    ]


def mine(desk: Desk, who: str, *, past: bool = False) -> list[pb.Appointment]:
    request = pb.ListMyAppointmentsRequest(case_id=CASE, participant_id=who, past=past)
    return list(desk.do(PARTY.ListMyAppointments, request, PORTAL).appointments)


def later(desk: Desk, days: int) -> None:
    clock = desk.runtime.clock
    assert isinstance(clock, SteppedClock)
    clock.advance(timedelta(days=days))


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-03-20T09:30", EASTERN, "2026-03-20T13:30"),
        ("2026-03-20T09:30", CENTRAL, "2026-03-20T14:30"),
        ("2026-01-20T09:30", CENTRAL, "2026-01-20T15:30"),
        ("2026-11-01T01:30", EASTERN, "2026-11-01T05:30"),
    ],
)
def test_the_same_hour_is_another_instant_in_the_west_of_kentucky(
    local: str, zone: str, utc: str
) -> None:
    assert instant(local, zone) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone"),
    [
        ("2026-03-08T02:30", EASTERN),
        ("2026-03-20T09:30-05:00", EASTERN),
        ("2026-03-20", "Kentucky"),
        ("tomorrow", EASTERN),
        ("2026-03-20T09:30", "../etc/passwd"),
        ("2026-03-20T09:30", ""),
    ],
)
def test_a_time_that_is_none_is_refused(local: str, zone: str) -> None:
    with pytest.raises(ValueError, match=r"expected|exist|Invalid"):
        instant(local, zone)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.sampled_from([EASTERN, CENTRAL])
)
def test_an_instant_reads_as_the_hour_that_was_said(local: datetime, zone: str) -> None:
    try:
        found = instant(local.isoformat(), zone)
    except ValueError:
        day = local.date()
        assert day.month == 3, "only the hour that is skipped in spring does not exist"
    else:
        assert found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local


def test_everybody_invited_is_told_his_own_place_and_nobody_elses(desk: Desk) -> None:
    meet(desk, kind=pb.APPOINTMENT_KIND_GENETIC_TEST, subject="Who the father is", guests=both())
    told = {t.participant_id: t for t in desk.told()}
    assert set(told) == {JOHN, JANE}, "a child gets no letter"
    assert {t.kind for t in told.values()} == {"genetic_test_scheduled"}
    assert all(t.letter for t in told.values())
    assert told[JOHN].facts == {
        "at": "2026-03-20T09:30",
        "subject": "Who the father is",
        "place": "1 Court Square, Room 4",
    }
    assert "place" not in told[JANE].facts, "where she can be met travels sealed"
    assert told[JANE].text == SAFE_PLACE


def test_a_party_sees_neither_the_others_nor_their_places(desk: Desk) -> None:
    meet(desk, guests=both())
    (his,) = mine(desk, JOHN)
    assert [g.participant_id for g in his.guests] == [JOHN]
    assert (his.place, his.room, his.worker_id) == ("1 Court Square", "Room 4", "")
    assert SAFE_PLACE.encode() not in his.SerializeToString()
    (hers,) = mine(desk, JANE)
    assert (hers.place, hers.guests[0].own_place) == ("", SAFE_PLACE)
    export = pb.ExportMyCalendarRequest(case_id=CASE, participant_id=JOHN)
    assert "Shelter" not in desk.do(PARTY.ExportMyCalendar, export, PORTAL).calendar
    assert SAFE_PLACE not in desk.dump()


def test_who_is_not_invited_sees_nothing(desk: Desk) -> None:
    meet(desk)
    assert mine(desk, JANE) == []
    with pytest.raises(PlatformError, match="case not found"):
        mine(desk, STRANGER)


def test_a_hearing_that_moves_is_told_again_each_time(desk: Desk) -> None:
    one = meet(desk, kind=pb.APPOINTMENT_KIND_COURT_HEARING)
    for hour in ("10:00", "11:00"):
        change = pb.ChangeAppointmentRequest(
            appointment_id=one.appointment_id,
            etag=one.etag,
            local_at=f"2026-03-21T{hour}",
            place="1 Court Square",
            subject="Income",
        )
        one = desk.do(WRITES.ChangeAppointment, change).appointment
    assert [(t.kind, t.facts["at"], t.letter) for t in desk.told()] == [
        ("hearing_set", "2026-03-20T09:30", True),
        ("hearing_changed", "2026-03-21T10:00", True),
        ("hearing_changed", "2026-03-21T11:00", True),
    ]
    stale = pb.CancelAppointmentRequest(
        appointment_id=one.appointment_id, etag="1", reason="settled"
    )
    with pytest.raises(PlatformError, match="changed by somebody else"):
        desk.do(WRITES.CancelAppointment, stale)
    stale.etag = one.etag
    done = desk.do(WRITES.CancelAppointment, stale).appointment
    assert done.state == pb.APPOINTMENT_STATE_CANCELLED
    assert (desk.told()[-1].kind, desk.told()[-1].text) == ("hearing_cancelled", "settled")
    assert desk.history()[1:] == [
        "appointment_set",
        "appointment_changed",
        "appointment_changed",
        "appointment_cancelled",
    ]
    with pytest.raises(PlatformError, match="the appointment is cancelled"):
        desk.do(
            WRITES.CancelAppointment,
            pb.CancelAppointmentRequest(appointment_id=one.appointment_id, reason="again"),
        )


def outcome(desk: Desk, one: pb.Appointment, **said: Any) -> pb.RecordOutcomeResponse:
    request = pb.RecordOutcomeRequest(appointment_id=one.appointment_id, **said)
    return desk.do(WRITES.RecordOutcome, request)


def test_what_came_of_it_is_recorded_once_it_has_begun(desk: Desk) -> None:
    one = meet(desk, guests=both())
    held = {"outcome": pb.APPOINTMENT_STATE_HELD, "attended": [JOHN, TIM], "note": "calm"}
    with pytest.raises(PlatformError, match="has not begun yet"):
        outcome(desk, one, **held)
    later(desk, 15)
    with pytest.raises(PlatformError, match="must be of those invited"):
        outcome(desk, one, outcome=pb.APPOINTMENT_STATE_HELD, attended=[STRANGER])
    done = outcome(desk, one, **held).appointment
    came = {g.participant_id: g.attendance for g in done.guests}
    assert came[JANE] == pb.ATTENDANCE_MISSED
    assert came[JOHN] == came[TIM] == pb.ATTENDANCE_CAME
    assert desk.history()[-1] == "appointment_held"
    (seen,) = mine(desk, JOHN, past=True)
    assert seen.outcome_note == ""
    assert mine(desk, JOHN) == []


def test_a_continuance_sets_the_next_one_and_tells_of_it(desk: Desk) -> None:
    one = meet(desk, kind=pb.APPOINTMENT_KIND_COURT_HEARING, time_zone=CENTRAL)
    answer = outcome(
        desk,
        one,
        outcome=pb.APPOINTMENT_STATE_CONTINUED,
        continued_local_at="2026-04-10T13:00",
    )
    assert answer.appointment.continued_to == answer.next.appointment_id
    assert (answer.next.local_at, answer.next.time_zone) == ("2026-04-10T13:00", CENTRAL)
    assert answer.next.state == pb.APPOINTMENT_STATE_SET
    told = desk.told()[-1]
    assert (told.kind, told.facts["at"]) == ("hearing_changed", "2026-04-10T13:00")


def test_an_outcome_that_nobody_recorded_is_asked_for_until_somebody_does(desk: Desk) -> None:
    one = meet(desk)
    later(desk, 15)

    def alerts() -> list[work_pb.WorklistItem]:
        request = work_pb.ListItemsRequest(kinds=[work_pb.WORKLIST_KIND_ALERT])
        return list(desk.do(WorklistReads().ListItems, request).items)

    for _ in range(2):
        with desk.by(ANN) as work:
            assert ask_for_outcomes(work, date(2026, 3, 21)) == {"appointments": 1}
    assert [a.line for a in alerts()] == ["Record what came of an appointment"]
    outcome(desk, one, outcome=pb.APPOINTMENT_STATE_NO_SHOW)
    assert alerts() == []


def test_a_calendar_says_when_to_any_program(desk: Desk) -> None:
    meet(desk, time_zone=CENTRAL, minutes=45)
    meet(desk, local_at="2026-03-23T08:00", subject="x" * 150 + "; a, b\n")
    text = desk.do(READS.ExportCalendar, pb.ExportCalendarRequest(worker_id="ann")).calendar
    assert "\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    calendar = Calendar.from_ical(text)
    first, second = calendar.walk("VEVENT")
    assert first.decoded("DTSTART") == datetime(2026, 3, 20, 14, 30, tzinfo=UTC)
    assert first.decoded("DURATION") == timedelta(minutes=45)
    assert str(first["SUMMARY"]) == "Appointment in the office, case 0000123456"
    assert {str(z["TZID"]) for z in calendar.walk("VTIMEZONE")} == {CENTRAL, EASTERN}
    assert "Court Square" not in text
    assert "John" not in text
    export = pb.ExportMyCalendarRequest(case_id=CASE, participant_id=JOHN)
    own = Calendar.from_ical(desk.do(PARTY.ExportMyCalendar, export, PORTAL).calendar)
    assert str(own.walk("VEVENT")[0]["LOCATION"]) == "1 Court Square, Room 4"
    assert str(own.walk("VEVENT")[0]["UID"]) == str(first["UID"])
    assert str(second["UID"]) != str(first["UID"])


def test_lists_are_of_a_case_an_office_or_a_worker_by_time(desk: Desk) -> None:
    days = (24, 20, 22)
    for day in days:
        meet(desk, local_at=f"2026-03-{day}T09:00")
    found: list[str] = []
    token = ""
    for _ in range(2):
        request = pb.ListAppointmentsRequest(office_id=OFFICE, page_size=2, page_token=token)
        answer = desk.do(READS.ListAppointments, request)
        found += [one.local_at for one in answer.appointments]
        token = answer.next_page_token
    assert found == [f"2026-03-{day}T09:00" for day in sorted(days)]
    narrow = pb.ListAppointmentsRequest(
        case_id=CASE, from_day=from_date(date(2026, 3, 21)), to_day=from_date(date(2026, 3, 22))
    )
    assert len(desk.do(READS.ListAppointments, narrow).appointments) == 1
    with pytest.raises(PlatformError, match="exactly one of"):
        desk.do(READS.ListAppointments, pb.ListAppointmentsRequest())


def test_who_takes_a_load_over_holds_its_appointments(desk: Desk) -> None:
    one = meet(desk)
    request = work_pb.HandOverRequest(from_worker_id="ann", to_worker_id="ben", note="leave")
    assert desk.do(Worklist().HandOver, request, BEN).appointments == 1
    read = pb.GetAppointmentRequest(appointment_id=one.appointment_id)
    found = desk.do(READS.GetAppointment, read).appointment
    assert (found.worker_id, found.etag) == ("ben", "2")


BAD: list[tuple[dict[str, Any], str]] = [
    ({"local_at": "2026-03-05T09:00"}, "local_at"),
    ({"local_at": "soon"}, "local_at"),
    ({"time_zone": "Mars/Olympus"}, "local_at"),
    ({"minutes": -1}, "minutes"),
    ({"place": ""}, "place"),
    ({"subject": ""}, "subject"),
    ({"guests": []}, "guests"),
    ({"guests": [pb.AppointmentGuest(participant_id=STRANGER)]}, "guests[0].participant_id"),
    ({"kind": pb.APPOINTMENT_KIND_UNSPECIFIED}, "kind"),
]


def test_bad_input_is_named(desk: Desk) -> None:
    for said, field in BAD:
        with pytest.raises(PlatformError) as caught:
            meet(desk, **said)
        assert caught.value.metadata["field"] == field
    assert desk.told() == []
