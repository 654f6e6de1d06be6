"""Who a child's father is in law, from the facts that were recorded, and by which rules.

In order of weight: a finding of a court or another State, the mother's marriage, an acknowledgment,
a genetic test. Each way gives its steps; where none leads to a father, what is under way does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from case_service.domain.establishing import rescission
from case_service.domain.establishing.facts import (
    Acknowledgment,
    Challenge,
    Finding,
    GeneticResult,
    GeneticTest,
    Marriage,
    NotPursued,
    Recorded,
    Rescission,
    actions,
    named_father,
    named_mother,
    valid,
)
from policy import Policy, Rule, RuleNotInForce, Step, explain
from policy.calendars import MONTHS_IN_YEAR, add_months

FINDING_RULES = {
    "order": "paternity.adjudication",
    "default": "paternity.default_order",
    "other_state": "paternity.full_faith_and_credit",
}


@dataclass(frozen=True, slots=True)
class Child:
    """Whose father is asked for. Without a day of birth no marriage leads to one."""

    child_id: str
    birth_date: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the facts about a child come to.

    `status`: unestablished, pending, not_pursued, excluded (every alleged father is),
    presumed_by_test, presumed_by_marriage, acknowledged, adjudicated.
    """

    status: str
    father_id: str = ""
    since: date | None = None
    mother_id: str = ""
    steps: tuple[Step, ...] = ()
    alleged_ids: tuple[str, ...] = ()
    """Named by anybody and not excluded."""
    excluded_ids: tuple[str, ...] = ()
    acknowledgment_id: str = ""
    challenged: bool = False
    """A court is asked to set the acknowledgment aside; duties from it go on meanwhile."""


@dataclass(slots=True)
class _Inquiry:
    """One look through the facts of a child."""

    child: Child
    facts: list[Recorded]
    law: Policy
    on: date
    steps: list[Step] = field(default_factory=list)

    def rule(self, rule_id: str, day: date) -> Rule:
        """The rule of that day, or today's: the data begins late, where a start was not found."""
        try:
            return self.law.rule(rule_id, day)
        except RuleNotInForce:
            return self.law.rule(rule_id, self.on)

    def explain(self, rule: Rule, inputs: dict[str, str], output: str, text: str) -> None:
        self.steps.append(explain(rule, inputs, output, text))

    def findings(self) -> dict[str, tuple[date, Finding]]:
        """The last finding about each man, and its day."""
        return {
            r.fact.father_id: (r.on_date, r.fact) for r in self.facts if isinstance(r.fact, Finding)
        }

    def results(self) -> dict[str, tuple[date, GeneticResult]]:
        """The last result of a test of each man."""
        tested = {
            r.fact_id: r.fact.father_id for r in self.facts if isinstance(r.fact, GeneticTest)
        }
        return {
            tested[r.fact.test_id]: (r.on_date, r.fact)
            for r in self.facts
            if isinstance(r.fact, GeneticResult) and r.fact.test_id in tested
        }


def standing(child: Child, recorded: Sequence[Recorded], law: Policy, on: date) -> Standing:
    """Return what the facts about a child come to on a day, with the rules that say so."""
    inquiry = _Inquiry(child, valid(recorded), law, on)
    found = _adjudicated(inquiry) or _without_court(inquiry) or _open(inquiry)
    excluded = _excluded(inquiry)
    named = dict.fromkeys(named_father(r.fact) for r in inquiry.facts if named_father(r.fact))
    return Standing(
        status=found.status,
        father_id=found.father_id,
        since=found.since,
        mother_id=next(
            (mother for r in reversed(inquiry.facts) if (mother := named_mother(r.fact))), ""
        ),
        steps=tuple(inquiry.steps),
        alleged_ids=tuple(f for f in named if f not in excluded and f != found.father_id),
        excluded_ids=tuple(sorted(excluded - {found.father_id})),
        acknowledgment_id=found.acknowledgment_id,
        challenged=found.challenged,
    )


