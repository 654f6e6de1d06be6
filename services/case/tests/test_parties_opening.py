"""Opening a case: who is recorded once, where the case goes, and who is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Thread

import pytest
from parties_world import CHILD, FATHER, KENTON, MOTHER, new_case, told

from case_service.actions.parties import NewMember, Person, open_case
from case_service.domain.numbers import luhn_digit
from case_service.service import SERVICE
from case_service.store import cases, participants
from chassis.errors import PlatformError
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import events_pb2 as events


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    return runtime_for(SERVICE)


def test_a_case_is_opened_with_its_people_its_number_and_its_office(runtime: Runtime) -> None:
    with runtime.work(Caller("worker-1")) as work:
        stored = open_case(work, new_case())
    with runtime.work() as work:
        case = cases.read(work.session, [stored.case.case_id])[0].case
        people = participants.read(
            work.session,
            work.keys,
            [case.obligor_id, case.obligee_id, *(m.participant_id for m in case.members)],
        )
    assert luhn_digit(case.case_number[:-1]) == case.case_number[-1]
    assert case.office_id == KENTON
    assert sorted(p.participant.first_name for p in people) == ["Jane", "John", "Kim"]
    kinds = [m.DESCRIPTOR.name for m in told(runtime)]
    assert kinds[:3] == ["ParticipantsChanged"] * 3
    assert "CasesChanged" in kinds
    assert "NoticesIssued" in kinds


def test_a_case_in_which_nobody_is_known_to_owe_is_not_told_yet(runtime: Runtime) -> None:
    several = replace(
        new_case(),
        obligor=None,
        members=(
            NewMember(Person(new=CHILD), "child"),
            NewMember(Person(new=FATHER), "alleged_father"),
        ),
    )
    with runtime.work() as work:
        stored = open_case(work, several)
    assert stored.case.obligor_id == ""
    assert not [m for m in told(runtime) if isinstance(m, events.CasesChanged)]


def test_a_second_case_between_the_same_two_is_refused_by_number(runtime: Runtime) -> None:
    with runtime.work() as work:
        first = open_case(work, new_case()).case
    again = replace(
        new_case(),
        obligee=Person(first.obligee_id),
        obligor=Person(first.obligor_id),
        members=(),
    )
    with runtime.work() as work, pytest.raises(PlatformError, match=first.case_number):
        open_case(work, again)


def test_bad_fields_of_a_new_case_are_all_named(runtime: Runtime) -> None:
    bad = replace(new_case(), case_type="", assistance_status="", office_id="21002", obligor=None)
    bad = replace(bad, members=())
    with runtime.work() as work, pytest.raises(PlatformError) as caught:
        open_case(work, bad)
    named = [v.field for v in caught.value.violations]
    assert named == ["case_type", "assistance_status", "members", "office_id"]


def test_a_county_without_an_office_is_refused(runtime: Runtime) -> None:
    with runtime.work() as work, pytest.raises(PlatformError, match="county_fips"):
        open_case(work, replace(new_case(), county_fips="39061"))


def test_two_workers_who_record_the_same_person_at_once_record_him_once(runtime: Runtime) -> None:
    outcomes: list[str] = []

    def run() -> None:
        try:
            with runtime.work() as work:
                open_case(work, new_case())
            outcomes.append("opened")
        except PlatformError as error:
            outcomes.append(error.detail)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(o[:6] for o in outcomes) == ["opened", "ssn: a"]


def test_a_child_is_told_with_who_has_it_and_a_grown_up_with_himself_alone(
    runtime: Runtime,
) -> None:
    with runtime.work() as work:
        case = open_case(work, new_case()).case
    last: dict[str, tuple[str, ...]] = {}
    from chassis.crypto import load_keys

    reader = load_keys("notification", runtime.settings.keys_file.parent / "notification.keys.json")
    for message in told(runtime):
        if isinstance(message, events.ParticipantsChanged):
            for state in message.participants:
                opened = reader.open(state.contact_for_notification)
                assert opened is not None
                contact = events.ParticipantContact.FromString(opened)
                last[state.first_name] = tuple(contact.visible_to)
    assert last["Jane"] == (case.obligee_id,)
    assert last["John"] == (case.obligor_id,)
    assert last["Kim"] == (case.members[0].participant_id, case.obligee_id)


def test_mother_is_born_when_she_says(runtime: Runtime) -> None:
    with runtime.work() as work:
        case = open_case(work, new_case()).case
        mother = participants.read(work.session, work.keys, [case.obligee_id])[0].participant
    assert mother.birth_date == MOTHER.birth_date == date(1989, 7, 7)
