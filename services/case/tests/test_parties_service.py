"""What workers and parties do with people and cases, on a real database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from parties_world import FATHER, KENTON, MOTHER, PLANTED, new_case, told
from sqlalchemy import text

from case_service.actions.changing import lock_case, save_case
from case_service.actions.parties import NewMember, Person, open_case
from case_service.api.offices import OfficeReads, Offices
from case_service.api.parties import Parties
from case_service.api.party_reads import LocationLookUps, PartyReads
from case_service.domain.happenings import sentence
from case_service.domain.model import Case
from case_service.jobs.parties import index_participants
from case_service.service import SERVICE
from case_service.store import histories, participants
from chassis.crypto import load_keys
from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.runtime import Caller, Runtime, Work
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import events_pb2 as events
from childsupport.case.v1 import office_service_pb2 as office_pb
from childsupport.case.v1 import party_service_pb2 as pb

ANN, BEN = Caller("ann", frozenset({"case.read", "case.write"})), Caller("ben")
ACCOUNT = case_pb.BankAccount(routing_number="987654320", account_number="7766554433")


class World:
    """A case service with one opened case."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        with runtime.work(ANN) as work:
            self.case: Case = open_case(work, new_case()).case
        self.mother, self.father = self.case.obligee_id, self.case.obligor_id
        self.child = self.case.members[0].participant_id

    @contextmanager
    def by(self, caller: Caller = ANN) -> Iterator[Work]:
        with self.runtime.work(caller) as work:
            yield work

    def participant(self, participant_id: str) -> participants.Stored:
        with self.by() as work:
            return participants.read(work.session, work.keys, [participant_id])[0]

    def history(self) -> list[str]:
        with self.by() as work:
            entries = histories.read(work.session, work.keys, self.case.case_id)
            return [sentence(e.kind, e.facts) for e in entries]

    def report(self, kind: pb.ChangeKind.ValueType, **details: object) -> pb.ReportedChange:
        request = pb.ReportChangeRequest(
            case_id=self.case.case_id,
            participant_id=self.mother,
            kind=kind,
            details=pb.ChangeDetails(**details),  # type: ignore[arg-type]
        )
        with self.by(Caller("portal")) as work:
            return Parties().ReportChange(request, work).change

    def accept(self, change_id: str, caller: Caller = ANN, etag: str = "") -> pb.ReportedChange:
        with self.by(caller) as work:
            request = pb.AcceptChangeRequest(change_id=change_id, etag=etag)
            return Parties().AcceptChange(request, work).change


@pytest.fixture
def world(runtime_for: Callable[..., Runtime]) -> World:
    return World(runtime_for(SERVICE))


def refused(error: pytest.ExceptionInfo[PlatformError]) -> list[str]:
    return [v.field for v in error.value.violations]


def record(world: World, caller: Caller = ANN, **given: object) -> case_pb.Participant:
    confirmed = given.pop("confirm", [])
    request = pb.RecordParticipantRequest(
        participant=case_pb.Participant(**given),  # type: ignore[arg-type]
        confirm_not_duplicate_of=confirmed,  # type: ignore[arg-type]
    )
    with world.by(caller) as work:
        return Parties().RecordParticipant(request, work).participant


def test_a_person_is_recorded_once(world: World) -> None:
    born = from_date(date(1989, 7, 7))
    with pytest.raises(PlatformError) as caught:
        record(world, first_name="Jayne", last_name="Doe", birth_date=born)
    number = world.participant(world.mother).participant.participant_number
    assert number in caught.value.detail
    assert caught.value.metadata["candidates"] == world.mother
    confirmed = record(
        world, first_name="Jayne", last_name="Doe", birth_date=born, confirm=[world.mother]
    )
    assert confirmed.etag == "1"
    with world.by() as work:
        found = PartyReads().FindDuplicates(
            pb.FindDuplicatesRequest(participant_id=confirmed.participant_id), work
        )
    assert [c.participant.participant_id for c in found.candidates] == [world.mother]


def test_the_same_ssn_is_refused_even_when_confirmed_and_named_to_who_may_know(
    world: World,
) -> None:
    number = world.participant(world.father).participant.participant_number
    for caller, told_number in ((ANN, True), (BEN, False)):
        with pytest.raises(PlatformError, match="Social Security number") as caught:
            record(world, caller, last_name="Roe", ssn=FATHER.ssn, confirm=[world.father])
        assert (number in caught.value.detail) is told_number


