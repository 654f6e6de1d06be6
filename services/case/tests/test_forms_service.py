"""FormReadService: a form from data, or from the records of a party and of nobody else."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from form_examples import examples
from google.protobuf.json_format import ParseDict
from pypdf import PdfReader

from case_service.api.forms import FormReads
from case_service.domain.applications import (
    Applicant,
    Application,
    Certification,
    Child,
    Content,
    ExistingOrder,
    Marriage,
    OtherParent,
    Safety,
)
from case_service.domain.model import Address
from case_service.importing import import_page
from case_service.service import SERVICE
from case_service.store import applications
from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import form_service_pb2 as pb
from childsupport.common.v1 import annotations_pb2
from childsupport.common.v1.errors_pb2 import ErrorReason

OBLIGOR, OBLIGEE, CASE = (derived_id("test", name) for name in ("obligor", "obligee", "case"))
PLANTED = "1 Hidden Lane"
KENTUCKY = {"state": "KY", "zip_code": "40601"}
HEAD = ("date", "language", "case_number", "office", "to")


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Runtime:
    """The family of conftest: its obligee is protected and reads Spanish."""
    runtime = runtime_for(SERVICE)
    page.participants[0].address.CopyFrom(
        case_pb.PostalAddress(line1="12 Maple Street", city="Louisville", **KENTUCKY)
    )
    with runtime.work() as work:
        import_page(page, work)
    return runtime


def rendered(runtime: Runtime, request: pb.RenderFormRequest) -> list[pb.FormFile]:
    with runtime.work() as work:
        return list(FormReads().RenderForm(request, work).files)


def text_of(file: pb.FormFile) -> str:
    pages = PdfReader(io.BytesIO(file.pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def days(value: Any) -> Any:
    """Return an example with its days as a message has them."""
    if isinstance(value, dict):
        return {key: days(one) for key, one in value.items()}
    if isinstance(value, list):
        return [days(one) for one in value]
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return {"year": day.year, "month": day.month, "day": day.day}


def notice_of_review(**given: Any) -> pb.RenderFormRequest:
    office = pb.FormOffice(
        name="Franklin County Child Support",
        address=case_pb.PostalAddress(line1="100 Example Street", city="Frankfort", **KENTUCKY),
    )
    own = pb.ReviewRightForm(court_number="21-CI-00456")
    return pb.RenderFormRequest(office=office, review_right=own, **given)


def test_the_examples_of_the_page_are_requests_by_the_same_names(runtime: Runtime) -> None:
    for kind, example in days(examples()).items():
        head = {key: example.pop(key) for key in HEAD if key in example}
        files = rendered(runtime, ParseDict(head | {kind: example}, pb.RenderFormRequest()))

        assert [file.pdf[:5] for file in files] == [b"%PDF-"] * len(files)
        assert len(files) == (3 if kind == "genetic_test" else 1)


def test_a_party_gets_a_sheet_of_own_record_alone(runtime: Runtime) -> None:
    """Family violence: where the protected parent lives stands on no sheet but that parent's."""
    (own,) = rendered(runtime, notice_of_review(case_id=CASE, reader_id=OBLIGEE))
    (other,) = rendered(runtime, notice_of_review(case_id=CASE, reader_id=OBLIGOR))

    assert f"Jane Doe {PLANTED} Frankfort, KY 40601" in text_of(own)
    assert own.title == "Su derecho a pedir una revisión"
    assert "0000123456" in text_of(own)
    shown = text_of(other)
    assert "John Doe 12 Maple Street Louisville, KY 40601" in shown
    for word in (PLANTED, "Jane"):
        assert word not in shown
        assert word.encode() not in other.SerializeToString()


