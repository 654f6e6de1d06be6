"""What child support may come to, by the worksheet CS-71 (KRS 403.212): for everybody, unsigned.

Each step is a form that carries the answers of all steps; nothing is kept, and no amount stands in
an address.
"""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.case.v1 import guideline_service_pb2 as pb
from childsupport.case.v1.guideline_service_pb2_grpc import GuidelineServiceStub
from portal_service.public import sums
from portal_service.public.sheets import result_of
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

RESULT = "result"
STEP_NAMES = {
    "children": N_("Children"),
    "time": N_("Time"),
    sums.ME: N_("You"),
    sums.OTHER: N_("The other parent"),
    "costs": N_("Care and health"),
    RESULT: N_("Result"),
}
PERIOD_NAMES = (
    ("month", N_("a month")),
    ("week", N_("a week")),
    ("two_weeks", N_("every two weeks")),
    ("half_month", N_("twice a month")),
    ("year", N_("a year")),
)
FIELDS = {
    "gross_monthly": "gross",
    "maintenance_paid": "maintenance",
    "prior_born_support": "prior",
    "child_care_paid": "care",
    "health_insurance_paid": "insurance",
    "cash_medical_paid": "medical",
    "public_assistance_in_gross": "assistance",
    "potential_income.monthly": "potential",
}
SWAPPED = "parents.b.gross_monthly"
"""The field that is refused when the columns are the wrong way round at equal days."""


def show(visit: Visit) -> Response:
    """Show the first step."""
    return _step(visit, "children")


def take(visit: Visit) -> Response:
    """Go on, back, or to a step that is named; after the last one show the result."""
    form = visit.form
    steps = sums.steps_of(form)
    step = form.raw("step")
    if step not in STEP_NAMES:
        step = "children"
    wanted = form.raw("go")
    if wanted.startswith("to_") and wanted[3:] in steps:
        return _step(visit, wanted[3:])
    if wanted == "back" and step in steps and steps.index(step):
        return _step(visit, steps[steps.index(step) - 1])
    if step in steps:
        sums.check(step, form)
        if form.errors:
            return _step(visit, step)
        at = steps.index(step) + 1
        if at < len(steps):
            return _step(visit, steps[at])
    return _result(visit)


def _result(visit: Visit) -> Response:
    form = visit.form
    for step in sums.steps_of(form):
        sums.check(step, form)
        if form.errors:
            return _step(visit, step)
    i_am_a = sums.i_have_more_days(form)
    try:
        answer, i_am_a = _computed(visit, i_am_a=i_am_a)
    except PlatformError as error:
        columns = ("a", "b") if i_am_a else ("b", "a")
        form.refuse(
            error,
            {
                f"parents.{column}.{theirs}": f"{who}_{ours}"
                for column, who in zip(columns, sums.WHO, strict=True)
                for theirs, ours in FIELDS.items()
            },
        )
        at_fault = form.errors[0].field.partition("_")[0]
        return _step(visit, at_fault if at_fault in sums.WHO else "costs")
    steps = sums.steps_of(form)
    return visit.render(
        "public/calculator_result.html",
        result=result_of(visit, answer, i_am_a=i_am_a),
        steps=_indicator(steps, RESULT),
        answers=sums.hidden(form, "", steps),
        changes=[(step, STEP_NAMES[step]) for step in steps],
    )


def _computed(visit: Visit, *, i_am_a: bool) -> tuple[pb.ComputeGuidelineResponse, bool]:
    """Compute; at equal days income decides whose column A is, so the other way is tried too."""
    stub = visit.stub("case", GuidelineServiceStub)
    request = sums.request_of(visit.form, i_am_a=i_am_a)
    try:
        return stub.ComputeGuideline(request, **visit.as_site), i_am_a
    except PlatformError as error:
        told = [one.field for one in error.violations or ()]
        if SWAPPED not in told or not sums.days_are_equal(visit.form):
            raise
    request = sums.request_of(visit.form, i_am_a=not i_am_a)
    return stub.ComputeGuideline(request, **visit.as_site), not i_am_a


def _step(visit: Visit, step: str) -> Response:
    form = visit.form
    steps = sums.steps_of(form)
    if step not in steps:
        step = "children"
    return visit.render(
        "public/calculator.html",
        step=step,
        is_first=step == "children",
        is_last=step == steps[-1],
        steps=_indicator(steps, step),
        answers=sums.hidden(form, step, steps),
        children=sums.children_of(form),
        home=form.raw("home"),
        who=step if step in sums.WHO else "",
        periods=PERIOD_NAMES,
        rare_open=any(form.raw(f"{step}_{name}") for name in sums.RARE),
    )


def _indicator(steps: tuple[str, ...], now: str) -> list[tuple[str, str]]:
    """Return the steps' names, each with how it looks in the list of steps."""
    every = (*steps, RESULT)
    at = every.index(now)
    looks = ("is-done", "is-now", "")
    return [
        (STEP_NAMES[one], looks[0] if place < at else looks[1] if place == at else looks[2])
        for place, one in enumerate(every)
    ]


PAGES = (Page("/calculator", show, take, who=Who.ANYBODY),)