def test_bad_fields_are_all_named(world: World) -> None:
    with pytest.raises(PlatformError) as caught:
        record(world, phone="1", ssn="12", employer=case_pb.Employer(phone="x"))
    assert refused(caught) == ["last_name", "ssn", "phone", "employer.name", "employer.phone"]
    with pytest.raises(PlatformError) as caught:
        record(world, last_name="Roe", bank_account=ACCOUNT)
    assert refused(caught) == ["participant.bank_account"]


def update(world: World, etag: str, *paths: str, **given: object) -> case_pb.Participant:
    request = pb.UpdateParticipantRequest(
        participant=case_pb.Participant(participant_id=world.mother, etag=etag, **given),  # type: ignore[arg-type]
        update_mask=FieldMask(paths=paths),
    )
    with world.by() as work:
        return Parties().UpdateParticipant(request, work).participant


def test_only_the_named_fields_change_and_the_history_says_which_not_what(world: World) -> None:
    before = world.participant(world.mother)
    etag = str(before.version)
    after = update(world, etag, "phone", "last_name", phone="5025550199", last_name="Roe")
    assert after.version == before.version + 1
    now = world.participant(world.mother).participant
    assert now == replace(before.participant, phone="5025550199", last_name="Roe")
    assert world.history()[-1] == "What is recorded of Jane Roe was changed: last name, phone."
    with pytest.raises(PlatformError, match="somebody else"):
        update(world, etag, "phone", phone="5025550100")
    assert update(world, "", "phone", phone="5025550199").version == after.version


def test_what_is_not_changed_by_update_says_how_it_is(world: World) -> None:
    for path in ("bank_account", "protected", "participant_number", "nonsense"):
        with pytest.raises(PlatformError, match=path) as caught:
            update(world, "", path)
        assert refused(caught) == ["update_mask"]


def search(world: World, **given: object) -> list[str]:
    with world.by() as work:
        request = pb.SearchParticipantsRequest(**given)  # type: ignore[arg-type]
        found = PartyReads().SearchParticipants(request, work).participants
    return sorted(p.first_name for p in found)


def test_people_are_found_by_what_is_known_of_them(world: World) -> None:
    number = world.participant(world.father).participant.participant_number
    assert search(world, name_prefix="do") == ["Jane", "John", "Kim"]
    assert search(world, name_prefix="Doe, J") == ["Jane", "John"]
    assert search(world, ssn=MOTHER.ssn) == ["Jane"]
    assert search(world, birth_date=from_date(date(2019, 3, 4))) == ["Kim"]
    assert search(world, participant_number=number) == ["John"]
    assert search(world, name_prefix="do", ssn="900019999") == []
    for given in ({}, {"name_prefix": "d%"}, {"ssn": "9000"}):
        with pytest.raises(PlatformError):
            search(world, **given)


def test_a_search_is_turned_page_by_page(world: World) -> None:
    seen: list[str] = []
    token = ""
    with world.by() as work:
        while True:
            request = pb.SearchParticipantsRequest(name_prefix="Doe", page_size=2, page_token=token)
            page = PartyReads().SearchParticipants(request, work)
            seen += [p.first_name for p in page.participants]
            token = page.next_page_token
            if not token:
                break
    assert sorted(seen) == ["Jane", "John", "Kim"]


def test_who_was_recorded_before_there_was_a_search_becomes_findable(world: World) -> None:
    with world.by() as work:
        work.session.execute(
            text("UPDATE participant SET name_key=NULL, search_name=NULL, birth_hash=NULL")
        )
    assert search(world, name_prefix="do") == []
    with world.by() as work:
        assert index_participants(work) is False
    assert search(world, name_prefix="do") == ["Jane", "John", "Kim"]


def test_a_participant_is_shown_with_his_cases(world: World) -> None:
    with world.by() as work:
        found = PartyReads().GetPartyDetails(
            pb.GetPartyDetailsRequest(participant_id=world.child), work
        )
    assert [(p.case_number, p.role) for p in found.parts] == [
        (world.case.case_number, pb.PARTY_ROLE_CHILD)
    ]
    assert found.participant.first_name == "Kim"


