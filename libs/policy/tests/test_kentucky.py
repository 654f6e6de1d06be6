"""The law of Kentucky and of the Union as it stands in the data."""

import csv
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest

from policy import (
    Confidence,
    allocation_stages,
    assistance_era,
    distribution_steps,
    kind_priority,
)
from policy.lookup import DATA

TODAY = date(2026, 11, 23)


def order(policy, case_type, assignment="any", collection_type="regular"):
    steps = distribution_steps(
        policy, TODAY, collection_type=collection_type, case_type=case_type, assignment=assignment
    )
    return [(step.bucket, step.payee) for step in steps]


def test_hierarchy_has_every_row_of_its_source(kentucky):
    rows = list(kentucky.table("distribution.hierarchy", TODAY))
    assert len(rows) == 59
    assert Counter(row.text("case_type") for row in rows) == {
        "current_assistance": 26,
        "former_assistance": 13,
        "never_assistance": 6,
        "foster_care_iv_e": 9,
        "medicaid_assigned": 2,
        "medicaid_only": 1,
        "intergovernmental_responding": 1,
        "non_iv_d": 1,
    }
    assert Counter(row.text("payee") for row in rows) == {
        "family": 27,
        "state": 16,
        "obligor": 5,
        "iv_e_agency": 3,
        "hold": 3,
        "medicaid": 2,
        "iv_e_state": 1,
        "as_assistance_status": 1,
        "initiating_agency": 1,
    }


def test_never_assistance_goes_to_the_family(kentucky):
    assert order(kentucky, "never_assistance") == [
        ("fee", "state"),
        ("current", "family"),
        ("arrears", "family"),
        ("future", "family"),
    ]


def test_former_assistance_under_prwora_pays_family_before_state(kentucky):
    assert order(kentucky, "former_assistance") == [
        ("current", "family"),
        ("NA", "family"),
        ("CA", "family"),
        ("UP", "family"),
        ("PA", "state"),
        ("UD", "family"),
        ("future", "family"),
    ]


def test_federal_offset_never_pays_current_support(kentucky):
    rows = kentucky.table("distribution.hierarchy", TODAY)
    offset = {r.text("bucket") for r in rows if r.text("collection_type") == "federal_tax_offset"}
    assert offset == {"PA", "TA", "CA", "NA", "UP", "UD", "arrears", "balance", "excess"}
    assert order(kentucky, "former_assistance", collection_type="federal_tax_offset")[:2] == [
        ("PA", "state"),
        ("CA", "state"),
    ]


def test_current_assistance_goes_to_the_state_up_to_what_it_paid(kentucky):
    for era in ("before_dra", "from_dra"):
        steps = distribution_steps(
            kentucky,
            TODAY,
            collection_type="regular",
            case_type="current_assistance",
            assignment=era,
        )
        assert [step.step for step in steps] == [1, 2, 3, 4, 5, 6, 7]
        assert all(step.limit == "ura" for step in steps if step.payee == "state")
    assert assistance_era(kentucky, TODAY, date(2009, 9, 30)) == "before_dra"
    assert assistance_era(kentucky, TODAY, date(2009, 10, 1)) == "from_dra"


def test_unknown_case_type_names_what_there_is(kentucky):
    with pytest.raises(LookupError, match="regular/former_assistance/any"):
        order(kentucky, "former")


def test_rows_that_stand_on_another_states_order_say_so(kentucky):
    for row in kentucky.table("distribution.hierarchy", TODAY):
        decided = row.text("status") == "decided"
        assert (row.confidence is not Confidence.UNVERIFIED) == decided
        assert row.citation.endswith("(unverified)") != decided


def test_allocation_runs_current_ordered_remaining_excess(kentucky):
    stages = allocation_stages(kentucky, TODAY)
    assert [stage.code for stage in stages] == [
        "current",
        "ordered_arrears",
        "remaining_arrears",
        "excess",
    ]
    assert stages[0].id == "ky.allocation.withheld.current"
    assert "921 KAR 1:420" in stages[0].citation
    assert stages[2].confidence is Confidence.UNVERIFIED
    assert kind_priority(kentucky, TODAY) == {"child": 1, "medical": 2, "spousal": 3}


def test_fee_and_threshold_by_federal_fiscal_year(kentucky):
    assert kentucky.cents("fee.annual", TODAY) == 3500
    assert kentucky.cents("fee.threshold", TODAY) == 55000
    year = kentucky.fiscal_year(TODAY)
    assert (year.first, year.last, year.name) == (date(2026, 10, 1), date(2027, 9, 30), 2027)
    assert kentucky.fiscal_year(date(2026, 9, 30)).name == 2026
    assert kentucky.fiscal_year(date(2026, 10, 1)).name == 2027


def test_citation_follows_the_agencys_move(kentucky):
    move = date(2025, 7, 1)
    assert kentucky.rule("fee.annual", move).citation.startswith("KRS 15.810(4)")
    before = kentucky.rule("fee.annual", move - timedelta(days=1))
    assert before.citation.startswith("KRS 205.721")


def test_settings_that_payments_and_withholding_read(kentucky):
    assert kentucky.code("collection_date.basis", TODAY) == "sdu_receipt"
    assert kentucky.code("allocation.proration", TODAY) == "largest_remainder"
    assert kentucky.code("sdu.fips_prefix", TODAY) == "21"
    assert kentucky.days("sdu.disburse", TODAY) == 2
    assert kentucky.count("delinquency.trigger", TODAY) == 1
    assert kentucky.days("remittance.duplicate_lookback", TODAY) == 90
    assert kentucky.percent("remittance.cost_recovery_percent_max", TODAY) == Fraction(1, 4)
    assert kentucky.days("remittance.settlement_days_ahead", TODAY) == 10
    assert kentucky.days("remittance.settlement_days_back", TODAY) == 60
    assert kentucky.days("remittance.pay_date_days_ahead", TODAY) == 31
    assert kentucky.days("remittance.pay_date_days_back", TODAY) == 400
    assert kentucky.flag("distribution.pass_through_current", TODAY) is False
    assert kentucky.code("distribution.former_assistance_election", TODAY) == "prwora"
    for event in ("suspense", "hold", "first_payment"):
        assert kentucky.code(f"notice.{event}", TODAY) == "letter"


def test_no_data_file_is_left_unread(kentucky):
    named = {"federal_reserve_holidays.csv", "employer_holidays.csv", "state_office_holidays.csv"}
    named |= {"allocation_stages.csv", "kind_priority.csv", "distribution_hierarchy.csv"}
    named |= {
        "guidelines_table.csv",
        "guidelines_worksheet.csv",
        "guidelines_deviation_grounds.csv",
    }
    named |= {"parenting_time_2023.csv", "parenting_time_2024.csv"}
    named |= {"self_support_reserve_ceilings.csv"}
    named |= {"statutes_renumbered.csv"}
    assert {file.name for file in DATA.rglob("*.csv")} == named
    assert len(kentucky.ids()) == len(set(kentucky.ids()))
    with (DATA / "kentucky" / "distribution_hierarchy.csv").open(newline="") as stream:
        assert len(list(csv.reader(stream))) == 60
