"""Why each cent went where it went: stored steps as sentences for an audience."""

from collections.abc import Mapping

from chassis.explanations import step_message
from childsupport.common.v1 import explanation_pb2 as common
from payments_service.domain.allocation import kind_name
from payments_service.domain.collection_date import collection_date
from payments_service.domain.model import Applied
from payments_service.store.reads import AllocationRow, ReceiptRow, RuleRow, decode_steps
from policy import Audience, Policy, Step, dollars

_AUDIENCES = {
    common.AUDIENCE_PARENT: Audience.PARENT,
    common.AUDIENCE_WORKER: Audience.WORKER,
}
_PLAIN_TEXTS = {
    "us.distribution.retained_limit": (
        "{amount} goes to the family: the State may keep no more than the assistance that is"
        " still to be repaid."
    ),
}


def audience_of(asked: common.Audience.ValueType) -> Audience:
    """Return whom to write for; internal systems that do not say get what an auditor gets."""
    return _AUDIENCES.get(asked, Audience.AUDITOR)


def part_steps(
    row: AllocationRow, rules: Mapping[str, RuleRow], policy: Policy, audience: Audience
) -> list[common.Step]:
    """Return the steps that made a part, in the order of their use."""
    facts = {"kind": kind_name(row.support), "obligation_id": row.obligation_id or ""}
    told = []
    for checksum, inputs, outputs in decode_steps(row.steps):
        rule = rules[checksum]
        plain = _PLAIN_TEXTS.get(rule.rule_id, "")
        amount = outputs.get("amount_cents")
        if plain and isinstance(amount, int):
            plain = plain.format(amount=dollars(amount))
        shown = inputs | {name: value for name, value in facts.items() if value}
        step = Step(rule.rule_id, rule.citation, rule.confidence, shown, outputs, plain)
        told.append(
            step_message(step, text=policy.audience_text(step, audience), rule_checksum=checksum)
        )
    return told


def receipt_steps(row: ReceiptRow, policy: Policy, audience: Audience) -> list[common.Step]:
    """Return the steps that hold for a receipt as a whole."""
    _, collected = collection_date(policy, row.settlement_date, row.pay_date)
    due = policy.due_date("sdu.disburse", row.settlement_date)
    rule = policy.rule("sdu.disburse", row.settlement_date)
    received = row.settlement_date.isoformat()
    applied = [
        (collected, ""),
        (Applied(rule, {"received_date": received}, {"due_date": due.isoformat()}), ""),
    ]
    if row.credited_cents != row.amount_cents:
        split = policy.rule("allocation.proration", row.collection_date)
        sums = {"credited_cents": row.credited_cents, "amount_cents": row.amount_cents}
        applied.append((Applied(split, sums, {"amount_cents": row.amount_cents}), ""))
    told = []
    for (cited, inputs, outputs), plain in applied:
        shown = {**inputs, **outputs}
        step = Step(cited.id, cited.citation, cited.confidence.value, shown, outputs, plain)
        sentence = policy.audience_text(step, audience)
        told.append(step_message(step, text=sentence, rule_checksum=cited.checksum[:16]))
    return told
