"""Appointments: setting, changing, cancelling, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from case_service.actions import desk, worklist
from case_service.actions.changing import check_etag
from case_service.actions.notices import notify
from case_service.actions.recording import refuse_locations
from case_service.actions.telling import tell
from case_service.domain.desk import appointments as domain
from case_service.domain.desk.access import is_id, parties
from case_service.domain.model import Case
from case_service.domain.notices import Notice
from case_service.store import appointments as store
from chassis.errors import invalid_field, not_found
from chassis.ids import derived_id, new_id
from chassis.runtime import Work

MAX_PLACE_CHARS = 200
MAX_SUBJECT_CHARS = 200
MAX_NOTE_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class When:
    """When, where and what about, as somebody says it."""

    local_at: str
    zone: str
    minutes: int
    place: str
    room: str
    subject: str


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Which office and worker hold it; empty: the office of the case, the caller."""

    office_id: str = ""
    worker_id: str = ""


def set_up(
    work: Work,
    case: Case,
    kind: str,
    when: When,
    guests: Sequence[domain.Guest],
    held_by: HeldBy,
) -> domain.Appointment:
    """Set an appointment; everybody who is invited is told."""
    now = work.clock.now()
    one = domain.Appointment(
        appointment_id=new_id(now),
        version=1,
        case_id=case.case_id,
        kind=kind,
        starts_at=_coming(work, when),
        zone=when.zone,
        minutes=_minutes(when),
        office_id=held_by.office_id or case.office_id,
        worker_id=held_by.worker_id or work.caller.person,
        state=domain.SET,
        continued_to="",
        place=desk.text_of("place", when.place, MAX_PLACE_CHARS, needed=kind != "phone"),
        room=desk.text_of("room", when.room, MAX_PLACE_CHARS, needed=False),
        subject=desk.text_of("subject", when.subject, MAX_SUBJECT_CHARS),
        outcome_note="",
        created_at=now,
        guests=_invited(case, guests),
    )
    _refuse_locations(work, case, one)
    store.write(work.session, work.keys, one)
    _tell(work, one, "appointment_set")
    _notify(work, case, one, "set")
    return one


def change(
    work: Work, appointment_id: str, etag: str, when: When, guests: Sequence[domain.Guest]
) -> domain.Appointment:
    """Change time, place or subject; everybody who is invited is told the new ones."""
    before = lock(work, appointment_id, etag)
    _check_set(before)
    own = {g.participant_id: g for g in guests}
    if strangers := own.keys() - {g.participant_id for g in before.guests}:
        raise invalid_field("guests", f"must be invited already; read {min(strangers)}")
    after = replace(
        before,
        version=before.version + 1,
        starts_at=_coming(work, when),
        zone=when.zone,
        minutes=_minutes(when),
        place=desk.text_of("place", when.place, MAX_PLACE_CHARS, needed=before.kind != "phone"),
        room=desk.text_of("room", when.room, MAX_PLACE_CHARS, needed=False),
        subject=desk.text_of("subject", when.subject, MAX_SUBJECT_CHARS),
        guests=tuple(own.get(g.participant_id, g) for g in before.guests),
    )
    case = desk.case_of(work, after.case_id)
    _refuse_locations(work, case, after)
    store.write(work.session, work.keys, after)
    moved = before.starts_at != after.starts_at
    kind = "appointment_changed" if moved else "appointment_reworded"
    _tell(work, after, kind, was_at=domain.local_at(before))
    _notify(work, case, after, "changed")
    return after


def cancel(work: Work, appointment_id: str, etag: str, reason: str) -> domain.Appointment:
    """Cancel one that has not been yet; everybody who is invited is told why."""
    text = desk.text_of("reason", reason, MAX_NOTE_CHARS)
    before = lock(work, appointment_id, etag)
    _check_set(before)
    # The reason stands in the history too, which others read than who is invited.
    refuse_locations(work, [desk.case_of(work, before.case_id)], "reason", text)
    after = replace(before, version=before.version + 1, state=domain.CANCELLED, outcome_note=text)
    _close(work, after)
    _tell(work, after, "appointment_cancelled", reason=text)
    _notify(work, desk.case_of(work, after.case_id), after, "cancelled", text)
    return after


def hold(
    work: Work, appointment_id: str, etag: str, attended: Sequence[str], note: str
) -> domain.Appointment:
    """Record that one was held, and who came."""
    before = _over(work, appointment_id, etag)
    came = frozenset(attended)
    if strangers := came - {g.participant_id for g in before.guests}:
        raise invalid_field("attended", f"must be of those invited; read {min(strangers)}")
    text = desk.text_of("note", note, MAX_NOTE_CHARS, needed=False)
    after = domain.outcome(before, domain.HELD, came, text)
    _close(work, after)
    figures = {"attended": str(len(came)), "invited": str(len(after.guests))}
    _tell(work, after, "appointment_held", **figures)
    return after


def miss(work: Work, appointment_id: str, etag: str, note: str) -> domain.Appointment:
    """Record that nobody whom it needed came."""
    before = _over(work, appointment_id, etag)
    text = desk.text_of("note", note, MAX_NOTE_CHARS, needed=False)
    after = domain.outcome(before, domain.NO_SHOW, frozenset(), text)
    _close(work, after)
    _tell(work, after, "appointment_no_show")
    return after


