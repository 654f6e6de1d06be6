"""What the grounds for closing ask for, as far as the case itself shows it."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from case_service.domain.closing import Check, Facts, Requirement, Verdict
from case_service.domain.closing_findings import FINDINGS, found, long_enough
from case_service.domain.orders.life import FOR_CHILDREN, is_current
from case_service.domain.orders.terms import terms_of
from policy import Policy

_MEDICAL: Final = "medicaid"


def no_current_order(facts: Facts, law: Policy, on: date) -> Check:
    """There is no longer a current support order."""
    title = "There is no longer a current support order"
    obligations = [one for order in facts.case.orders for one in order.obligations]
    if not obligations:
        return Check(title, Verdict.NOT_MET, "there never was an order that could have ended")
    running = [
        term
        for one in obligations
        for term in terms_of(one)
        if term.monthly_cents and (term.effective_to is None or term.effective_to >= on)
    ]
    if running:
        ends = [term.effective_to for term in running]
        last = max((day for day in ends if day), default=None) if None not in ends else None
        detail = f"support runs until {last}" if last else "support runs without an end"
        return Check(title, Verdict.NOT_MET, detail)
    return Check(title, Verdict.MET, "no support is owed for today or later")


def arrears_small(facts: Facts, law: Policy, on: date) -> Check:
    """Arrears below the amount of 45 CFR 303.11(b)(1)."""
    bound = law.cents("case.closure_arrears", on)
    title = "The arrears are below the amount"
    if not facts.arrears.known:
        return _not_known(title)
    below = facts.arrears.total_cents < bound
    detail = f"{_dollars(facts.arrears.total_cents)} owed, below {_dollars(bound)} asked for"
    return Check(title, Verdict.MET if below else Verdict.NOT_MET, detail)


def arrears_barred(facts: Facts, law: Policy, on: date) -> Check:
    """Too long ago to be enforced: counted from the end of support for the last child."""
    title = "The arrears are too old to be enforced"
    ends = [
        one.effective_to
        for order in facts.case.orders
        for one in order.obligations
        if one.support_type in FOR_CHILDREN and is_current(one)
    ]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return Check(title, Verdict.NOT_MET, "current support has not ended")
    barred_from = law.due_date("arrears.limitation", max(known))
    verdict = Verdict.MET if on > barred_from else Verdict.NOT_MET
    return Check(title, verdict, f"can be enforced until {barred_from}")


def all_arrears_assigned(facts: Facts, law: Policy, on: date) -> Check:
    """All arrears are assigned to the State."""
    title = "All arrears are assigned to the State"
    if not facts.arrears.known:
        return _not_known(title)
    owed, assigned = facts.arrears.total_cents, facts.arrears.assigned_cents
    verdict = Verdict.MET if owed and owed == assigned else Verdict.NOT_MET
    return Check(title, verdict, f"{_dollars(assigned)} of {_dollars(owed)} are assigned")


def no_arrears_assigned(facts: Facts, law: Policy, on: date) -> Check:
    """No arrears that accrued under an order are assigned to the State."""
    title = "No arrears are assigned to the State"
    if not facts.arrears.known:
        return _not_known(title)
    assigned = facts.arrears.assigned_cents
    verdict = Verdict.NOT_MET if assigned else Verdict.MET
    return Check(title, verdict, f"{_dollars(assigned)} are assigned")


def no_medical_assignment(facts: Facts, law: Policy, on: date) -> Check:
    """No medical support is assigned: no child has Medicaid now (42 CFR 433.146).

    What of it was not paid while somebody had Medicaid stays assigned (45 CFR 302.51(c)(2)).
    """
    title = "No medical support is assigned to the State"
    if _has_assistance(facts, [_MEDICAL], on):
        return Check(title, Verdict.NOT_MET, "Medicaid runs, and with it the assignment")
    had = any(p.program == _MEDICAL and p.first_month <= on for p in facts.case.assistance)
    if had and not facts.arrears.known:
        return _not_known(title)
    if had and facts.arrears.medical_cents:
        owed = _dollars(facts.arrears.medical_cents)
        detail = f"{owed} of medical support are owed, and the family had Medicaid"
        return Check(title, Verdict.NOT_MET, detail)
    return Check(title, Verdict.MET, "no Medicaid runs")


def not_on_k_tap(facts: Facts, law: Policy, on: date) -> Check:
    """The recipient has no cash assistance under title IV-A."""
    case = facts.case
    has = _has_assistance(facts, ["k_tap"], on) or (
        not case.assistance and case.assistance_status == "current"
    )
    detail = "cash assistance runs" if has else "no cash assistance runs"
    title = "The recipient has no IV-A assistance"
    return Check(title, Verdict.NOT_MET if has else Verdict.MET, detail)


def may_be_uncooperative(facts: Facts, law: Policy, on: date) -> Check:
    """On Medicaid, only where cooperation is not required of the recipient (302.33(a)(1)(ii))."""
    if not _has_assistance(facts, [_MEDICAL], on):
        title = "Cooperation is not required for assistance"
        return Check(title, Verdict.MET, "no Medicaid runs")
    return found("cooperation_not_required")(facts, law, on)


def children_of_age(facts: Facts, law: Policy, on: date) -> Check:
    """The children have reached the age of majority."""
    title = "The children have reached the age of majority"
    return _all_reached(facts, title, law, "emancipation.age", on)


def child_too_old_for_paternity(facts: Facts, law: Policy, on: date) -> Check:
    """The child is at least as old as 45 CFR 303.11(b)(6)(i) says."""
    title = "The child is old enough for a paternity action to be barred"
    return _all_reached(facts, title, law, "case.closure_paternity_age", on)


def paternity_barred(facts: Facts, law: Policy, on: date) -> Check:
    """An action to establish paternity is barred by the State's limitation."""
    title = "An action to establish paternity is barred"
    return _all_reached(facts, title, law, "paternity.action", on, over=True)


