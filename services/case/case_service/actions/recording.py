"""Recording and changing participants, so that nobody is recorded twice and everybody is told."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, replace

from case_service.domain import duplicates
from case_service.domain.imports import participant_violations, parties_of
from case_service.domain.model import Case, Participant, Violation
from case_service.domain.parties import employed_anew, record_violations
from case_service.domain.protection import mentions, visible_to
from case_service.sealing import participant_state
from case_service.store import participants, protections
from case_service.store import parties as store
from chassis.errors import FieldViolation, PlatformError, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.case.v1 import events_pb2 as events
from childsupport.common.v1.errors_pb2 import ErrorReason

_MAY_KNOW = "case.read"


def record_participant(
    work: Work, person: Participant, confirmed: Collection[str] = ()
) -> participants.Stored:
    """Record a person who is not known yet; id and number are given here if they are missing.

    `confirmed` are ids of participants who, somebody says, are other people. Raises PlatformError
    for bad fields, for a Social Security number that another participant has (one number, one
    person: 42 USC 405(c)(2)), and for a probable duplicate that is not among `confirmed`.
    """
    person = replace(person, participant_id=person.participant_id or new_id(work.clock.now()))
    refuse([*participant_violations(person), *record_violations(person, work.clock.today())])
    # One at a time: of two workers who record the same person, the second sees the first's.
    store.lock_recording(work.session)
    _refuse_duplicates(work, person, confirmed)
    if not person.participant_number:
        number = participants.next_numbers(work.session, 1)[0]
        person = replace(person, participant_number=number)
    stored = write_participant(work, participants.Stored(person, 1))
    if person.protected:
        said = protections.Protection(
            protection_id=new_id(work.clock.now()),
            participant_id=person.participant_id,
            since=work.clock.today(),
            reason="Said when recorded.",
            evidence_id="",
            set_by=work.caller.person,
        )
        protections.add(work.session, work.keys, said)
    return stored


def lock_participant(work: Work, participant_id: str) -> participants.Stored:
    """Return a participant, locked until the end of the transaction. Raises NOT_FOUND."""
    if participant_id not in participants.known(work.session, [participant_id]):
        raise not_found("participant", participant_id)
    return participants.read(work.session, work.keys, [participant_id])[0]


def change_participant(
    work: Work, before: participants.Stored, after: Participant
) -> participants.Stored:
    """Write a participant in the next version and tell it; unchanged he stays as he is."""
    if before.participant == after:
        return before
    after = employed_anew(before.participant, after)
    refuse([*participant_violations(after), *record_violations(after, work.clock.today())])
    if after.ssn and after.ssn != before.participant.ssn:
        store.lock_recording(work.session)
        _refuse_same_ssn(work, after)
    return write_participant(work, participants.Stored(after, before.version + 1))


def write_participant(work: Work, stored: participants.Stored) -> participants.Stored:
    """Write a participant as he is and tell the other services.

    The hash of what was handed in stays, so that the same import once more changes nothing.
    """
    participant_id = stored.participant.participant_id
    known = participants.known(work.session, [participant_id])
    digest = known[participant_id].content_hash if known else _digest(work, stored.participant)
    participants.write(
        work.session, work.keys, [(stored, digest)], work.clock.now(), worked_here=True
    )
    tell_participants(work, [stored])
    return stored


def tell_again(work: Work, ids: Iterable[str]) -> None:
    """Tell participants in their next version: who may see where they are found has changed."""
    known = participants.known(work.session, ids)
    found = participants.read(work.session, work.keys, sorted(known))
    raised = [participants.Stored(s.participant, s.version + 1) for s in found]
    for worked_here in (False, True):
        participants.write(
            work.session,
            work.keys,
            [
                (s, known[s.participant.participant_id].content_hash)
                for s in raised
                if known[s.participant.participant_id].worked_here is worked_here
            ],
            work.clock.now(),
            worked_here=worked_here,
        )
    if raised:
        tell_participants(work, raised)


def tell_participants(work: Work, changed: Sequence[participants.Stored]) -> None:
    """Tell the state of participants, each location sealed and with who may see it."""
    ids = [s.participant.participant_id for s in changed]
    circles = store.circles(work.session, ids)
    states = [
        participant_state(
            s.participant,
            s.version,
            work.keys,
            visible_to(s.participant.participant_id, circles),
        )
        for s in changed
    ]
    work.emit(events.ParticipantsChanged(participants=states), subject=ids[0])


def find_duplicates(work: Work, person: Participant) -> list[duplicates.Candidate]:
    """Return the recorded participants who may be this person, likeliest first."""
    ids = store.look_alikes(work.session, work.keys, person)
    recorded = [s.participant for s in participants.read(work.session, work.keys, ids)]
    return duplicates.candidates(person, recorded)


def refuse(violations: Iterable[Violation]) -> None:
    """Raise an error that names every field that breaks a rule; nothing when none does."""
    found = list(violations)
    if found:
        raise PlatformError(
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            "; ".join(f"{v.field}: {v.expected}" for v in found),
            metadata={"field": found[0].field, "violations": str(len(found))},
            violations=[FieldViolation(v.field, v.expected) for v in found],
        )


def refuse_locations(
    work: Work, about: Iterable[Case], field: str, text: str, *, but_of: str = ""
) -> None:
    """Refuse free text that says where a party of these cases can be found: others read it.

    `but_of` is the only reader, who knows his own, and those of the children that he has.
    """
    if what := tells_location(work, about, text, but_of=but_of):
        refuse([Violation(field, f"must not tell a party's {what}: name the person instead")])


def tells_location(work: Work, about: Iterable[Case], text: str, *, but_of: str = "") -> str:
    """Return which location of a party of these cases stands in a text; empty: none.

    No answer of what a party himself calls may depend on it: he could try out where somebody is.
    """
    if not text:
        return ""
    ids = sorted({party for case in about for party in parties_of(case) if party} - {but_of})
    circles = store.circles(work.session, ids) if but_of else []
    for stored in participants.read(work.session, work.keys, ids):
        person = stored.participant
        if but_of and but_of in visible_to(person.participant_id, circles):
            continue
        if what := mentions(text, person):
            return what
    return ""


def _refuse_duplicates(work: Work, person: Participant, confirmed: Collection[str]) -> None:
    if participants.existing_ids(work.session, [person.participant_id]):
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "the participant is recorded already; change him with UpdateParticipant",
            metadata={"participant_id": person.participant_id},
        )
    if store.number_taken(work.session, person.participant_number):
        refuse([Violation("participant_number", "belongs to another participant; leave it empty")])
    _refuse_same_ssn(work, person)
    probable = [
        c for c in find_duplicates(work, person) if c.probable and c.participant_id not in confirmed
    ]
    if probable:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "this is probably a person who is recorded already" + _named(work, probable) + "; use"
            " that record, or name each in confirm_not_duplicate_of when it is somebody else",
            metadata={"candidates": ",".join(c.participant_id for c in probable)},
        )


def _refuse_same_ssn(work: Work, person: Participant) -> None:
    same = [c for c in find_duplicates(work, person) if c.same_ssn] if person.ssn else []
    if same:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "ssn: another participant has this Social Security number"
            + _named(work, same)
            + "; use that record, or correct the number",
            violations=[FieldViolation("ssn", "a number that no other participant has")],
        )


def _digest(work: Work, person: Participant) -> bytes:
    content = json.dumps(asdict(person), default=str, sort_keys=True)
    return work.keys.lookup_hash("content", content)


def _named(work: Work, found: Sequence[duplicates.Candidate]) -> str:
    """Name who is known, to somebody who may read participants."""
    if _MAY_KNOW not in work.caller.scopes:
        return ""
    return " (" + ", ".join(c.participant_number for c in found) + ")"
