"""The order in which collected money reaches buckets and payees (42 USC 657, 45 CFR 302.51)."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from policy.lookup import Policy
from policy.model import Confidence, Table

HIERARCHY = "distribution.hierarchy"
DRA_DATE = "distribution.dra_date"
ANY = "any"
BEFORE_DRA = "before_dra"
FROM_DRA = "from_dra"


@dataclass(frozen=True, slots=True)
class DistributionStep:
    """One step of the hierarchy; can be given to `explain`.

    `bucket`: current, NA, PA, TA, CA, UD, UP, arrears, fee, future, excess, … `payee`: family,
    state, medicaid, obligor, hold, initiating_agency, … `limit`: none, ura, assigned_satisfied, …
    All codes and what they mean stand in the README.
    """

    id: str
    citation: str
    confidence: Confidence
    checksum: str
    step: int
    bucket: str
    payee: str
    limit: str
    status: str


def distribution_steps(
    policy: Policy, on: date, *, collection_type: str, case_type: str, assignment: str = ANY
) -> tuple[DistributionStep, ...]:
    """The steps for one collection, first to last.

    `collection_type` is `regular` or `federal_tax_offset`. `assignment` matters for
    `current_assistance` (see `assistance_era`), `foster_care_iv_e` (`current` or `ended`) and
    `non_iv_d` (`ordered_from_1994`). `LookupError` names what there is if nothing fits.
    """
    return _steps(policy.table(HIERARCHY, on), collection_type, case_type, assignment)


def assistance_era(policy: Policy, on: date, assistance_began: date) -> str:
    """The `assignment` of a current-assistance case: assistance begun before or from the State's
    date under the Deficit Reduction Act.
    """
    return BEFORE_DRA if assistance_began < policy.date(DRA_DATE, on) else FROM_DRA


@lru_cache(maxsize=256)
def _steps(
    table: Table, collection_type: str, case_type: str, assignment: str
) -> tuple[DistributionStep, ...]:
    steps = tuple(
        DistributionStep(
            id=row.id,
            citation=row.citation,
            confidence=row.confidence,
            checksum=row.checksum,
            step=row.number("step"),
            bucket=row.text("bucket"),
            payee=row.text("payee"),
            limit=row.text("limit"),
            status=row.text("status"),
        )
        for row in table
        if row.text("collection_type") in {collection_type, ANY}
        and row.text("case_type") == case_type
        and row.text("assignment") in {assignment, ANY}
    )
    if not steps:
        keys = ("collection_type", "case_type", "assignment")
        known = sorted({"/".join(row.text(key) for key in keys) for row in table})
        asked = f"{collection_type}/{case_type}/{assignment}"
        raise LookupError(f"{table.id} has no steps for {asked}; it has {', '.join(known)}")
    return tuple(sorted(steps, key=lambda step: step.step))
