"""Taking cases over: check a page, find what is new or changed, write it, tell it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from case_service.actions.recording import tell_again, tell_participants
from case_service.actions.taken_over import keep_versions
from case_service.domain import imports as domain
from case_service.domain import model
from case_service.domain.offices import office_for
from case_service.domain.parties import children
from case_service.messages import case_from_message, case_message, participant_from_message
from case_service.store import cases, histories, offices, participants
from chassis.crypto import Keys
from chassis.errors import FieldViolation, PlatformError
from chassis.events import MAX_PAGE_ITEMS
from chassis.runtime import Work
from childsupport.case.v1 import case_service_pb2 as pb
from childsupport.case.v1 import events_pb2 as events
from childsupport.common.v1.errors_pb2 import ErrorReason

MAX_VIOLATIONS_TOLD = 50


@dataclass(frozen=True, slots=True)
class Imported:
    """How many things a page changed, and how many it left as they were."""

    participants_changed: int
    cases_changed: int
    orders_changed: int
    unchanged: int


def import_page(request: pb.ImportCasesRequest, work: Work) -> Imported:
    """Take one page over. Raises an error that names each field that breaks a rule."""
    people = [participant_from_message(m) for m in request.participants]
    handed_in = [case_from_message(m) for m in request.cases]
    _refuse(_page_violations(people, handed_in))
    new_people = _import_participants(people, work)
    before = cases.known(work.session, [c.case_id for c in handed_in])
    _refuse(_case_conflicts(handed_in, before, work))
    new_cases = _import_cases(handed_in, before, work)
    _tell(new_people, new_cases, work)
    return Imported(
        participants_changed=len(new_people),
        cases_changed=len(new_cases),
        orders_changed=sum(len(stored.case.orders) for stored in new_cases),
        unchanged=len(people) + len(handed_in) - len(new_people) - len(new_cases),
    )


def _import_participants(people: list[model.Participant], work: Work) -> list[participants.Stored]:
    before = participants.known(work.session, [p.participant_id for p in people])
    unnumbered = [p for p in people if not p.participant_number and p.participant_id not in before]
    numbers = dict(
        zip(
            (p.participant_id for p in unnumbered),
            participants.next_numbers(work.session, len(unnumbered)) if unnumbered else [],
            strict=True,
        )
    )
    changed: list[tuple[participants.Stored, bytes]] = []
    for person in people:
        known = before.get(person.participant_id)
        number = (
            person.participant_number
            or (known and known.participant_number)
            or numbers[person.participant_id]
        )
        complete = replace(person, participant_number=number)
        digest = _digest(complete, work.keys)
        if known is None or known.content_hash != digest:
            version = known.version + 1 if known else 1
            changed.append((participants.Stored(complete, version), digest))
    _refuse(_participant_conflicts(people, [s.participant for s, _ in changed], before))
    participants.write(work.session, work.keys, changed, work.clock.now())
    return [stored for stored, _ in changed]


def _participant_conflicts(
    people: list[model.Participant],
    changed: list[model.Participant],
    before: Mapping[str, participants.Known],
) -> Iterator[model.Violation]:
    places = {person.participant_id: n for n, person in enumerate(people)}
    for person in changed:
        if known := before.get(person.participant_id):
            at = f"participants[{places[person.participant_id]}]"
            yield from _at(
                at,
                domain.participant_worked_here(
                    person, worked_here=known.worked_here, protected=known.protected
                ),
            )


def _tell(people: list[participants.Stored], changed_cases: list[cases.Stored], work: Work) -> None:
    """Tell what is new, people first; with a case its children: who has them may see them."""
    if people:
        tell_participants(work, people)
    told = {s.participant.participant_id for s in people}
    tell_again(work, {child for s in changed_cases for child in children(s.case)} - told)
    if changed_cases:
        states = [case_message(stored.case, stored.version) for stored in changed_cases]
        work.emit(events.CasesChanged(cases=states), subject=states[0].case_id)


def _import_cases(
    handed_in: list[model.Case], before: Mapping[str, cases.Known], work: Work
) -> list[cases.Stored]:
    rules = offices.rules(work.session)
    changed: list[tuple[cases.Stored, bytes]] = []
    for case in handed_in:
        known = before.get(case.case_id)
        digest = _digest(case, work.keys)
        if known is None or known.content_hash != digest:
            office_id = case.office_id or office_for(case.county_fips, rules)
            placed = replace(case, office_id=office_id)
            changed.append((cases.Stored(placed, known.version + 1 if known else 1), digest))
    if changed:
        cases.write(work.session, changed, work.clock.now())
        _write_history([stored for stored, _ in changed], work)
        keep_versions(work, [stored for stored, _ in changed])
    return [stored for stored, _ in changed]


def _write_history(changed: Iterable[cases.Stored], work: Work) -> None:
    today = work.clock.today()
    histories.add(
        work.session,
        work.keys,
        [
            histories.Entry(
                s.case.case_id,
                today,
                "taken_over" if s.version == 1 else "changed",
                recorded_by=work.caller.person,
            )
            for s in changed
        ],
        work.clock.now(),
    )


def _digest(value: model.Participant | model.Case, keys: Keys) -> bytes:
    """Hash what was handed in, keyed: a plain hash of an SSN could be found by trying."""
    content = {k: v for k, v in asdict(value).items() if k not in model.NOT_HANDED_IN}
    return keys.lookup_hash("content", json.dumps(content, default=str, sort_keys=True))


def _page_violations(
    people: list[model.Participant], handed_in: list[model.Case]
) -> Iterator[model.Violation]:
    for name, things in (("participants", people), ("cases", handed_in)):
        if len(things) > MAX_PAGE_ITEMS:
            yield model.Violation(name, f"{MAX_PAGE_ITEMS} at the most in one message")
    ids = [p.participant_id for p in people]
    yield from domain.repeated_ids("participants.participant_id", ids)
    yield from domain.repeated_ids("cases.case_id", [c.case_id for c in handed_in])
    yield from domain.repeated_ids("cases.case_number", [c.case_number for c in handed_in])
    orders = [order for case in handed_in for order in case.orders]
    obligations = [one for order in orders for one in order.obligations]
    yield from domain.repeated_ids("cases.orders.order_id", [o.order_id for o in orders])
    yield from domain.repeated_ids(
        "cases.orders.obligations.obligation_id", [o.obligation_id for o in obligations]
    )
    for n, person in enumerate(people):
        yield from _at(f"participants[{n}]", domain.participant_violations(person))
    for n, case in enumerate(handed_in):
        yield from _at(f"cases[{n}]", domain.case_violations(case))


def _case_conflicts(
    handed_in: list[model.Case], before: Mapping[str, cases.Known], work: Work
) -> Iterator[model.Violation]:
    parties = {party for c in handed_in for party in domain.parties_of(c)}
    recorded: Mapping[str, object] = dict.fromkeys(participants.existing_ids(work.session, parties))
    taken = cases.numbers_taken(work.session, handed_in)
    orders = [order for case in handed_in for order in case.orders]
    owners = cases.owners(
        work.session,
        [order.order_id for order in orders],
        [o.obligation_id for order in orders for o in order.obligations],
    )
    for n, case in enumerate(handed_in):
        yield from _at(f"cases[{n}]", domain.missing_parties(case, recorded))
        if known := before.get(case.case_id):
            yield from _at(f"cases[{n}]", domain.changed_obligor(case, known.obligor_id))
            yield from _at(
                f"cases[{n}]", domain.worked_here(case, taken_over=not known.worked_here)
            )
        yield from _at(f"cases[{n}]", domain.of_other_cases(case, owners))
        if case.case_number in taken:
            yield model.Violation(
                f"cases[{n}].case_number", f"{case.case_number} belongs to another case"
            )


def _at(path: str, violations: Iterable[model.Violation]) -> Iterator[model.Violation]:
    for violation in violations:
        yield model.Violation(f"{path}.{violation.field}", violation.expected)


def _refuse(violations: Iterable[model.Violation]) -> None:
    found = list(violations)
    if not found:
        return
    told = [FieldViolation(v.field, v.expected) for v in found[:MAX_VIOLATIONS_TOLD]]
    raise PlatformError(
        ErrorReason.ERROR_REASON_INVALID_FIELD,
        f"{found[0].field}: {found[0].expected}"
        + (f" (and {len(found) - 1} more)" if len(found) > 1 else ""),
        metadata={"field": found[0].field, "violations": str(len(found))},
        violations=told,
    )
