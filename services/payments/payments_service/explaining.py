"""Why each cent went where it went: stored steps as sentences for an audience.

A row of the distribution table names the kind of money that it is for, so whoever may not know that
money is a tax refund reads the name of the table in its place, of every receipt.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Protocol

from chassis.explanations import step_message
from childsupport.common.v1 import explanation_pb2 as common
from payments_service.domain.allocation import kind_name
from payments_service.domain.collection_date import collection_date
from payments_service.domain.model import Applied, Source
from payments_service.domain.receiving import TAX_OFFSETS
from payments_service.store.reads import RuleRow, decode_steps
from policy import Audience, Policy, Step, Table

_AUDIENCES = {
    common.AUDIENCE_PARENT: Audience.PARENT,
    common.AUDIENCE_WORKER: Audience.WORKER,
}
HIERARCHY = "distribution.hierarchy"


class Part(Protocol):
    """A stored part, as far as its steps go."""

    @property
    def support(self) -> int: ...
    @property
    def obligation_id(self) -> str | None: ...
    @property
    def steps(self) -> Any: ...


class Receipt(Protocol):
    """A receipt, as far as its steps go."""

    @property
    def source(self) -> int: ...
    @property
    def amount_cents(self) -> int: ...
    @property
    def credited_cents(self) -> int: ...
    @property
    def settlement_date(self) -> date: ...
    @property
    def collection_date(self) -> date: ...
    @property
    def pay_date(self) -> date | None: ...


def audience_of(asked: common.Audience.ValueType) -> Audience:
    """Return whom to write for; internal systems that do not say get what an auditor gets."""
    return _AUDIENCES.get(asked, Audience.AUDITOR)


def part_steps(
    row: Part,
    rules: Mapping[str, RuleRow],
    policy: Policy,
    audience: Audience,
    *,
    masked: bool,
    may_know: Collection[str] | None = None,
) -> list[common.Step]:
    """Return the steps that made a part, in the order of their use.

    `masked`: nothing may say where the money came from. `may_know`: the inputs that the reader may
    know; what is no part of them is neither in the step nor in its sentence. None: all of them.
    """
    facts = {"kind": kind_name(row.support), "obligation_id": row.obligation_id or ""}
    told = []
    for kept, inputs, outputs in decode_steps(row.steps):
        rule, checksum = rules[kept], kept
        if masked and f".{HIERARCHY}." in rule.rule_id:
            rule, checksum = _table_of(rule, policy), ""
        shown = inputs | {name: value for name, value in facts.items() if value}
        if may_know is not None:
            shown = {name: value for name, value in shown.items() if name in may_know}
        step = Step(rule.rule_id, rule.citation, rule.confidence, shown, outputs, "")
        told.append(
            step_message(step, text=policy.audience_text(step, audience), rule_checksum=checksum)
        )
    return told


def receipt_steps(
    row: Receipt, policy: Policy, audience: Audience, *, masked: bool
) -> list[common.Step]:
    """Return the steps that hold for a receipt as a whole.

    Refunds may be kept for longer, so that the day by which the money has to be sent out would tell
    them (45 CFR 302.32(b)(2)(iv)); `masked` leaves it out.
    """
    _, collected = collection_date(policy, row.settlement_date, row.pay_date)
    applied = [(collected, "")]
    if not masked:
        received = {"received_date": row.settlement_date.isoformat()}
        limit = "sdu.offset" if Source(row.source) in TAX_OFFSETS else "sdu.disburse"
        rule = policy.rule(limit, row.settlement_date)
        due = policy.due_date(rule.id, row.settlement_date)
        applied.append((Applied(rule, received, {"due_date": due.isoformat()}), ""))
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


def _table_of(rule: RuleRow, policy: Policy) -> RuleRow:
    """Return the distribution table in the place of one of its rows."""
    table_id = rule.rule_id[: rule.rule_id.index(HIERARCHY) + len(HIERARCHY)]
    table = next(entry for entry in policy.versions(table_id) if isinstance(entry, Table))
    return RuleRow(table_id, table.citation, table.confidence.value)