def test_who_owes_is_named_once_and_the_case_is_told_from_then_on(
    runtime_for: Callable[..., Runtime],
) -> None:
    runtime = runtime_for(SERVICE)
    other = replace(FATHER, first_name="Marcus", last_name="Tolliver", ssn="900010009")
    open_case_of = replace(
        new_case(),
        obligor=None,
        members=(
            *new_case().members,
            NewMember(Person(new=FATHER), "alleged_father"),
            NewMember(Person(new=other), "alleged_father"),
        ),
    )
    with runtime.work(ANN) as work:
        case = open_case(work, open_case_of).case
    fathers = [m.participant_id for m in case.members if m.role == "alleged_father"]
    request = pb.NameObligorRequest(
        case_id=case.case_id,
        participant_id=fathers[0],
        basis=pb.OBLIGOR_BASIS_PATERNITY,
        etag="1",
    )
    assert not [m for m in told(runtime) if isinstance(m, events.CasesChanged)]
    with runtime.work(ANN) as work:
        named = Parties().NameObligor(request, work).case
    said = [m for m in told(runtime) if isinstance(m, events.CasesChanged)]
    assert [c.cases[0].obligor_id for c in said] == [fathers[0]]
    assert all(m.HasField("until") for m in named.members if m.role == 2)
    request.participant_id, request.etag = fathers[1], ""
    with runtime.work(ANN) as work, pytest.raises(PlatformError, match="already"):
        Parties().NameObligor(request, work)


def test_members_come_and_go(world: World) -> None:
    baby = record(world, first_name="Robin", last_name="Doe")
    with world.by() as work:
        case = (
            Parties()
            .AddMember(
                pb.AddMemberRequest(
                    case_id=world.case.case_id,
                    participant_id=baby.participant_id,
                    role=case_pb.CASE_ROLE_CHILD,
                    etag="1",
                ),
                work,
            )
            .case
        )
    assert [m.participant_id for m in case.members if m.role == case_pb.CASE_ROLE_CHILD] == sorted(
        [world.child, baby.participant_id]
    )
    assert seen_by(world, baby.participant_id) == [baby.participant_id, world.mother]
    end = pb.EndMemberRequest(
        case_id=world.case.case_id,
        participant_id=baby.participant_id,
        role=case_pb.CASE_ROLE_CHILD,
        reason="Lives with her aunt in Ohio.",
        etag=case.etag,
    )
    with world.by() as work:
        Parties().EndMember(end, work)
    assert seen_by(world, baby.participant_id) == [baby.participant_id]
    assert world.history()[-1] == (
        "Robin Doe is no longer in the case as child: Lives with her aunt in Ohio."
    )
    end.etag = ""
    with world.by() as work, pytest.raises(PlatformError) as caught:
        Parties().EndMember(end, work)
    assert refused(caught) == ["participant_id"]


def test_a_closed_case_gives_nobody_a_look_at_its_child(world: World) -> None:
    assert seen_by(world, world.child) == [world.child, world.mother]
    with world.by() as work:
        before = lock_case(work, world.case.case_id)
        closed = replace(before.case, status="closed", closed_on=date(2026, 3, 6))
        save_case(work, before, closed)
    assert seen_by(world, world.child) == [world.child]


def seen_by(world: World, participant_id: str) -> list[str]:
    """Return who may see a participant's places, as the last event about him says."""
    keys = load_keys(
        "notification", world.runtime.settings.keys_file.parent / "notification.keys.json"
    )
    last: list[str] = []
    for message in told(world.runtime):
        if isinstance(message, events.ParticipantsChanged):
            for state in message.participants:
                if state.participant_id == participant_id:
                    opened = keys.open(state.contact_for_notification)
                    assert opened is not None
                    last = list(events.ParticipantContact.FromString(opened).visible_to)
    return last


def test_a_grown_up_of_the_case_is_no_child_of_it(world: World) -> None:
    request = pb.AddMemberRequest(
        case_id=world.case.case_id, participant_id=world.father, role=case_pb.CASE_ROLE_CHILD
    )
    with world.by() as work, pytest.raises(PlatformError) as caught:
        Parties().AddMember(request, work)
    assert refused(caught) == ["participant_id"]


def transfer(world: World, office_id: str, note: str) -> case_pb.Case:
    request = pb.TransferCaseRequest(case_id=world.case.case_id, office_id=office_id, note=note)
    with world.by() as work:
        return Parties().TransferCase(request, work).case