def carry_on(
    work: Work, appointment_id: str, etag: str, local_at: str, note: str
) -> tuple[domain.Appointment, domain.Appointment]:
    """Record that one was continued to another time; returns it and the next one."""
    before = lock(work, appointment_id, etag)
    _check_set(before)
    again = When(local_at, before.zone, before.minutes, before.place, before.room, before.subject)
    now = work.clock.now()
    following = replace(
        before,
        appointment_id=new_id(now),
        version=1,
        starts_at=_coming(work, again, "continued_local_at"),
        created_at=now,
    )
    text = desk.text_of("note", note, MAX_NOTE_CHARS, needed=False)
    after = replace(
        before,
        version=before.version + 1,
        state=domain.CONTINUED,
        continued_to=following.appointment_id,
        outcome_note=text,
    )
    store.write(work.session, work.keys, following)
    _close(work, after)
    _tell(work, after, "appointment_continued", next_at=domain.local_at(following))
    _notify(work, desk.case_of(work, after.case_id), following, "changed")
    return after, following


def lock(work: Work, appointment_id: str, etag: str) -> domain.Appointment:
    """Return an appointment, locked. Raises PlatformError: NOT_FOUND, ETAG_MISMATCH."""
    one = None
    if is_id(appointment_id):
        one = store.read(work.session, work.keys, appointment_id, lock=True)
    if one is None:
        raise not_found("appointment", appointment_id)
    check_etag(one.version, etag, "appointment")
    return one


def _coming(work: Work, when: When, field: str = "local_at") -> datetime:
    try:
        starts_at = domain.instant(when.local_at, when.zone)
    except ValueError as error:
        raise invalid_field(field, f"must be a time such as 2027-03-09T09:30: {error}") from error
    if starts_at <= work.clock.now():
        raise invalid_field(field, "must be in the future")
    return starts_at


def _minutes(when: When) -> int:
    minutes = when.minutes or domain.DEFAULT_MINUTES
    if not 1 <= minutes <= domain.MAX_MINUTES:
        raise invalid_field("minutes", f"must be 1 to {domain.MAX_MINUTES}; read {minutes}")
    return minutes


def _invited(case: Case, guests: Sequence[domain.Guest]) -> tuple[domain.Guest, ...]:
    """Return who is invited: of the case, children too (a genetic test)."""
    if not 1 <= len(guests) <= domain.MAX_GUESTS:
        raise invalid_field("guests", f"must be 1 to {domain.MAX_GUESTS}; read {len(guests)}")
    of_case = {case.obligor_id, case.obligee_id, *(m.participant_id for m in case.members)} - {""}
    seen: set[str] = set()
    for number, guest in enumerate(guests):
        path = f"guests[{number}]"
        if guest.participant_id not in of_case or guest.participant_id in seen:
            raise invalid_field(f"{path}.participant_id", "must be of the case, and named once")
        desk.text_of(f"{path}.own_place", guest.own_place, MAX_PLACE_CHARS, needed=False)
        seen.add(guest.participant_id)
    return tuple(guests)


def _refuse_locations(work: Work, case: Case, one: domain.Appointment) -> None:
    """Refuse a place or subject that tells one party where another can be found."""
    today = work.clock.today()
    for reader in sorted({g.participant_id for g in one.guests} & parties(case, today)):
        shown = domain.seen_by(one, reader)
        said = (shown.place, shown.room, shown.subject, *(g.own_place for g in shown.guests))
        refuse_locations(work, [case], "place", "\n".join(said), but_of=reader)


def _check_set(one: domain.Appointment) -> None:
    if one.state != domain.SET:
        raise desk.precondition(f"the appointment is {one.state}: set another one", state=one.state)


def _over(work: Work, appointment_id: str, etag: str) -> domain.Appointment:
    one = lock(work, appointment_id, etag)
    _check_set(one)
    if one.starts_at > work.clock.now():
        raise desk.precondition("the appointment has not begun yet: cancel or change it instead")
    return one


def _close(work: Work, after: domain.Appointment) -> None:
    store.write(work.session, work.keys, after)
    worklist.done(work, after.appointment_id, kind="ALERT")


def _tell(work: Work, one: domain.Appointment, kind: str, **facts: str) -> None:
    """History says what and when, never where: whoever may read the case reads it."""
    tell(
        work,
        one.case_id,
        kind,
        on=None,
        about_id=one.appointment_id,
        what=domain.KINDS[one.kind],
        at=domain.local_at(one).replace("T", " "),
        **{n: v.replace("T", " ") if n.endswith("_at") else v for n, v in facts.items()},
    )


def _notify(work: Work, case: Case, one: domain.Appointment, what: str, reason: str = "") -> None:
    """Tell each party who is invited his own time and place; children get no letters."""
    about = derived_id("appointment", one.appointment_id, str(one.version))
    kind = domain.notice_kind(one.kind, what)
    for guest in one.guests:
        if guest.participant_id not in parties(case, work.clock.today()):
            continue
        facts = {"at": domain.local_at(one), "subject": one.subject}
        text = reason
        if guest.own_place and what != "cancelled":
            # Where a protected person can be met at an hour travels sealed.
            text = guest.own_place
        elif not guest.own_place and (place := domain.place_for(one, guest.participant_id)):
            facts["place"] = place
        letter = kind == "genetic_test_scheduled" or one.kind == "court_hearing"
        notify(
            work,
            case,
            guest.participant_id,
            Notice(kind, about, letter=letter, facts=facts, text=text),
        )