KEPT = Application(
    derived_id("test", "application"),
    1,
    "application",
    "online",
    date(2026, 3, 2),
    date(2026, 3, 2),
    content=Content(
        applicant=Applicant(
            first_name="Mary",
            last_name="Muster",
            ssn="900010001",
            address=Address("9 Refuge Road", "", "Berea", "", ""),
            language="es",
            relationship="parent_with_child",
        ),
        other_parents=(OtherParent(last_name="Uno"), OtherParent(last_name="Dos")),
        children=(Child(first_name="Leo", ssn="900010002", paternity="not_established"),),
        orders=(ExistingOrder(court="Fayette Family Court", monthly_cents=30_000),),
        marriage=Marriage("divorced", divorced_on=date(2024, 5, 6)),
        safety=Safety(answered=True, in_danger=True, details="A protective order is in force."),
        certification=Certification(signed_name="Mary Muster", signed_on=date(2026, 3, 2)),
    ),
)


def test_an_application_that_was_kept_fills_its_form_without_secrets(runtime: Runtime) -> None:
    with runtime.work() as work:
        applications.write(work.session, work.keys, KEPT, work.clock.now())
    own = pb.ApplicationForm(application_id=KEPT.application_id, remarks="Llámenme por la tarde.")
    (form,) = rendered(runtime, pb.RenderFormRequest(application=own))

    text = text_of(form)
    for said in (
        "Mary Muster",
        "9 Refuge Road, Berea",
        "en el expediente",
        "☒ Padre o madre con quien viven los menores",
        "Uno",
        "Dos",
        "Fayette Family Court",
        "$300.00",
        "divorciados el 6 de mayo de 2024",
        "A protective order is in force.",
        "Llámenme por la tarde.",
        "Firmado en línea por",
        "2 de marzo de 2026",
        KEPT.reference,
    ):
        assert said in text, said
    assert "90001000" not in text

    own.role = "caretaker"
    with pytest.raises(PlatformError) as caught:
        rendered(runtime, pb.RenderFormRequest(application=own))
    assert caught.value.metadata["field"] == "application.role"


def test_a_form_without_a_day_is_of_today(runtime: Runtime) -> None:
    (form,) = rendered(runtime, pb.RenderFormRequest(application=pb.ApplicationForm()))

    assert "March 6, 2026" in text_of(form)
    assert form.file_name == "application.pdf"


def test_a_refusal_names_the_field_of_the_request(runtime: Runtime) -> None:
    for request, field in (
        (pb.RenderFormRequest(), "form"),
        (notice_of_review(reader_id=OBLIGEE), "case_id"),
        (notice_of_review(case_id=CASE, reader_id=derived_id("test", "stranger")), "reader_id"),
        (notice_of_review(case_id=CASE), "to.name"),
        (notice_of_review(language="de"), "language"),
        (pb.RenderFormRequest(subpoena=pb.SubpoenaForm()), "subpoena.return_by"),
        (
            pb.RenderFormRequest(
                income_request=pb.IncomeRequestForm(
                    asked="parent", about=pb.FormSubject(name="The other parent")
                )
            ),
            "income_request.about",
        ),
        (
            pb.RenderFormRequest(to=pb.FormReader(name="A"), genetic_test=pb.GeneticTestForm()),
            "to",
        ),
    ):
        with pytest.raises(PlatformError) as caught:
            rendered(runtime, request)
        assert caught.value.reason == ErrorReason.ERROR_REASON_INVALID_FIELD
        assert field in {violation.field for violation in caught.value.violations}


def test_a_broken_day_is_named(runtime: Runtime) -> None:
    request = notice_of_review(date=from_date(date(2026, 2, 28)))
    request.date.day = 31
    with pytest.raises(PlatformError) as caught:
        rendered(runtime, request)
    assert caught.value.metadata["field"] == "date"


def test_what_is_not_there_is_not_found(runtime: Runtime) -> None:
    for missing in ("no id", derived_id("test", "nothing")):
        for request in (
            notice_of_review(case_id=missing),
            pb.RenderFormRequest(application=pb.ApplicationForm(application_id=missing)),
        ):
            with pytest.raises(PlatformError) as caught:
                rendered(runtime, request)
            assert caught.value.reason == ErrorReason.ERROR_REASON_NOT_FOUND


def test_making_a_form_is_audited_and_has_a_scope_of_its_own() -> None:
    (method,) = pb.DESCRIPTOR.services_by_name["FormReadService"].methods
    policy = method.GetOptions().Extensions[annotations_pb2.policy]

    assert policy.scope == "case.forms"
    assert policy.audited