def test_a_case_is_assigned_and_handed_over_with_a_note(world: World) -> None:
    """What waits in it goes with it."""
    world.report(pb.CHANGE_KIND_CONTACT, phone="5025550111")
    with world.by() as work:
        request = pb.AssignCaseRequest(case_id=world.case.case_id, worker_id="cora", etag="1")
        assert Parties().AssignCase(request, work).case.worker_id == "cora"
        assert places(work) == [(KENTON, "cora")]
    moved = transfer(world, "21067", "She asked for an interpreter.")
    assert (moved.office_id, moved.worker_id) == ("21067", "")
    assert world.history()[-2:] == [
        "The case was given to cora.",
        "The case went from Kenton to Fayette. Note: She asked for an interpreter.",
    ]
    notices = [
        n for m in told(world.runtime) if isinstance(m, events.NoticesIssued) for n in m.notices
    ]
    moved_notices = [n for n in notices if n.kind == "office_changed"]
    # She is protected: to which county her case went is not told to the other side.
    told_of = {n.participant_id: dict(n.facts) for n in moved_notices}
    assert told_of == {world.mother: {"office": "Fayette"}, world.father: {}}


def places(work: Work) -> list[tuple[str, str]]:
    rows = work.session.execute(text("SELECT office_id, worker_id FROM worklist_item"))
    return [(row.office_id, row.worker_id) for row in rows]


def test_a_hand_over_that_is_wrong_is_refused(world: World) -> None:
    for office_id, note, field in (
        ("21002", "x", "office_id"),
        (KENTON, "x", "office_id"),
        ("21067", " ", "note"),
        ("21067", f"She lives at {PLANTED['address']}.", "note"),
    ):
        with pytest.raises(PlatformError) as caught:
            transfer(world, office_id, note)
        assert refused(caught) == [field]
        assert PLANTED["address"] not in caught.value.detail


def waiting_kinds(work: Work) -> list[str]:
    return list(work.session.scalars(text("SELECT kind FROM worklist_item WHERE state = 'open'")))


def test_a_reported_address_waits_for_a_worker_and_then_is_told(world: World) -> None:
    new = case_pb.PostalAddress(line1="5 New Road", city="Paris", state="KY", zip_code="40361")
    change = world.report(pb.CHANGE_KIND_ADDRESS, address=new)
    assert world.participant(world.mother).participant == replace(
        MOTHER,
        participant_id=world.mother,
        participant_number=world.participant(world.mother).participant.participant_number,
    )
    with world.by() as work:
        dump = str(
            work.session.execute(text("SELECT reported_change::text FROM reported_change")).all()
        )
        kinds = list(
            work.session.scalars(text("SELECT kind FROM worklist_item WHERE state='open'"))
        )
        shown = PartyReads().GetReportedChange(
            pb.GetReportedChangeRequest(change_id=change.change_id), work
        )
    assert "5 New Road" not in dump
    assert "DEMO" in kinds
    assert (shown.old.address.line1, shown.new.address.line1) == (PLANTED["address"], "5 New Road")
    before = len(told(world.runtime))
    decided = world.accept(change.change_id, etag=change.etag)
    assert decided.state == pb.CHANGE_STATE_ACCEPTED
    address = world.participant(world.mother).participant.address
    assert address is not None
    assert address.line1 == "5 New Road"
    kinds_told = [m.DESCRIPTOR.name for m in told(world.runtime)[before:]]
    assert kinds_told == ["ParticipantsChanged", "NoticesIssued"]
    with pytest.raises(PlatformError, match="accepted already"):
        world.accept(change.change_id)
    with world.by() as work:
        assert "DEMO" not in waiting_kinds(work)


def test_what_is_reported_anew_takes_the_place_of_what_waits(world: World) -> None:
    first = world.report(pb.CHANGE_KIND_CONTACT, phone="5025550111")
    second = world.report(pb.CHANGE_KIND_CONTACT, phone="5025550122")
    with pytest.raises(PlatformError, match="replaced already"):
        world.accept(first.change_id)
    world.accept(second.change_id)
    assert world.participant(world.mother).participant.phone == "5025550122"
    with world.by() as work:
        listed = PartyReads().ListReportedChanges(
            pb.ListReportedChangesRequest(participant_id=world.mother), work
        )
    assert {c.change_id: c.state for c in listed.changes} == {
        first.change_id: pb.CHANGE_STATE_REPLACED,
        second.change_id: pb.CHANGE_STATE_ACCEPTED,
    }


