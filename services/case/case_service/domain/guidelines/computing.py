"""The whole computation: one worksheet or two, medical expenses, a deviation, the result."""

from dataclasses import dataclass
from fractions import Fraction

from case_service.domain.guidelines.deviating import enter_deviation
from case_service.domain.guidelines.formulas import printed, to_cents
from case_service.domain.guidelines.inputs import (
    Column,
    GuidelineInput,
    Paid,
    Parent,
    SplitCustody,
)
from case_service.domain.guidelines.law import GuidelineLaw, law_on
from case_service.domain.guidelines.medical import (
    Coverage,
    Extraordinary,
    compare_coverage,
    share_extraordinary,
)
from case_service.domain.guidelines.sheet import LineStep, Sheet
from case_service.domain.guidelines.worksheet import Sharing, Side, Worksheet, fill_in
from policy import Policy

OTHER: dict[Column, Column] = {"a": "b", "b": "a"}


@dataclass(frozen=True, slots=True)
class Owed:
    """Who pays, and how many cents a month; nobody and 0 where nothing is owed."""

    payer: Column | None
    amount_cents: int


@dataclass(frozen=True, slots=True)
class GuidelineResult:
    """What comes out. `guideline` is the presumed amount, `owed` differs from it by a deviation."""

    given: GuidelineInput
    worksheets: tuple[Worksheet, ...]
    guideline: Owed
    owed: Owed
    coverage: tuple[Coverage, ...]
    extraordinary: Extraordinary | None
    steps: tuple[LineStep, ...]
    notes: tuple[str, ...]
    policy_checksum: str


def compute(given: GuidelineInput, policy: Policy) -> GuidelineResult:
    """Compute what the guidelines come to. Raises GuidelineError naming the field and the rule."""
    law = law_on(policy, given.effective_date)
    worksheets = _fill_in(given, law)
    ending = Sheet(law)
    ending.values = dict(worksheets[0].values)
    if len(worksheets) > 1:
        _enter_difference(ending, worksheets)
    guideline = _round(ending, "guideline_obligation")
    owed = guideline
    if given.deviation is not None:
        enter_deviation(ending, given.deviation)
        owed = _round(ending, "obligation")
    coverage = tuple(
        compare_coverage(ending, who, parent) for who, parent in _columns(given).items()
    )
    extraordinary = share_extraordinary(ending, given.extraordinary_medical)
    return GuidelineResult(
        given=given,
        worksheets=worksheets,
        guideline=guideline,
        owed=owed,
        coverage=coverage,
        extraordinary=extraordinary,
        steps=(*(step for sheet in worksheets for step in sheet.steps), *ending.steps),
        notes=tuple(
            dict.fromkeys([note for sheet in worksheets for note in sheet.notes] + ending.notes)
        ),
        policy_checksum=law.checksum,
    )


def _columns(given: GuidelineInput) -> dict[Column, Parent]:
    return {"a": given.a, "b": given.b}


def _fill_in(given: GuidelineInput, law: GuidelineLaw) -> tuple[Worksheet, ...]:
    split = given.split_custody
    a, b = Side("a", given.a, _all_paid(given.a)), Side("b", given.b, _all_paid(given.b))
    if split is None:
        sharing = None
        if given.shared_parenting:
            sharing = Sharing(given.b.days_per_year, given.child_receives_public_assistance)
        return (fill_in(law, a, b, given.children, sharing),)
    return _fill_in_both(given, split, law)


def _fill_in_both(
    given: GuidelineInput, split: SplitCustody, law: GuidelineLaw
) -> tuple[Worksheet, ...]:
    """One worksheet for the children with column A, one the other way round for those with B."""
    at_a = (
        Side("a", given.a, _less(_all_paid(given.a), split.paid_by_a)),
        Side("b", given.b, _less(_all_paid(given.b), split.paid_by_b)),
    )
    at_b = (Side("b", given.b, split.paid_by_b), Side("a", given.a, split.paid_by_a))
    first = fill_in(law, *at_a, given.children - split.children_with_b, None)
    second = fill_in(law, *at_b, split.children_with_b, None, number=2, ordered_columns=False)
    return first, second


def _enter_difference(ending: Sheet, worksheets: tuple[Worksheet, ...]) -> None:
    first, second = worksheets
    ending.given("due_from_b_for_children_with_a", first.due_from_b)
    ending.given("due_from_a_for_children_with_b", second.due_from_b)
    rule = ending.law.rule("guidelines.split_custody")
    formula = "due_from_b_for_children_with_a - due_from_a_for_children_with_b"
    title = "Owed by column B, the difference (below 0: by column A)"
    ending.enter("due_from_b", formula, rule, title)
    least = ending.law.rule("guidelines.minimum")
    minimum = ending.law.dollars(least.id)
    ending.given("minimum", minimum)
    floor = ending.law.rule("guidelines.minimum.split_custody")
    due = ending["due_from_b"]
    if floor.flag() and 0 < abs(due) < minimum:
        sign = "" if due > 0 else "-"
        ending.enter("due_from_b", f"{sign}minimum", floor, "The least amount")


def _round(ending: Sheet, name: str) -> Owed:
    """Round to the cent, and say who pays."""
    rule = ending.law.rule("guidelines.rounding")
    due: Fraction = ending["due_from_b"]
    title = "Owed by column B a month (below 0: by column A)"
    ending.enter(name, "round(due_from_b)", rule, title)
    cents = to_cents(abs(due))
    if not cents:
        return Owed(None, 0)
    return Owed("b" if due > 0 else "a", cents)


def _all_paid(parent: Parent) -> Paid:
    return Paid(parent.child_care_paid, parent.health_insurance_paid, parent.cash_medical_paid)


def _less(whole: Paid, part: Paid) -> Paid:
    return Paid(
        whole.child_care - part.child_care,
        whole.health_insurance - part.health_insurance,
        whole.cash_medical - part.cash_medical,
    )


def in_words(owed: Owed) -> str:
    """The result in one sentence."""
    if owed.payer is None:
        return "Neither parent owes the other child support."
    amount = printed(Fraction(owed.amount_cents, 100))
    return f"Parent {owed.payer.upper()} pays Parent {OTHER[owed.payer].upper()} ${amount} a month."
