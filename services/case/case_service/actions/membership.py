"""Who is in an open case, who owes in it, and which office and worker see to it."""

from dataclasses import replace
from datetime import date

from case_service.actions import worklist
from case_service.actions.changing import lock_case, save_case
from case_service.actions.desk import has_protected
from case_service.actions.notices import notify
from case_service.actions.recording import lock_participant, refuse, refuse_locations
from case_service.actions.telling import tell
from case_service.domain import offices, parties
from case_service.domain.desk import worklist as items
from case_service.domain.model import Case, Member, Participant, Violation
from case_service.domain.notices import Notice
from case_service.store import cases
from case_service.store import parties as store
from case_service.store import worklist as worklist_store
from chassis.errors import PlatformError
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason


def add_member(work: Work, case_id: str, member: Member, etag: str = "") -> cases.Stored:
    """Add a child, an alleged father, a caretaker or another parent to an open case."""
    before = _lock_open(work, case_id, etag)
    refuse(parties.member_violations(before.case, member))
    person = lock_participant(work, member.participant_id).participant
    member = replace(member, since=member.since or work.clock.today(), until=None)
    stored = save_case(work, before, parties.with_member(before.case, member))
    tell(
        work,
        case_id,
        "member_added",
        on=member.since,
        about_id=member.participant_id,
        name=_name(person),
        role=_spoken(member.role),
    )
    return stored


def end_member(work: Work, case_id: str, member: Member, reason: str, etag: str) -> cases.Stored:
    """End somebody's part in a case on `member.until` (None: today); the record of it stays."""
    before = _lock_open(work, case_id, etag)
    refuse(_end_violations(before.case, member, reason))
    refuse_locations(work, [before.case], "reason", reason)
    on = member.until or work.clock.today()
    after = parties.without_member(before.case, member.participant_id, member.role, on)
    stored = save_case(work, before, after)
    person = lock_participant(work, member.participant_id).participant
    tell(
        work,
        case_id,
        "member_ended",
        on=on,
        about_id=member.participant_id,
        name=_name(person),
        role=_spoken(member.role),
        reason=reason.strip(),
    )
    return stored


def name_obligor(
    work: Work, case_id: str, participant_id: str, basis: str, etag: str = ""
) -> cases.Stored:
    """Say who owes in a case in which nobody did yet; `basis` is why, in words.

    From then on the other services know the case. Raises FAILED_PRECONDITION when somebody else
    owes already: what was charged stands in the books. The same one named again changes nothing.
    """
    before = _lock_open(work, case_id, etag)
    if before.case.obligor_id == participant_id:
        return before
    if before.case.obligor_id:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "somebody else owes in this case already; open another case for who owes as well",
        )
    if participant_id == before.case.obligee_id or participant_id in parties.children(before.case):
        refuse([Violation("participant_id", "must be a parent: not the obligee, not a child")])
    person = lock_participant(work, participant_id).participant
    on = work.clock.today()
    if number := store.case_between(work.session, participant_id, before.case.obligee_id):
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"case {number} is open between these two; work the children in that case",
            metadata={"case_number": number},
        )
    stored = save_case(work, before, parties.with_obligor(before.case, participant_id, on))
    tell(
        work,
        case_id,
        "obligor_named",
        about_id=participant_id,
        name=_name(person),
        basis=basis,
    )
    return stored


def assign(work: Work, case_id: str, worker_id: str, etag: str) -> cases.Stored:
    """Give a case to a worker; empty: to nobody, its office sees to it."""
    before = lock_case(work, case_id, etag)
    if before.case.worker_id == worker_id:
        return before
    stored = save_case(work, before, replace(before.case, worker_id=worker_id))
    tell(work, case_id, "case_assigned", worker=worker_id or "nobody; the office sees to it")
    _move_items(work, before.case, stored.case, "")
    return stored


def transfer(work: Work, case_id: str, office_id: str, note: str, etag: str) -> cases.Stored:
    """Hand a case over to another office, whose workers read the note; nobody there has it yet."""
    before = lock_case(work, case_id, etag)
    refuse(_transfer_violations(before.case, office_id, note))
    refuse_locations(work, [before.case], "note", note)
    stored = save_case(work, before, replace(before.case, office_id=office_id, worker_id=""))
    names = offices.counties()
    tell(
        work,
        case_id,
        "case_transferred",
        before=names.get(before.case.office_id, "no office"),
        after=names[office_id],
        note=note.strip(),
    )
    _move_items(work, before.case, stored.case, note.strip())
    for party in sorted({stored.case.obligor_id, stored.case.obligee_id} - {""}):
        about = f"{case_id}:{stored.version}"
        # A case mostly goes where the family has moved to: the county would tell it.
        safe = not has_protected(work, stored.case, but=party)
        facts = {"office": names[office_id]} if safe else {}
        notice = Notice("office_changed", about, facts=facts)
        notify(work, stored.case, party, notice)
    return stored


def _move_items(work: Work, before: Case, after: Case, note: str) -> None:
    """What waits in a case goes where the case goes; what another worker has taken stays his."""
    new_office = before.office_id != after.office_id
    for item in worklist_store.lock_of_case(work.session, work.keys, after.case_id):
        if new_office or item.worker_id in {"", before.worker_id}:
            moved = items.moved(item, office_id=after.office_id, worker_id=after.worker_id)
            worklist_store.write(work.session, [moved])
            worklist.record(work, moved, "handed_over", note)


def _lock_open(work: Work, case_id: str, etag: str) -> cases.Stored:
    stored = lock_case(work, case_id, etag)
    if stored.case.status != "open":
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "the case is closed; reopen it before its people are changed",
        )
    return stored


def _end_violations(case: Case, member: Member, reason: str) -> list[Violation]:
    found: list[Violation] = []
    part = (member.participant_id, member.role)
    standing = [m for m in case.members if (m.participant_id, m.role) == part and m.until is None]
    if not standing:
        found.append(Violation("participant_id", "is not in the case in this role"))
    elif _ends_before(standing[0].since, member.until):
        found.append(Violation("until", "must not be before the day since when"))
    if not reason.strip():
        found.append(Violation("reason", "must be said"))
    return found


def _ends_before(since: date | None, until: date | None) -> bool:
    return since is not None and until is not None and until < since


def _transfer_violations(case: Case, office_id: str, note: str) -> list[Violation]:
    found: list[Violation] = []
    if office_id not in offices.counties():
        found.append(Violation("office_id", "the FIPS code of an office (ListOffices)"))
    elif office_id == case.office_id:
        found.append(Violation("office_id", "another office than the one that has the case"))
    if not note.strip():
        found.append(Violation("note", "must say what who works it next must know"))
    return found


def _name(person: Participant) -> str:
    return f"{person.first_name} {person.last_name}".strip()


def _spoken(role: str) -> str:
    return role.replace("_", " ")