def test_a_rejected_change_changes_nothing_and_says_why(world: World) -> None:
    change = world.report(pb.CHANGE_KIND_EMPLOYMENT)
    request = pb.RejectChangeRequest(change_id=change.change_id)
    with world.by() as work, pytest.raises(PlatformError) as caught:
        Parties().RejectChange(request, work)
    assert refused(caught) == ["answer"]
    request.answer = "Please send the letter of the employer."
    with world.by() as work:
        assert Parties().RejectChange(request, work).change.state == pb.CHANGE_STATE_REJECTED
    assert world.participant(world.mother).participant.employer == MOTHER.employer
    notice = [m for m in told(world.runtime) if isinstance(m, events.NoticesIssued)][-1].notices[0]
    assert (notice.kind, notice.participant_id) == ("change_rejected", world.mother)
    assert notice.HasField("text_for_notification")


def test_nobody_reports_for_a_case_that_is_not_his(world: World) -> None:
    for stranger in (world.child, "00000000-0000-7000-8000-000000000001"):
        request = pb.ReportChangeRequest(
            case_id=world.case.case_id,
            participant_id=stranger,
            kind=pb.CHANGE_KIND_CONTACT,
            details=pb.ChangeDetails(phone="5025550111"),
        )
        with world.by() as work, pytest.raises(PlatformError, match="case not found"):
            Parties().ReportChange(request, work)


def test_an_account_that_a_worker_records_takes_another_worker(world: World) -> None:
    request = pb.RecordAccountChangeRequest(
        case_id=world.case.case_id, participant_id=world.mother, bank_account=ACCOUNT
    )
    with world.by(ANN) as work:
        change = Parties().RecordAccountChange(request, work).change
    with pytest.raises(PlatformError, match="two people"):
        world.accept(change.change_id, ANN)
    assert world.participant(world.mother).participant.bank_account is None
    world.accept(change.change_id, BEN)
    account = world.participant(world.mother).participant.bank_account
    assert account is not None
    assert account.account_number == "7766554433"


def test_an_account_that_the_party_reports_takes_one_worker_and_is_shown_by_its_end(
    world: World,
) -> None:
    change = world.report(pb.CHANGE_KIND_ACCOUNT, bank_account=ACCOUNT)
    with world.by() as work:
        shown = PartyReads().GetReportedChange(
            pb.GetReportedChangeRequest(change_id=change.change_id), work
        )
    assert shown.new.bank_account.account_number == "4433"
    with pytest.raises(PlatformError, match="two people"):
        world.accept(change.change_id, Caller("portal"))
    world.accept(change.change_id, ANN)
    with world.by() as work:
        own = PartyReads().GetOwnDetails(
            pb.GetOwnDetailsRequest(case_id=world.case.case_id, participant_id=world.mother), work
        )
    assert own.account_last_four == "4433"
    assert own.locations.address.line1 == PLANTED["address"]


def protection(world: World, method: str, caller: Caller, **given: str) -> pb.Protection:
    request = getattr(pb, f"{method}Request")(participant_id=world.mother, **given)
    with world.by(caller) as work:
        answer = getattr(Parties(), method)(request, work)
    found: pb.Protection = answer.protection
    return found


def test_lifting_a_protection_takes_two_people(world: World) -> None:
    with pytest.raises(PlatformError, match="two people"):
        protection(world, "ConfirmLiftProtection", BEN)
    with pytest.raises(PlatformError, match="evidence_id"):
        protection(world, "LiftProtection", ANN, reason="She asked for it.")
    protection(world, "LiftProtection", ANN, reason="She asked for it.", evidence_id="doc-1")
    with pytest.raises(PlatformError, match="two people"):
        protection(world, "ConfirmLiftProtection", ANN)
    assert world.participant(world.mother).participant.protected
    lifted = protection(world, "ConfirmLiftProtection", BEN)
    assert (lifted.lift_asked_by, lifted.lifted_by) == ("ann", "ben")
    assert not world.participant(world.mother).participant.protected
    with pytest.raises(PlatformError, match="not protected"):
        protection(world, "LiftProtection", ANN, reason="x", evidence_id="doc-1")
    protection(world, "SetProtection", ANN, reason="A new protective order.")
    with world.by() as work:
        times = PartyReads().GetProtection(
            pb.GetProtectionRequest(participant_id=world.mother), work
        )
    assert [t.HasField("lifted_on") for t in times.protections] == [True, False]