def action_until(child: Child, law: Policy, on: date) -> date | None:
    """Return the birthday before which an action must begin (42 USC 666(a)(5)(A); IRG Q3.2)."""
    if child.birth_date is None:
        return None
    years = law.count("paternity.action", on)
    return add_months(child.birth_date, years * MONTHS_IN_YEAR)


def acknowledgment_of(facts: Sequence[Recorded], fact_id: str) -> Acknowledgment | None:
    """Return an acknowledgment that was neither withdrawn nor taken back."""
    standing_facts = valid(facts)
    taken_back = {
        r.fact.acknowledgment_id for r in standing_facts if isinstance(r.fact, Rescission)
    }
    for r in standing_facts:
        if r.fact_id == fact_id and isinstance(r.fact, Acknowledgment):
            return None if fact_id in taken_back else r.fact
    return None


def _adjudicated(inquiry: _Inquiry) -> Standing | None:
    """A court's finding, also by default (42 USC 666(a)(5)(H)), or another State's (666(a)(11))."""
    fathers = [(day, f) for day, f in inquiry.findings().values() if f.is_father]
    if not fathers:
        return None
    day, finding = max(fathers, key=lambda one: one[0])
    inquiry.explain(
        inquiry.rule(FINDING_RULES[finding.basis], day),
        {"basis": finding.basis, "state": finding.state, "entered_on": str(day)},
        "adjudicated",
        f"Paternity was determined on {day}.",
    )
    return Standing("adjudicated", finding.father_id, day)


def _without_court(inquiry: _Inquiry) -> Standing | None:
    """Marriage, acknowledgment, test: the husband stands before a man who acknowledged."""
    husband = _by_marriage(inquiry)
    acknowledged = _acknowledged(inquiry, husband.father_id if husband else "")
    if husband and (acknowledged is None or acknowledged.father_id != husband.father_id):
        return husband
    return acknowledged or _by_test(inquiry)


def _by_marriage(inquiry: _Inquiry) -> Standing | None:
    """Born in wedlock or within ten months after it (KRS 406.011); a court's finding rebuts it."""
    born = inquiry.child.birth_date
    if born is None:
        return None
    rule = inquiry.rule("paternity.after_marriage", born)
    for r in reversed(inquiry.facts):
        marriage = r.fact
        if not isinstance(marriage, Marriage) or marriage.husband_id in inquiry.findings():
            continue
        ended = marriage.ended_on
        until = add_months(ended, rule.count()) if ended else None
        if marriage.married_on <= born and (until is None or born <= until):
            inquiry.explain(
                rule,
                {
                    "born_on": str(born),
                    "married_on": str(marriage.married_on),
                    "marriage_ended_on": str(ended or ""),
                },
                "presumed_by_marriage",
                "The child was born in wedlock, or within the time after it in which the husband "
                "is presumed to be the father.",
            )
            return Standing("presumed_by_marriage", marriage.husband_id, born)
    return None


def _acknowledged(inquiry: _Inquiry, husband_id: str) -> Standing | None:
    """A signed acknowledgment is a legal finding (42 USC 666(a)(5)(D)(ii); KRS 406.091)."""
    for r in reversed(inquiry.facts):
        found = acknowledgment_of(inquiry.facts, r.fact_id)
        if found is None:
            continue
        if found.father_id in inquiry.findings():
            continue
        rule = inquiry.rule("paternity.acknowledgment_equals_judgment", found.completed_on)
        inputs = {
            "mother_signed_on": str(found.mother_signed_on),
            "father_signed_on": str(found.father_signed_on),
        }
        if husband_id not in {"", found.father_id}:
            text = "The acknowledgment has no effect while the husband is presumed the father."
            inquiry.explain(rule, inputs, "no_effect", text)
            return None
        text = f"Both parents had signed on {found.completed_on}; that has a judgment's weight."
        inquiry.explain(rule, inputs, "acknowledged", text)
        challenged = _is_challenged(inquiry, r.fact_id)
        return Standing(
            "acknowledged",
            found.father_id,
            found.completed_on,
            acknowledgment_id=r.fact_id,
            challenged=challenged,
        )
    return None


