"""docs/distribution.md says what the policy's table says, row by row, in words."""

from datetime import date
from pathlib import Path

import pytest

from policy import DistributionStep, distribution_steps, load

PAGE = Path(__file__).parents[3] / "docs" / "distribution.md"
ON = date(2026, 11, 23)
KINDS = [
    (collection, case_type, assignment)
    for collection in ("regular", "federal_tax_offset")
    for case_type, assignment in (
        ("never_assistance", "any"),
        ("current_assistance", "from_dra"),
        ("former_assistance", "any"),
        ("foster_care_iv_e", "current"),
        ("intergovernmental_responding", "any"),
        ("non_iv_d", "ordered_from_1994"),
    )
]
BUCKETS = {
    "current": "current support of the month",
    "NA": "NA, never assigned",
    "PA": "PA, permanently assigned",
    "TA": "TA, temporarily assigned",
    "CA": "CA, conditionally assigned",
    "UD": "UD, unassigned, accrued during assistance",
    "UP": "UP, unassigned, accrued before assistance",
    "arrears": "arrears",
    "fee": "yearly fee",
    "future": "months to come",
    "excess": "what is not owed",
    "current_to_maintenance": "current support, up to the month's maintenance payment",
    "current_above_maintenance": "current support above it",
    "balance": "what the State may not keep of it",
    "whole": "all of it",
}
PAYEES = {
    "family": "family",
    "state": "State",
    "iv_e_state": "State (IV-E)",
    "iv_e_agency": "foster care agency",
    "initiating_agency": "agency of the other State",
    "obligor": "who paid",
    "hold": "held",
}
LIMITS = {
    "ura": ", up to URA",
    "ura_iv_e": ", up to URA",
    "fee_threshold": ", after $550",
}
SURE = {"verified_text": "yes", "verified_profile": "yes", "secondary": "second hand"}


def line(number: int, step: DistributionStep) -> str:
    payee = "held until due" if step.bucket == "future" else PAYEES[step.payee]
    payee += LIMITS.get(step.limit, "")
    sure = SURE.get(step.confidence.value, "no")
    citation = step.citation.removesuffix(" (unverified)")
    return f"| {number} | {BUCKETS[step.bucket]} | {payee} | {citation} | {sure} |"


@pytest.mark.parametrize(("collection", "case_type", "assignment"), KINDS)
def test_each_table_of_the_page_is_that_of_the_policy(collection, case_type, assignment):
    steps = distribution_steps(
        load("kentucky"),
        ON,
        collection_type=collection,
        case_type=case_type,
        assignment=assignment,
    )
    table = "\n".join(line(number, step) for number, step in enumerate(steps, 1))
    assert table in PAGE.read_text()
