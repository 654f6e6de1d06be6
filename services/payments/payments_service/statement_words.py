"""The words of statements: what moved an account, and how its figures come about."""

from collections.abc import Mapping
from datetime import date

from chassis.explanations import step_message
from childsupport.common.v1.explanation_pb2 import Step as StepMessage
from payments_service.domain.model import Source
from payments_service.domain.statements import Moved, Movement
from policy import Audience, Policy, Step
from policy.wording import month_in_words

SOURCES = {
    Source.EMPLOYER: "withheld from pay",
    Source.EMPLOYER_CHECK: "withheld from pay, by check",
    Source.ONLINE: "paid online",
    Source.MAIL: "paid by mail",
    Source.CASH: "paid in cash",
    Source.FEDERAL_TAX_OFFSET: "federal tax refund",
    Source.FEDERAL_ADMINISTRATIVE_OFFSET: "federal payment",
    Source.STATE_TAX_OFFSET: "State tax refund",
    Source.UNEMPLOYMENT: "unemployment benefits",
    Source.LOTTERY: "lottery winnings",
    Source.INSURANCE: "insurance settlement",
    Source.BANK_LEVY: "bank levy",
    Source.OTHER_STATE: "sent by another State",
    Source.FOREIGN: "sent from abroad",
}
_SAID = {
    Movement.OPENING: ("Owed before this ledger began", "What was owed before, changed"),
    Movement.CHARGE: ("Support charged", "Charge taken back"),
    Movement.PAYMENT: ("Payment", "Payment taken back"),
    Movement.INTEREST: ("Interest", "Interest taken back"),
    Movement.ADJUSTMENT: ("Added to the debt", "Taken off the debt"),
}


def month_name(month: date) -> str:
    """Return a month as people write it."""
    return month_in_words(month, Audience.PARENT)


def row_text(row: Moved, source: int = 0) -> str:
    """Return what a row of a history is; `source`: 0 where it must not be told."""
    up, down = _SAID[row.movement]
    usual = row.cents < 0 if row.movement == Movement.PAYMENT else row.cents > 0
    said = up if usual else down
    if row.month:
        return f"{said} for {month_name(row.month)}"
    if row.movement == Movement.PAYMENT and source in SOURCES:
        return f"{said}, {SOURCES[Source(source)]}"
    return said


def step(
    policy: Policy,
    rule_id: str,
    on: date,
    audience: Audience,
    text: str,
    *,
    inputs: Mapping[str, str | int],
    outputs: Mapping[str, str | int],
) -> StepMessage:
    """Return a step of a statement: the rule, its figures, and a sentence."""
    rule = policy.rule(rule_id, on)
    made = Step(rule.id, rule.citation, rule.confidence.value, inputs, outputs, text)
    return step_message(
        made, text=policy.audience_text(made, audience), rule_checksum=rule.checksum[:16]
    )