def _is_challenged(inquiry: _Inquiry, acknowledgment_id: str) -> bool:
    """A challenge goes on until a court found for or against the father."""
    days = [
        r.on_date
        for r in inquiry.facts
        if isinstance(r.fact, Challenge) and r.fact.acknowledgment_id == acknowledgment_id
    ]
    if not days:
        return False
    rule = inquiry.rule(rescission.GROUNDS, max(days))
    text = f"A court is asked to set it aside since {max(days)}; duties from it go on meanwhile."
    inquiry.explain(rule, {"filed_on": str(max(days))}, "challenged", text)
    return True


def _by_test(inquiry: _Inquiry) -> Standing | None:
    """A probability at the threshold gives a presumption (KRS 406.111; IRG Q5.2).

    Two men at the threshold (brothers) leave it to a court.
    """
    likely: list[tuple[str, date, Rule, str]] = []
    for father_id, (day, result) in inquiry.results().items():
        rule = inquiry.rule("paternity.test_probability", day)
        if not result.excluded and reaches(result.probability, rule):
            likely.append((father_id, day, rule, result.probability))
    if len(likely) != 1:
        return None
    father_id, day, rule, probability = likely[0]
    if father_id in inquiry.findings():
        return None
    text = "The genetic test reaches the probability from which paternity is presumed."
    inquiry.explain(rule, {"probability": probability}, "presumed_by_test", text)
    return Standing("presumed_by_test", father_id, day)


def reaches(probability: str, rule: Rule) -> bool:
    """Whether a probability in percent is at least the rule's."""
    return Fraction(probability) >= rule.percent() * 100


def _excluded(inquiry: _Inquiry) -> set[str]:
    """Men whom a test excludes, or of whom a court found that they are not the father."""
    by_test = {father for father, (_, result) in inquiry.results().items() if result.excluded}
    findings = inquiry.findings()
    by_court = {father for father, (_, finding) in findings.items() if not finding.is_father}
    return by_court | (by_test - set(findings))


def _open(inquiry: _Inquiry) -> Standing:
    """No father in law: what is under way, or that nothing is."""
    today = inquiry.on
    decisions = [(r.on_date, r.fact) for r in inquiry.facts if isinstance(r.fact, NotPursued)]
    if decisions and decisions[-1][1].ground:
        day, decision = decisions[-1]
        rule = inquiry.rule("paternity.not_pursued", day)
        inquiry.explain(rule, {"ground": decision.ground}, "not_pursued", "It is not pursued.")
        return Standing("not_pursued", since=day)
    excluded = _excluded(inquiry)
    named = {named_father(r.fact) for r in inquiry.facts} - {""}
    if named and named <= excluded:
        rule = inquiry.rule("paternity.test_probability", today)
        inquiry.explain(rule, {}, "excluded", "Every man who was named is excluded.")
        return Standing("excluded")
    rule = inquiry.rule("paternity.adjudication", today)
    begun = [day for day, action in actions(inquiry.facts) if action.father_id not in excluded]
    begun += [
        r.on_date
        for r in inquiry.facts
        if isinstance(r.fact, GeneticTest) and r.fact.father_id not in excluded
    ]
    if begun:
        text = f"Establishing it has been under way since {min(begun)}."
        inquiry.explain(rule, {"begun_on": str(min(begun))}, "pending", text)
        return Standing("pending", since=min(begun))
    text = "Nobody is the father in law, and nothing is under way."
    inquiry.explain(rule, {"alleged_fathers": str(len(named))}, "unestablished", text)
    return Standing("unestablished")
