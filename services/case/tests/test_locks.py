"""Who works a case does not keep its parties from sending things in."""

from collections.abc import Callable

import pytest
from desk_world import ANN, CASE, JANE, PORTAL, Desk

from case_service.actions.changing import lock_case
from case_service.actions.recording import lock_participant
from case_service.api.parties import Parties
from case_service.service import SERVICE
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as pb


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    return Desk(runtime_for(SERVICE), page)


def test_a_party_reports_while_a_worker_holds_the_case_and_neither_waits_for_the_other(
    desk: Desk,
) -> None:
    """A new row that names a locked case or participant must not wait for the lock."""
    request = pb.ReportChangeRequest(
        case_id=CASE,
        participant_id=JANE,
        kind=pb.CHANGE_KIND_CONTACT,
        details=pb.ChangeDetails(phone="5025550111"),
    )
    with desk.by(ANN) as holding:
        lock_case(holding, CASE)
        desk.do(Parties().ReportChange, request, PORTAL)
        lock_participant(holding, JANE)
    assert "change_reported" in desk.history()


def test_a_document_is_sent_in_while_a_worker_holds_case_and_party(desk: Desk) -> None:
    with desk.by(ANN) as holding:
        lock_case(holding, CASE)
        lock_participant(holding, JANE)
        assert desk.upload(JANE).state
