"""What the law says on one day of collection, looked up once and kept."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from payments_service.domain.assistance import (
    Aid,
    Assignments,
    assignments_of,
    children_in_care,
)
from payments_service.domain.model import (
    SUPPORT_NAMES,
    Applied,
    Assistance,
    Bucket,
    Case,
    Checked,
    Obligation,
    Source,
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
OFFSET = "federal_tax_offset"
HIERARCHY = "distribution.hierarchy"
WITHIN_ORDER = "allocation.within_order"
ALL_ARREARS = "arrears"
ANY = "any"
FEE_METHOD = "fee.method"
RETAINED_FROM_SUPPORT = "retained_from_support"
COLLECTION_DATE = "collection_date"
KEPT_DATES = 512

NON_IV_D = "non_iv_d"
RESPONDING = "intergovernmental_responding"
FOSTER_CARE = "foster_care_iv_e"
CURRENT_ASSISTANCE = "current_assistance"
_ASSISTANCE_CODES = {
    Assistance.NEVER: "never_assistance",
    Assistance.CURRENT: CURRENT_ASSISTANCE,
    Assistance.FORMER: "former_assistance",
}
_BUCKETS = {bucket.name: bucket for bucket in Bucket if bucket != Bucket.CURRENT}
_CURRENT = ("current", "current_to_maintenance", "current_above_maintenance")


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Who is paid, for one kind of case. A bucket of None in `arrears` stands for all of them.

    `current`: the rows that pay current support, in their order; none: it is never paid.
    `balance`: who gets arrears that the State may not keep; None: the family. `excess`: who gets
    what is not owed; None: it is held.
    """

    current: tuple[DistributionStep, ...]
    arrears: tuple[tuple[Bucket | None, DistributionStep], ...]
    balance: DistributionStep | None = None
    excess: DistributionStep | None = None

    @property
    def by_bucket(self) -> bool:
        """Whether the bucket makes a difference."""
        return len(self.arrears) > 1


