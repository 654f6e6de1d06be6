"""Why an amount is what it is: each step in a parent's words and language, with its source.

A service sends a step's rule, figures and an English sentence. The sentence is said anew here, so
that it is there in every language; a rule that is not known here keeps the service's sentence.
Figures are named one by one: nothing that a step carries besides comes onto the page.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from childsupport.common.v1.explanation_pb2 import Step
from web import saying
from web.i18n import N_
from web.visit import Visit

SENTENCES: Final[Mapping[str, str]] = {
    "collection_date.basis": N_("The law counts this payment from %(collection_date)s."),
    "allocation.withheld.current": N_(
        "Support of the running month comes first. %(amount_cents)s went to this month’s %(kind)s."
    ),
    "allocation.withheld.ordered_arrears": N_(
        "Next comes what the order asks each month on past-due support."
        " %(amount_cents)s went to past-due %(kind)s."
    ),
    "allocation.withheld.remaining_arrears": N_(
        "What is left goes to other past-due support. %(amount_cents)s went to past-due %(kind)s."
    ),
    "allocation.withheld.excess": N_(
        "Everything that is owed now was paid. %(amount_cents)s is more than that and is held."
    ),
    "allocation.within_order": N_(
        "One order asks for several kinds of support: child support comes first, then medical,"
        " then spousal support. %(amount_cents)s of the money went to %(kind)s."
    ),
    "allocation.proration": N_(
        "The money did not cover everything, so it was shared in proportion, to the cent."
    ),
    "redo.pinned_pays": N_(
        "%(amount_cents)s stays with the family it was sent to, and counts for that support."
    ),
    "distribution.held_excess": N_(
        "%(amount_cents)s was more than was owed when it came."
        " It pays support of a later month: %(month)s."
    ),
    "distribution.hierarchy": N_("%(amount_cents)s for %(bucket)s goes to %(payee)s."),
    "fee.annual": N_("The yearly fee of %(amount_cents)s was kept back from the family’s support."),
    "distribution.buckets_of_a_case": N_(
        "%(amount_cents)s of the %(case_cents)s for past-due support of this case went here."
    ),
    "distribution.states_in_one_case": N_(
        "What is owed in Kentucky comes before what another State is owed."
        " %(amount_cents)s went here."
    ),
    "assistance.maintenance_of_month": N_(
        "A child is in foster care. Its costs of this month take the first"
        " %(maintenance_left_cents)s of this support."
    ),
    "distribution.future_after_assigned": N_(
        "%(amount_cents)s is more than is owed now. It is held until it may be used for a coming"
        " month."
    ),
    "distribution.retained_limit": N_(
        "The State may keep no more than the assistance that is still to be paid back."
        " So it does not keep %(amount_cents)s."
    ),
    "sdu.disburse": N_("We have to send the money out by %(due_date)s."),
    "sdu.offset": N_("We have to send the money out by %(due_date)s."),
    "statement.balance": N_("This comes to %(closing_cents)s."),
    "statement.payoff": N_(
        "%(payoff_cents)s pays off everything that is due. It holds through %(good_through)s,"
        " if nothing else is paid or changed."
    ),
}
"""By rule id without its jurisdiction; a table's id serves its rows."""

DETAILS: Final[tuple[tuple[str, str], ...]] = (
    ("allocation.withheld.current", N_("%(due_cents)s of it was still to be paid.")),
    ("allocation.withheld.ordered_arrears", N_("%(due_cents)s of it was still to be paid.")),
    ("allocation.withheld.remaining_arrears", N_("%(due_cents)s of it was owed.")),
    (
        "allocation.withheld.current",
        N_(
            "The money was shared by what each order asks for a month:"
            " %(order_monthly_cents)s of %(all_monthly_cents)s is this order’s."
        ),
    ),
    (
        "allocation.withheld",
        N_(
            "The money was shared over several debts:"
            " this one counts for %(share_of_cents)s of %(all_shares_cents)s."
        ),
    ),
)
"""What the one who pays is told besides, where the step has the figures. They speak of all that he
owes, so nobody else is told."""