def test_protection_that_is_set_again_takes_back_the_wish_to_lift_it(world: World) -> None:
    protection(world, "LiftProtection", ANN, reason="She asked for it.", evidence_id="doc-1")
    protection(world, "SetProtection", BEN, reason="She is afraid.")
    with pytest.raises(PlatformError, match="two people"):
        protection(world, "ConfirmLiftProtection", BEN)


def look(world: World, participant_id: str, shown_to_id: str = "") -> pb.Locations:
    request = pb.GetLocationsRequest(
        participant_id=participant_id,
        purpose=pb.LOCATION_PURPOSE_CONTACT,
        shown_to_id=shown_to_id,
    )
    with world.by() as work:
        return LocationLookUps().GetLocations(request, work).locations


def test_a_look_at_a_protected_person_stands_in_the_history(world: World) -> None:
    assert look(world, world.mother).employer.name == PLANTED["employer"]
    assert world.history()[-1] == (
        "Where Jane Doe, who is protected, can be found was looked up: to write or call."
    )


def test_the_other_side_is_answered_as_if_there_were_nobody(world: World) -> None:
    assert look(world, world.child, world.mother).school == PLANTED["school"]
    for subject in (world.mother, world.child):
        with pytest.raises(PlatformError, match="participant not found"):
            look(world, subject, world.father)


def test_an_office_says_where_it_is_and_who_takes_its_new_cases(world: World) -> None:
    office = office_pb.Office(
        office_id=KENTON,
        phone="8595550100",
        street="1 Court Street",
        city="Covington",
        zip_code="41011",
        hours="Monday to Friday, 8 to 4:30",
        worked_by="21015",
        etag="0",
    )
    with world.by() as work:
        request = office_pb.UpdateOfficeRequest(office=office)
        assert Offices().UpdateOffice(request, work).office.etag == "1"
    with world.by() as work, pytest.raises(PlatformError, match="somebody else"):
        Offices().UpdateOffice(request, work)
    with world.by() as work:
        listed = OfficeReads().ListOffices(office_pb.ListOfficesRequest(page_size=1000), work)
        kenton = OfficeReads().GetOffice(office_pb.GetOfficeRequest(office_id=KENTON), work).office
        other = replace(FATHER, first_name="Marcus", last_name="Tolliver", ssn="")
        new = replace(
            new_case(), obligee=Person(world.mother), obligor=Person(new=other), members=()
        )
        assert open_case(work, new).case.office_id == "21015"
    assert len(listed.offices) == 120
    assert (kenton.county, kenton.hours) == ("Kenton", "Monday to Friday, 8 to 4:30")


def test_an_office_s_fields_are_checked(world: World) -> None:
    office = office_pb.Office(office_id=KENTON, phone="1", zip_code="x", worked_by=KENTON)
    with world.by() as work, pytest.raises(PlatformError) as caught:
        Offices().UpdateOffice(office_pb.UpdateOfficeRequest(office=office), work)
    assert refused(caught) == ["office.phone", "office.zip_code", "office.worked_by"]


def test_a_case_is_opened_over_the_wire(world: World) -> None:
    request = pb.OpenCaseRequest(
        case_type=case_pb.CASE_TYPE_NON_IV_D,
        obligee=pb.NewCasePerson(participant_id=world.mother),
        obligor=pb.NewCasePerson(
            participant=case_pb.Participant(first_name="Marcus", last_name="Tolliver")
        ),
        county_fips="21067",
    )
    with world.by() as work:
        case = Parties().OpenCase(request, work).case
    assert (case.office_id, case.case_type) == ("21067", case_pb.CASE_TYPE_NON_IV_D)
    request.obligor.participant.bank_account.CopyFrom(ACCOUNT)
    with world.by() as work, pytest.raises(PlatformError) as caught:
        Parties().OpenCase(request, work)
    assert refused(caught) == ["obligor.bank_account"]
