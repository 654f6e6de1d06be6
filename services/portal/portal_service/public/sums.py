"""The calculator's form: its fields, its steps, and what each must be.

Nothing is kept: what was typed travels on from step to step in the form itself.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from childsupport.case.v1 import guideline_service_pb2 as pb
from web.forms import MISSING, NOT_A_CHOICE, Form
from web.i18n import N_

CHILDREN_MAX = 12
PRIOR_MAX = 12
AGE_MAX = 20
HALF_DAYS_IN_YEAR = 730
CENTS = 100
MONTHLY_MAX_CENTS = 99_999_999
"""Below what the worksheet takes, so that nothing typed here is refused for its size."""

ME, OTHER = "me", "other"
WHO = (ME, OTHER)
HOMES = (ME, OTHER, "both", "split")
MONTHS = 12
PERIODS: Final[Mapping[str, int]] = {
    "month": MONTHS,
    "week": 52,
    "two_weeks": 26,
    "half_month": 2 * MONTHS,
    "year": 1,
}
"""How often an amount comes: how many of them are in a year."""

PLAIN = ("maintenance", "prior", "receipts", "expenses", "depreciation", "assistance", "potential")
"""Amounts a month of a parent that may be left out; the last four are rare."""
RARE = PLAIN[2:]
COSTS = ("care", "insurance", "medical")

DAYS_WRONG = N_("Enter days from 0 to 365, whole or half: 120 or 182.5.")
WHOLE_ONLY = N_("Some of the children must live with each parent.")
PART_ONLY = N_("This is more than the parent's whole income above.")
COST_PART = N_("This is a part of the cost above and cannot be more.")
EARNS_MORE = N_("This parent earns more than that already. Leave it empty.")
RECEIPTS_FIRST = N_("Enter what the business takes in first.")


def fields_of(step: str, children: int) -> tuple[str, ...]:
    """Return the names of the fields of a step."""
    if step == "children":
        return ("children", "home", "assisted")
    if step == "time":
        return ("my_days", "with_me")
    if step in WHO:
        names = ("gross", "gross_per", *PLAIN, "prior_children", "jailed", "youngest")
        return tuple(f"{step}_{name}" for name in names)
    costs = [f"{who}_{name}" for who in WHO for name in COSTS]
    apart = [f"{name}_apart" for name in costs]
    return (*costs, *apart, *(f"child_{n}" for n in range(1, children + 1)))


def steps_of(form: Form) -> tuple[str, ...]:
    """Return the steps that these answers call for."""
    needs_time = form.raw("home") in {"both", "split"}
    return ("children", *(("time",) if needs_time else ()), ME, OTHER, "costs")


def check(step: str, form: Form) -> None:
    """Note what is wrong with the answers of a step."""
    _CHECKS[step](form, step)


def children_of(form: Form) -> int:
    """Return how many children there are, without complaint; 0 when that is not said rightly."""
    said = form.raw("children").strip()
    return int(said) if said.isdecimal() and int(said) <= CHILDREN_MAX else 0


def _check_children(form: Form, _step: str) -> None:
    form.number("children", least=1, most=CHILDREN_MAX)
    form.choice("home", HOMES)


def _check_time(form: Form, _step: str) -> None:
    if form.raw("home") == "split":
        with_me = form.number("with_me", least=1, most=CHILDREN_MAX)
        if with_me and with_me >= children_of(form):
            form.wrong("with_me", WHOLE_ONLY)
    else:
        half_days(form)


def half_days(form: Form) -> int:
    """Return the half days a year that the children are with whoever asks."""
    whole, _, rest = form.raw("my_days").strip().partition(".")
    if not whole:
        form.wrong("my_days", MISSING)
    elif not whole.isdecimal() or rest not in {"", "0", "5"}:
        form.wrong("my_days", DAYS_WRONG)
    else:
        found = 2 * int(whole) + (rest == "5")
        if found <= HALF_DAYS_IN_YEAR:
            return found
        form.wrong("my_days", DAYS_WRONG)
    return 0


def _check_parent(form: Form, who: str) -> None:
    gross = monthly(form, f"{who}_gross", required=True)
    for name in PLAIN:
        _cents(form, f"{who}_{name}")
    form.number(f"{who}_prior_children", required=False, most=PRIOR_MAX)
    form.number(f"{who}_youngest", required=False, most=AGE_MAX)
    assistance = _cents(form, f"{who}_assistance")
    if assistance > gross:
        form.wrong(f"{who}_assistance", PART_ONLY)
    receipts, costs = _cents(form, f"{who}_receipts"), _cents(form, f"{who}_expenses")
    costs += _cents(form, f"{who}_depreciation")
    if costs and not form.raw(f"{who}_receipts").strip():
        form.wrong(f"{who}_receipts", RECEIPTS_FIRST)
    earned = gross - assistance + max(receipts - costs, 0)
    if form.raw(f"{who}_potential").strip() and _cents(form, f"{who}_potential") < earned:
        form.wrong(f"{who}_potential", EARNS_MORE)


def _check_costs(form: Form, _step: str) -> None:
    for who in WHO:
        for name in COSTS:
            whole = _cents(form, f"{who}_{name}")
            if form.raw("home") == "split" and _cents(form, f"{who}_{name}_apart") > whole:
                form.wrong(f"{who}_{name}_apart", COST_PART)
    for number in range(1, children_of(form) + 1):
        _cents(form, f"child_{number}")


_CHECKS: Mapping[str, Callable[[Form, str], None]] = {
    "children": _check_children,
    "time": _check_time,
    ME: _check_parent,
    OTHER: _check_parent,
    "costs": _check_costs,
}


def monthly(form: Form, name: str, *, required: bool = False) -> int:
    """Return the cents a month of an amount with its period."""
    cents = form.cents(name, required=required, most=MONTHLY_MAX_CENTS)
    period = form.raw(f"{name}_per") or "month"
    if period not in PERIODS:
        form.wrong(f"{name}_per", NOT_A_CHOICE)
        period = "month"
    return (2 * cents * PERIODS[period] + MONTHS) // (2 * MONTHS)


def _cents(form: Form, name: str) -> int:
    return form.cents(name, required=False, most=MONTHLY_MAX_CENTS)


def request_of(form: Form, *, i_am_a: bool) -> pb.ComputeGuidelineRequest:
    """Return the worksheet's input, for answers that were found right."""
    split = form.raw("home") == "split"
    columns = WHO if i_am_a else (OTHER, ME)
    request = pb.ComputeGuidelineRequest(
        children=children_of(form),
        shared_parenting=form.raw("home") == "both",
        parents=pb.GuidelineParents(a=_parent(form, columns[0]), b=_parent(form, columns[1])),
        child_receives_public_assistance=form.checked("assisted"),
    )
    for parent, days in zip((request.parents.a, request.parents.b), _days(form), strict=True):
        parent.days_per_year = days
    if split:
        with_me = form.number("with_me")
        with_b = children_of(form) - with_me if i_am_a else with_me
        a, b = (_apart(form, who, columns[1]) for who in columns)
        request.split_custody.CopyFrom(pb.GuidelineSplitCustody(children_with_b=with_b, a=a, b=b))
    for number in range(1, children_of(form) + 1):
        if cents := _cents(form, f"child_{number}"):
            request.extraordinary_medical.add(
                child=str(number), unreimbursed_in_year=_dollars(cents)
            )
    return request


