"""A family, as another system would hand it over."""

import sys
from datetime import date
from pathlib import Path

import pytest

from chassis.dates import from_date
from chassis.ids import derived_id
from childsupport.case.v1 import case_service_pb2 as pb

sys.path.insert(0, str(Path(__file__).parent))

OBLIGOR = derived_id("test", "obligor")
OBLIGEE = derived_id("test", "obligee")
CASE = derived_id("test", "case")
PLANTED = "1 Hidden Lane"


def family() -> pb.ImportCasesRequest:
    return pb.ImportCasesRequest(
        participants=[
            pb.Participant(
                participant_id=OBLIGOR, first_name="John", last_name="Doe", ssn="900010001"
            ),
            pb.Participant(
                participant_id=OBLIGEE,
                first_name="Jane",
                last_name="Doe",
                birth_date=from_date(date(1989, 7, 7)),
                address=pb.PostalAddress(
                    line1=PLANTED, city="Frankfort", state="KY", zip_code="40601"
                ),
                email="jane@example.org",
                email_notices=True,
                bank_account=pb.BankAccount(routing_number="987654320", account_number="7766554"),
                protected=True,
                language="es",
            ),
        ],
        cases=[
            pb.Case(
                case_id=CASE,
                case_number="0000123456",
                case_type=pb.CASE_TYPE_IV_D,
                assistance_status=pb.ASSISTANCE_STATUS_FORMER,
                assistance_since=from_date(date(2020, 1, 1)),
                unreimbursed_assistance_cents=12_345,
                obligor_id=OBLIGOR,
                obligee_id=OBLIGEE,
                county_fips="21073",
                opened_on=from_date(date(2021, 2, 1)),
                orders=[
                    pb.Order(
                        order_id=derived_id("test", "order"),
                        court_number="21-CI-00456",
                        income_withholding=True,
                        obligations=[
                            pb.Obligation(
                                obligation_id=derived_id("test", "obligation"),
                                support_type=pb.SUPPORT_TYPE_CHILD,
                                monthly_amount_cents=20_000,
                                monthly_arrears_cents=3_000,
                                effective_from=from_date(date(2021, 2, 1)),
                                opening_arrears=[
                                    pb.OpeningArrears(
                                        bucket=pb.ARREARS_BUCKET_NEVER_ASSIGNED,
                                        amount_cents=90_000,
                                        as_of=from_date(date(2026, 2, 28)),
                                    )
                                ],
                            )
                        ],
                    )
                ],
            )
        ],
    )


@pytest.fixture
def page() -> pb.ImportCasesRequest:
    return family()
