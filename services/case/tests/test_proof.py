"""What proves something in a case is a document of that case, and of no other."""

from collections.abc import Callable
from datetime import date

import pytest
from desk_world import ANN, BEN, CASE, JANE, STRANGER, TIM, Desk, fresh, pdf

from case_service.actions.life_events import record_event
from case_service.actions.orders import correct_order
from case_service.actions.protecting import ask_to_lift, lift
from case_service.api.documents import Documents
from case_service.domain.orders.life_events import LifeEvent
from case_service.domain.orders.model import CorrectedObligation, Correction, StatedTerm
from case_service.service import SERVICE
from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import document_service_pb2 as pb

ELSEWHERE = derived_id("test", "another case")
NOT_OF_THIS = "must be the id of a document of this case"


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    page.cases.add(
        case_id=ELSEWHERE,
        case_number="0000123457",
        case_type=case_pb.CASE_TYPE_IV_D,
        assistance_status=case_pb.ASSISTANCE_STATUS_NEVER,
        obligor_id=STRANGER,
        obligee_id=TIM,
        county_fips="21073",
        opened_on=from_date(date(2021, 2, 1)),
    )
    return Desk(runtime_for(SERVICE), page)


def filed(desk: Desk, case_id: str) -> str:
    """Put a document of the agency on file in a case."""
    header = pb.DocumentHeader(
        request_id=fresh(),
        case_id=case_id,
        subject=pb.DOCUMENT_SUBJECT_COURT,
        file_name="order.pdf",
        content_type="application/pdf",
    )
    request = pb.UploadDocumentRequest(header=header, chunk=pdf(case_id))
    with desk.by(ANN) as work:
        return Documents().UploadDocument(iter([request]), work).document.document_id


def test_an_order_is_not_corrected_by_a_paper_of_another_case(desk: Desk) -> None:
    order_id = derived_id("test", "order")
    terms = (StatedTerm(date(2021, 2, 1), None, 21_000, "monthly"),)
    said = (CorrectedObligation(derived_id("test", "obligation"), terms),)
    wrong = Correction(filed(desk, ELSEWHERE), "210.00", said)
    with desk.by(BEN) as work, pytest.raises(PlatformError, match=NOT_OF_THIS):
        correct_order(work, order_id, wrong)
    right = Correction(filed(desk, CASE), "210.00", said)
    with desk.by(BEN) as work:
        assert correct_order(work, order_id, right).cause == "corrected"


def test_nothing_of_a_child_is_shown_by_a_paper_of_another_case(desk: Desk) -> None:
    paper = filed(desk, ELSEWHERE)
    adopted = LifeEvent("", CASE, "adoption", date(2026, 3, 2), TIM, document_id=paper)
    with desk.by(ANN) as work, pytest.raises(PlatformError, match=NOT_OF_THIS):
        record_event(work, CASE, adopted)


def test_no_protection_is_lifted_on_a_paper_of_another_case(desk: Desk) -> None:
    with desk.by(ANN) as work, pytest.raises(PlatformError, match=f"evidence_id: {NOT_OF_THIS}"):
        ask_to_lift(work, JANE, "She asked for it.", filed(desk, ELSEWHERE))
    paper = filed(desk, CASE)
    with desk.by(ANN) as work:
        asked = ask_to_lift(work, JANE, "She asked for it.", paper)
    assert (asked.lift_asked_by, asked.reason) == ("ann", "Taken over from another system.")
    with desk.by(BEN) as work:
        assert lift(work, JANE).lifted_by == "ben"