def i_have_more_days(form: Form) -> bool:
    """Tell whether whoever asks is column A of the form: the parent with more days."""
    home = form.raw("home")
    if home == "both":
        return 2 * half_days(form) >= HALF_DAYS_IN_YEAR
    return home != OTHER


def days_are_equal(form: Form) -> bool:
    """Tell whether income decides who is column A."""
    return form.raw("home") == "both" and 2 * half_days(form) == HALF_DAYS_IN_YEAR


def _days(form: Form) -> tuple[str, str]:
    """Return the days of columns A and B. Where time is not shared they have no line."""
    if form.raw("home") != "both":
        return "365", "0"
    mine = half_days(form)
    most = max(mine, HALF_DAYS_IN_YEAR - mine)
    return _halves(most), _halves(HALF_DAYS_IN_YEAR - most)


def _halves(half_days_count: int) -> str:
    whole, half = divmod(half_days_count, 2)
    return f"{whole}.5" if half else str(whole)


def _parent(form: Form, who: str) -> pb.GuidelineParent:
    def of(name: str) -> str:
        return _dollars(_cents(form, f"{who}_{name}"))

    parent = pb.GuidelineParent(
        gross_monthly=_dollars(monthly(form, f"{who}_gross")),
        maintenance_paid=of("maintenance"),
        prior_born_support=of("prior"),
        child_care_paid=of("care"),
        health_insurance_paid=of("insurance"),
        cash_medical_paid=of("medical"),
        public_assistance_in_gross=of("assistance"),
        prior_born_children_at_home=form.number(f"{who}_prior_children", required=False),
    )
    if form.raw(f"{who}_receipts").strip():
        parent.self_employment.gross_receipts = of("receipts")
        parent.self_employment.necessary_expenses = of("expenses")
        parent.self_employment.straight_line_depreciation = of("depreciation")
    if form.raw(f"{who}_potential").strip():
        parent.potential_income.monthly = of("potential")
        parent.potential_income.incarcerated = form.checked(f"{who}_jailed")
        if form.raw(f"{who}_youngest").strip():
            youngest = form.number(f"{who}_youngest")
            parent.potential_income.youngest_child_cared_for_age = youngest
    return parent


def _apart(form: Form, who: str, column_b: str) -> pb.GuidelinePaid:
    """Return what a parent pays for the children who live with column B.

    The form asks for the part that is for the children who live with the other parent of the two.
    """

    def of(name: str) -> str:
        whole = _cents(form, f"{who}_{name}")
        part = _cents(form, f"{who}_{name}_apart")
        return _dollars(part if column_b == OTHER else whole - part)

    return pb.GuidelinePaid(
        child_care_paid=of("care"),
        health_insurance_paid=of("insurance"),
        cash_medical_paid=of("medical"),
    )


def _dollars(cents: int) -> str:
    return f"{cents // CENTS}.{cents % CENTS:02d}"


def hidden(form: Form, step: str, steps: Sequence[str]) -> list[tuple[str, str]]:
    """Return what was typed on all other steps, to travel on in this one's form.

    An empty step is none of them: everything travels.
    """
    children = children_of(form)
    mine = set(fields_of(step, children)) if step else set()
    names = [name for one in steps for name in fields_of(one, children) if name not in mine]
    return [(name, form.raw(name)) for name in dict.fromkeys(names) if form.raw(name)]
