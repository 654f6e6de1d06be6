"""An import never undoes what was done here: not a worker's change, not a protection."""

from collections.abc import Callable

import pytest
from conftest import CASE, OBLIGEE, OBLIGOR
from google.protobuf.field_mask_pb2 import FieldMask
from parties_world import told

from case_service.api.imports import CaseImports
from case_service.api.parties import Parties
from case_service.republish import republish_participants
from case_service.service import SERVICE
from case_service.store import participants
from chassis.crypto import load_keys
from chassis.errors import PlatformError
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import events_pb2 as events
from childsupport.case.v1 import party_service_pb2 as pb

CHILD = derived_id("test", "child")


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    return runtime_for(SERVICE)


def take(runtime: Runtime, page: case_pb.ImportCasesRequest) -> case_pb.ImportCasesResponse:
    with runtime.work() as work:
        return CaseImports().ImportCases(iter([page]), work)


def test_an_import_does_not_lift_a_protection(
    runtime: Runtime, page: case_pb.ImportCasesRequest
) -> None:
    take(runtime, page)
    page.participants[1].protected = False
    with pytest.raises(PlatformError) as caught:
        take(runtime, page)
    assert [v.field for v in caught.value.violations] == ["participants[1].protected"]


def test_an_import_does_not_overwrite_a_worker_s_change(
    runtime: Runtime, page: case_pb.ImportCasesRequest
) -> None:
    take(runtime, page)
    request = pb.UpdateParticipantRequest(
        participant=case_pb.Participant(participant_id=OBLIGOR, phone="5025550199"),
        update_mask=FieldMask(paths=["phone"]),
    )
    with runtime.work() as work:
        Parties().UpdateParticipant(request, work)
    assert take(runtime, page).unchanged == 3
    page.participants[0].first_name = "Jonathan"
    with pytest.raises(PlatformError) as caught:
        take(runtime, page)
    assert [v.field for v in caught.value.violations] == ["participants[0].participant_id"]


def test_everything_that_is_handed_in_of_a_person_is_kept_and_told_sealed(
    runtime: Runtime, page: case_pb.ImportCasesRequest
) -> None:
    """A child's school too; it is sealed for nobody, since no other service asks for it."""
    page.participants[0].employer.name = "Bluegrass Lantern Works"
    page.participants[0].phone = "5025550177"
    kim = page.participants.add()
    kim.participant_id, kim.last_name, kim.school = CHILD, "Doe", "Cedar Wren Elementary"
    page.cases[0].members.add(participant_id=CHILD, role=case_pb.CASE_ROLE_CHILD)
    assert take(runtime, page).participants_changed == 3
    with runtime.work() as work:
        found = {
            s.participant.participant_id: s.participant
            for s in participants.read(work.session, work.keys, [OBLIGOR, CHILD])
        }
        republish_participants(work, None)
    assert found[CHILD].school == "Cedar Wren Elementary"
    directory = runtime.settings.keys_file.parent
    keys = {r: load_keys(r, directory / f"{r}.keys.json") for r in ("notification", "withholding")}
    first, *_, last = [m for m in told(runtime) if isinstance(m, events.ParticipantsChanged)]
    for message in (first, last):
        states = {p.participant_id: p for p in message.participants}
        opened = keys["withholding"].open(states[OBLIGOR].employment_for_withholding)
        assert opened is not None
        employment = events.ParticipantEmployment.FromString(opened)
        assert employment.employer.name == "Bluegrass Lantern Works"
        assert list(employment.visible_to) == [OBLIGOR]
        opened = keys["notification"].open(states[CHILD].contact_for_notification)
        assert opened is not None
        contact = events.ParticipantContact.FromString(opened)
        assert list(contact.visible_to) == [CHILD, OBLIGEE]
    assert page.cases[0].case_id == CASE