class Kind(NamedTuple):
    """The kind of case that a hierarchy holds for.

    `medicaid_now`, `medicaid_before`: medical support is, or was once, assigned to Medicaid.
    """

    offset: bool
    case_type: str
    assignment: str
    medicaid_now: bool = False
    medicaid_before: bool = False
    foster_care_before: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that posting a receipt asks of the law on its day of collection."""

    on: date
    month: date
    policy: Policy
    stages: tuple[AllocationStage, ...]
    offset_stages: tuple[AllocationStage, ...]
    priority: dict[int, int]
    within_order: Checked
    hierarchy_table: Checked
    proration: Rule
    by_case: Rule
    retained_limit: Rule
    future: Rule
    held_excess: Rule
    states_in_one_case: Rule
    assignments: Assignments
    maintenance: Rule
    fee: Rule
    fee_threshold: Rule
    fee_retained: bool
    fee_by_settlement: bool
    fee_kinds: frozenset[str]
    fiscal_year: int
    hierarchies: dict[Kind, Hierarchy] = field(default_factory=dict)
    """By kind of case, as they were asked for."""

    def hierarchy(self, kind: Kind) -> Hierarchy:
        """Return who is paid. Raises LookupError when the policy has no rows for the kind."""
        known = self.hierarchies.get(kind)
        if known is None:
            known = self.hierarchies[kind] = _hierarchy(self.policy, self.on, kind)
        return known

    def kind(
        self, case: Case, obligation: Obligation, aid: Aid, *, offset: bool, other: bool = False
    ) -> Kind:
        """Return of what kind an obligation's case is in the month of collection.

        `other`: for its children who are not in foster care.
        """
        if not case.iv_d:
            return Kind(offset, NON_IV_D, "ordered_from_1994")
        if case.initiating_fips:
            return Kind(offset, RESPONDING, ANY)
        support = obligation.support
        if aid.foster and not other:
            in_care, of = children_in_care(case, obligation, aid, self.assignments)
            if in_care == of:
                return Kind(offset, FOSTER_CARE, "current")
        medical = support in self.assignments.medicaid
        now, before = medical and aid.medicaid, medical and aid.had_medicaid
        fostered = aid.had_foster_care and not aid.had_k_tap
        status = aid.assistance
        if status == Assistance.CURRENT:
            if aid.k_tap and support in self.assignments.k_tap:
                era = assistance_era(self.policy, self.on, aid.since or self.on)
                return Kind(offset, CURRENT_ASSISTANCE, era, now, before, fostered)
            # Another child's foster care, or a kind that the program does not assign.
            status = Assistance.FORMER
        return Kind(offset, _ASSISTANCE_CODES[status], ANY, now, before, fostered)

    @property
    def excess_is_applied(self) -> bool:
        """Whether money that is held over pays a later month once it is charged."""
        return self.held_excess.code() == "applied_when_charged"

    def fee_year(self, settled_on: date) -> int:
        """Return the federal fiscal year that a receipt counts for."""
        if not self.fee_by_settlement:
            return self.fiscal_year
        return _fiscal_year(self.policy, settled_on)

    def due_date(self, received_on: date) -> tuple[date, Applied]:
        """Return the day by which a receipt has to be sent out (42 USC 654b(c)(1))."""
        return _due_date(self.policy, received_on)


def is_offset(source: Source) -> bool:
    """Return whether money is a federal tax refund, which the law distributes apart."""
    return source == Source.FEDERAL_TAX_OFFSET


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
    stages = allocation_stages(policy, on)
    offset_codes = policy.codes("allocation.tax_offset_stages", on)
    return Rules(
        on=on,
        month=month_of(on),
        policy=policy,
        stages=stages,
        offset_stages=tuple(stage for stage in stages if stage.code in offset_codes),
        priority=priority,
        within_order=policy.table(WITHIN_ORDER, on),
        hierarchy_table=policy.table(HIERARCHY, on),
        proration=policy.rule("allocation.proration", on),
        by_case=policy.rule("distribution.buckets_of_a_case", on),
        retained_limit=policy.rule("distribution.retained_limit", on),
        future=policy.rule("distribution.future_after_assigned", on),
        held_excess=policy.rule("distribution.held_excess", on),
        states_in_one_case=policy.rule("distribution.states_in_one_case", on),
        assignments=assignments_of(policy, month_of(on)),
        maintenance=policy.rule("assistance.maintenance_of_month", on),
        fee=policy.rule("fee.annual", on),
        fee_threshold=policy.rule("fee.threshold", on),
        fee_retained=policy.code(FEE_METHOD, on) == RETAINED_FROM_SUPPORT,
        fee_by_settlement=policy.code("fee.year_of", on) != COLLECTION_DATE,
        fee_kinds=frozenset(policy.codes("fee.taken_from", on)),
        fiscal_year=policy.fiscal_year(on).name,
    )


@lru_cache(maxsize=KEPT_DATES)
def _due_date(policy: Policy, received_on: date) -> tuple[date, Applied]:
    rule = policy.rule("sdu.disburse", received_on)
    due = policy.due_date("sdu.disburse", received_on)
    inputs = {"received_date": received_on.isoformat()}
    return due, Applied(rule, inputs, {"due_date": due.isoformat()})


@lru_cache(maxsize=KEPT_DATES)
def _fiscal_year(policy: Policy, on: date) -> int:
    return policy.fiscal_year(on).name


@lru_cache(maxsize=KEPT_DATES)
def _hierarchy(policy: Policy, on: date, kind: Kind) -> Hierarchy:
    collection = OFFSET if kind.offset else REGULAR
    base = _of_table(policy, on, collection, kind.case_type, kind.assignment)
    if kind.foster_care_before:
        (_, row), *_ = _of_table(policy, on, REGULAR, FOSTER_CARE, "ended").arrears
        base = Hierarchy(
            base.current,
            tuple((b, row if b == Bucket.PA else step) for b, step in base.arrears),
            base.balance,
            base.excess,
        )
    if not kind.medicaid_before:
        return base
    medical = _by_code(policy, on, REGULAR, "medicaid_assigned", ANY)
    current = (medical["current_medical"],) if kind.medicaid_now and not kind.offset else None
    rest = tuple((bucket, step) for bucket, step in base.arrears if bucket != Bucket.PA)
    return Hierarchy(
        base.current if current is None else current,
        ((Bucket.PA, medical["arrears_medical"]), *rest),
        base.balance,
        base.excess,
    )


def _of_table(
    policy: Policy, on: date, collection: str, case_type: str, assignment: str
) -> Hierarchy:
    steps = _by_code(policy, on, collection, case_type, assignment)
    if "whole" in steps:
        whole = steps["whole"]
        return Hierarchy((whole,), ((None, whole),))
    arrears = tuple(
        (_BUCKETS.get(code), step)
        for code, step in steps.items()
        if code in _BUCKETS or code in {ALL_ARREARS, "arrears_iv_e"}
    )
    current = tuple(steps[code] for code in _CURRENT if code in steps)
    return Hierarchy(current, arrears, steps.get("balance"), steps.get("excess"))


def _by_code(
    policy: Policy, on: date, collection: str, case_type: str, assignment: str
) -> dict[str, DistributionStep]:
    """Return the rows for one kind of case by bucket, in the order of their steps."""
    rows = distribution_steps(
        policy, on, collection_type=collection, case_type=case_type, assignment=assignment
    )
    return {row.bucket: row for row in rows}