def paternity_open(facts: Facts, law: Policy, on: date) -> Check:
    """Paternity was not established: no order for support stands."""
    title = "Paternity was not established"
    if any(order.obligations for order in facts.case.orders):
        return Check(title, Verdict.NOT_MET, "an order for support stands in the case")
    return Check(title, Verdict.MET, "no order for support stands in the case")


def incarcerated_through_minority(facts: Facts, law: Policy, on: date) -> Check:
    """The obligor is incarcerated as long as a child is a minor, as far as it is recorded."""
    title = FINDINGS["obligor_incarcerated"]
    until = facts.incarcerated_until
    if until is None or until < on:
        return found("obligor_incarcerated")(facts, law, on)
    births = [birth for birth in facts.births.values() if birth]
    if len(births) < len(facts.births) or not births:
        return Check(title, Verdict.MISSING, "a child's date of birth is not recorded")
    majority = max(law.due_date("emancipation.age", birth) for birth in births)
    if until < majority:
        detail = f"until {until}, before the youngest child's majority on {majority}"
        return Check(title, Verdict.NOT_MET, detail)
    return Check(title, Verdict.MET, f"recorded until {until}")


def located_in_vain(rule: str) -> Requirement:
    """Return the requirement that locating was tried in vain for the time that a rule says.

    The locate request of the case shows it, more than one source having been asked; else a finding.
    """
    title = "Locating was tried in vain for the whole time"

    def ask(facts: Facts, law: Policy, on: date) -> Check:
        locating = facts.locating
        if locating is None or (locating.sources_in_vain <= 1 and not locating.located_on):
            return long_enough("locate_in_vain", rule, title)(facts, law, on)
        if locating.located_on:
            return Check(title, Verdict.NOT_MET, f"located on {locating.located_on}")
        over_on = law.due_date(rule, locating.since)
        detail = f"since {locating.since}, {locating.sources_in_vain} sources knew nothing"
        if on < over_on:
            return Check(title, Verdict.NOT_MET, f"{detail}; long enough on {over_on}")
        return Check(title, Verdict.MET, detail)

    return ask


def _all_reached(
    facts: Facts, title: str, law: Policy, rule: str, on: date, *, over: bool = False
) -> Check:
    """Whether every child has reached an age; `over`: its last day has passed."""
    if not facts.births:
        return Check(title, Verdict.MISSING, "no child is recorded in the case")
    if not all(facts.births.values()):
        return Check(title, Verdict.MISSING, "a child's date of birth is not recorded")
    births = [birth for birth in facts.births.values() if birth]
    last = max(law.due_date(rule, birth) for birth in births)
    reached = on > last if over else on >= last
    return Check(title, Verdict.MET if reached else Verdict.NOT_MET, f"for all of them on {last}")


def _has_assistance(facts: Facts, programs: Iterable[str], on: date) -> bool:
    month = on.replace(day=1)
    wanted = set(programs)
    return any(
        period.program in wanted
        and period.first_month <= month
        and (period.last_month is None or period.last_month >= month)
        for period in facts.case.assistance
    )


def _not_known(title: str) -> Check:
    return Check(title, Verdict.MISSING, "what is owed is not known: the ledger has not told yet")


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"
