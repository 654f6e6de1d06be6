"""A case with periods of assistance, as the case service tells it, is taken by its readers."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from case_service.domain.model import AssistancePeriod, Case
from case_service.messages import case_message
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged, TouchedSpan
from payments_service.service import SERVICE as PAYMENTS
from payments_service.store import tables as payments


def test_the_disbursement_unit_takes_a_case_with_its_periods(
    runtime_for: Callable[..., Runtime],
) -> None:
    case = Case(
        case_id=derived_id("test", "case"),
        case_number="0000000018",
        case_type="iv_d",
        assistance_status="current",
        assistance_since=date(2026, 1, 1),
        unreimbursed_assistance_cents=90_000,
        obligor_id=derived_id("test", "obligor"),
        obligee_id=derived_id("test", "obligee"),
        county_fips="21073",
        opened_on=date(2025, 1, 1),
        orders=(),
        assistance=(
            AssistancePeriod(derived_id("p", "1"), "k_tap", date(2026, 1, 1), None, 90_000),
            AssistancePeriod(derived_id("p", "2"), "medicaid", date(2026, 1, 1), None, 0),
        ),
    )
    told = CasesChanged(
        cases=[case_message(case, 2)],
        touched=[TouchedSpan(case_id=case.case_id, cause="assistance")],
    )
    unit = runtime_for(PAYMENTS)
    with unit.work() as work:
        unit.handler(told.DESCRIPTOR.full_name).handle(told, work)
    columns = payments.case_.c
    query = select(columns.assistance, columns.assistance_since, columns.assistance_cents)
    with unit.work() as work:
        assert work.session.execute(query).all() == [
            (case_pb.ASSISTANCE_STATUS_CURRENT, date(2026, 1, 1), 90_000)
        ]
