"""Comparing what the guidelines come to with what is ordered (KRS 403.213(2))."""

from collections.abc import Mapping
from dataclasses import dataclass

import policy
from case_service.actions import clocks
from case_service.actions.desk import precondition
from case_service.actions.held_reviews import hold, order_of
from case_service.actions.telling import tell
from case_service.domain import material_change
from case_service.domain import reviews as domain
from case_service.domain.guidelines import GuidelineResult
from case_service.domain.guidelines.inputs import Column
from case_service.domain.material_change import MaterialChange
from case_service.domain.model import Case
from case_service.store import incarcerations
from case_service.store import reviews as store
from chassis.errors import invalid_field
from chassis.runtime import Work


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The guidelines as they were computed anew, and the column that the obligor stands in."""

    result: GuidelineResult
    obligor_column: Column
    health_care_need: bool
    said: Mapping[str, object]
    """Input and result as JSON, to be kept."""


def compare(work: Work, review_id: str, worksheet: Worksheet, etag: str) -> store.Compared:
    """Hold a worksheet against the order and keep both."""
    case, stored = hold(work, review_id, etag)
    review, today = stored.review, work.clock.today()
    if review.state not in domain.UNDER_WAY - {domain.REQUESTED}:
        raise precondition(
            "accept the request first; a review that is over compares nothing", state=review.state
        )
    _refuse_imputing(work, case, worksheet)
    law = policy.load(work.settings.jurisdiction)
    figure = material_change.compared_figure(law, today)
    found = material_change.judge(
        material_change.ordered_monthly(order_of(case, review), figure, today),
        material_change.guideline_monthly(worksheet.result, worksheet.obligor_column, figure),
        law,
        today,
        health_care_need=worksheet.health_care_need,
    )
    return _keep(work, review, found, worksheet)


def _refuse_imputing(work: Work, case: Case, worksheet: Worksheet) -> None:
    """Incarceration is no voluntary unemployment (45 CFR 302.56(c)(3)): nothing is imputed."""
    obligor = worksheet.obligor_column
    other: Column = "b" if obligor == "a" else "a"
    given = worksheet.result.given
    parents = {"a": given.a, "b": given.b}
    for column, participant_id in ((obligor, case.obligor_id), (other, case.obligee_id)):
        potential = parents[column].potential_income
        if potential is None or potential.incarcerated:
            continue
        if incarcerations.current(work.session, participant_id, work.clock.today()):
            raise invalid_field(
                f"guideline.parents.{column}.potential_income.incarcerated",
                "must be true: an incarceration of this parent is on record, and no income is"
                " imputed then (45 CFR 302.56(c)(3))",
            )


def _keep(
    work: Work, review: domain.Review, found: MaterialChange, worksheet: Worksheet
) -> store.Compared:
    today = work.clock.today()
    kept = store.Compared(
        review_id=review.review_id,
        number=len(store.comparisons(work.session, work.keys, review.review_id)) + 1,
        compared_on=today,
        content={
            "figure": found.figure,
            "obligor_column": worksheet.obligor_column,
            "ordered_cents": found.ordered_cents,
            "guideline_cents": found.guideline_cents,
            "change_percent": found.percent(),
            "presumed_material": found.presumed_material,
            "health_care_need": found.health_care_need,
            "steps": [step.to_dict() for step in found.steps],
            **worksheet.said,
        },
        recorded_by=work.caller.person,
    )
    store.add_comparison(work.session, work.keys, kept)
    clocks.stop(work, review.case_id, "review_parents_told", today, about_id=review.review_id)
    tell(
        work,
        review.case_id,
        "review_compared",
        about_id=review.review_id,
        citation="KRS 403.213(2)",
        guideline=dollars(found.guideline_cents),
        ordered=dollars(found.ordered_cents),
        percent=found.percent() or "no",
        presumed="material" if found.presumed_material else "not material",
    )
    return kept


def dollars(cents: int) -> str:
    """Cents in dollars, for a sentence."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
