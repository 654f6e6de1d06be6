"""What the law says on one day of collection, looked up once and kept."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from payments_service.domain.model import (
    SUPPORT_NAMES,
    Applied,
    Assistance,
    Bucket,
    Case,
    Checked,
    Support,
    month_of,
)
from policy import (
    AllocationStage,
    DistributionStep,
    Policy,
    Rule,
    allocation_stages,
    assistance_era,
    distribution_steps,
    kind_priority,
    load,
)

REGULAR = "regular"
HIERARCHY = "distribution.hierarchy"
WITHIN_ORDER = "allocation.within_order"
ALL_ARREARS = "arrears"
FEE_METHOD = "fee.method"
RETAINED_FROM_SUPPORT = "retained_from_support"
KEPT_DATES = 512

_ASSISTANCE_CODES = {
    Assistance.NEVER: "never_assistance",
    Assistance.CURRENT: "current_assistance",
    Assistance.FORMER: "former_assistance",
}
_BUCKETS = {bucket.name: bucket for bucket in Bucket if bucket != Bucket.CURRENT}


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Who is paid, for one kind of case. A bucket of None in `arrears` stands for all of them."""

    current: DistributionStep
    arrears: tuple[tuple[Bucket | None, DistributionStep], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that posting a receipt asks of the law on its day of collection."""

    on: date
    month: date
    policy: Policy
    stages: tuple[AllocationStage, ...]
    priority: dict[int, int]
    within_order: Checked
    hierarchy_table: Checked
    proration: Rule
    retained_limit: Rule
    future: Rule
    fee: Rule
    fee_threshold: Rule
    fee_retained: bool
    fiscal_year: int
    hierarchies: dict[tuple[bool, Assistance, date | None], Hierarchy] = field(default_factory=dict)
    """By kind of case, as they were asked for."""

    def hierarchy(self, case: Case) -> Hierarchy:
        """Return who is paid in a case. Raises LookupError when the policy has no rows for it."""
        kind = (case.iv_d, case.assistance, case.assistance_since)
        known = self.hierarchies.get(kind)
        if known is None:
            known = self.hierarchies[kind] = self._hierarchy(case)
        return known

    def _hierarchy(self, case: Case) -> Hierarchy:
        if not case.iv_d:
            return _hierarchy(self.policy, self.on, "non_iv_d", "ordered_from_1994")
        era = "any"
        if case.assistance == Assistance.CURRENT:
            era = assistance_era(self.policy, self.on, case.assistance_since or self.on)
        return _hierarchy(self.policy, self.on, _ASSISTANCE_CODES[case.assistance], era)

    def medicaid(self) -> Hierarchy:
        """Return who is paid medical support that is assigned to the Medicaid agency."""
        return _hierarchy(self.policy, self.on, "medicaid_assigned", "any")

    def due_date(self, received_on: date) -> tuple[date, Applied]:
        """Return the day by which a receipt has to be sent out (42 USC 654b(c)(1))."""
        return _due_date(self.policy, received_on)


@lru_cache(maxsize=KEPT_DATES)
def rules_for(jurisdiction: str, on: date) -> Rules:
    """Return the rules in force for a collection on a day. Raises policy.RuleNotInForce."""
    policy = load(jurisdiction)
    codes = {name: support for support, name in SUPPORT_NAMES.items()}
    priority = {int(codes[kind]): place for kind, place in kind_priority(policy, on).items()}
    # Child care is part of what the order gives the child (KRS 403.211(6)); the law ranks three.
    priority.setdefault(int(Support.CHILD_CARE), priority[int(Support.CHILD)])
    missing = [SUPPORT_NAMES[support] for support in Support if support not in priority]
    if missing:
        raise LookupError(f"{WITHIN_ORDER} has no place for {', '.join(missing)}")
    return Rules(
        on=on,
        month=month_of(on),
        policy=policy,
        stages=allocation_stages(policy, on),
        priority=priority,
        within_order=policy.table(WITHIN_ORDER, on),
        hierarchy_table=policy.table(HIERARCHY, on),
        proration=policy.rule("allocation.proration", on),
        retained_limit=policy.rule("distribution.retained_limit", on),
        future=policy.rule("distribution.future_after_assigned", on),
        fee=policy.rule("fee.annual", on),
        fee_threshold=policy.rule("fee.threshold", on),
        fee_retained=policy.code(FEE_METHOD, on) == RETAINED_FROM_SUPPORT,
        fiscal_year=policy.fiscal_year(on).name,
    )


@lru_cache(maxsize=KEPT_DATES)
def _due_date(policy: Policy, received_on: date) -> tuple[date, Applied]:
    rule = policy.rule("sdu.disburse", received_on)
    due = policy.due_date("sdu.disburse", received_on)
    inputs = {"received_date": received_on.isoformat()}
    return due, Applied(rule, inputs, {"due_date": due.isoformat()})


@lru_cache(maxsize=KEPT_DATES)
def _hierarchy(policy: Policy, on: date, case_type: str, assignment: str) -> Hierarchy:
    steps = distribution_steps(
        policy, on, collection_type=REGULAR, case_type=case_type, assignment=assignment
    )
    by_bucket = {step.bucket: step for step in steps}
    if "whole" in by_bucket:
        whole = by_bucket["whole"]
        return Hierarchy(whole, ((None, whole),))
    if "current_medical" in by_bucket:
        arrears_medical = by_bucket["arrears_medical"]
        return Hierarchy(by_bucket["current_medical"], ((None, arrears_medical),))
    arrears = tuple(
        (_BUCKETS.get(step.bucket), step)
        for step in steps
        if step.bucket in _BUCKETS or step.bucket == ALL_ARREARS
    )
    return Hierarchy(by_bucket["current"], arrears)