WORDS: Final[Mapping[str, str]] = {
    "child": N_("child support"),
    "medical": N_("medical support"),
    "spousal": N_("spousal support"),
    "child_care": N_("child care support"),
    "current": N_("this month’s support"),
    "NA": N_("past-due support"),
    "PA": N_("past-due support owed to the State"),
    "TA": N_("past-due support owed to the State for now"),
    "CA": N_("past-due support"),
    "UD": N_("past-due support"),
    "UP": N_("past-due support"),
    "arrears": N_("past-due support"),
    "future": N_("support for a coming month"),
    "fee": N_("the yearly fee"),
    "excess": N_("money that is not owed"),
    "current_medical": N_("this month’s medical support"),
    "arrears_medical": N_("past-due medical support"),
    "family": N_("the family"),
    "state": N_("the State, which paid assistance to the family"),
    "medicaid": N_("the Medicaid agency"),
    "iv_e_state": N_("the State, for foster care"),
    "iv_e_agency": N_("the foster care agency"),
    "initiating_agency": N_("the agency of the other State"),
    "obligor": N_("the parent who paid"),
    "hold": N_("nobody yet; it is held"),
}
OWN_RULES: Final = frozenset({"constructed"})
UNSURE: Final = frozenset({"unverified"})
_PLACE = re.compile(r"%\((\w+)\)s")
_MARK = re.compile(r" \((unverified|platform's own)\)$")
"""What a citation ends with when it is not sure, in English; the page says it in its language."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step as it is shown."""

    text: str
    citation: str
    own_rule: bool
    """True when no law says it: a choice of the platform."""
    unsure: bool
    """True when its source is still to be compared with the law's text."""


def tell(visit: Visit, steps: Iterable[Step], *, details: bool) -> list[Told]:
    """Return steps in the visitor's language, in their order; what says the same twice, once.

    `details`: with the figures that only the one who pays may know.
    """
    told: dict[tuple[str, str], Told] = {}
    for step in steps:
        text = " ".join((sentence(visit, step), *(_details(visit, step) if details else ())))
        own, unsure = step.confidence in OWN_RULES, step.confidence in UNSURE
        one = Told(text, _MARK.sub("", step.citation), own, unsure)
        told.setdefault((one.text, one.citation), one)
    return list(told.values())


def sentence(visit: Visit, step: Step) -> str:
    """Return a step's sentence; the service's own where a rule or a figure is not known here."""
    return _filled(visit, template_of(step.rule_id), step) or step.text


def template_of(rule_id: str) -> str:
    """Return the marked message for a rule, or for the table that it is a row of; else empty."""
    found = rule_id.partition(".")[2]
    while found and found not in SENTENCES:
        found = found.rpartition(".")[0]
    return SENTENCES.get(found, "")


def _details(visit: Visit, step: Step) -> Iterable[str]:
    rule = step.rule_id.partition(".")[2]
    for start, template in DETAILS:
        if rule.startswith(start) and (said := _filled(visit, template, step)):
            yield said


def _filled(visit: Visit, template: str, step: Step) -> str:
    """Return a message with a step's figures; empty when one is not there or not as expected."""
    facts = {**step.inputs, **step.outputs}
    names = _PLACE.findall(template)
    if not facts.keys() >= set(names):
        return ""
    try:
        return visit.text(template, **{name: _say(visit, name, facts[name]) for name in names})
    except ValueError:
        return ""


def _say(visit: Visit, name: str, value: str) -> str:
    if name.endswith("_cents"):
        return saying.money(int(value), visit.language)
    if name in _DAYS:
        return _DAYS[name](date.fromisoformat(value), visit.language)
    return visit.text(WORDS[value]) if value in WORDS else value


_DAYS: Final[Mapping[str, Callable[[date, str], str]]] = {
    "collection_date": saying.day,
    "due_date": saying.day,
    "good_through": saying.day,
    "month": saying.month,
}
