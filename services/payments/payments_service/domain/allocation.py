"""How a withheld payment is split over an obligor's obligations (921 KAR 1:420 s1, KRS 405.467).

Current support first: the orders share it in proportion to their monthly amounts, none beyond what
is still due for the month; within an order child, then medical, then spousal support. Then the
monthly amounts ordered on arrears, in proportion; then the remaining arrears by balance (which no
text at hand says); what is over is held. Nothing is kept for a future month while anything is owed.
A federal tax refund goes to arrears alone, by balance. Arrears that another State is owed in the
same case come after all of ours (IRG Q8.4).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from payments_service.domain.model import SUPPORT_NAMES, Applied, Obligation, Support
from payments_service.domain.proration import prorate_capped
from payments_service.domain.rules import Rules
from policy import AllocationStage

CURRENT: Final = "current"
ORDERED_ARREARS: Final = "ordered_arrears"
REMAINING_ARREARS: Final = "remaining_arrears"
EXCESS: Final = "excess"


@dataclass(slots=True)
class Debt:
    """What is owed on one obligation, in cents. Stages take from the working copy that they hold.

    `month_cents`: what is ordered for the month, paid or not. `ordered_due_cents`: what of the
    month's ordered arrears amount is not paid yet.
    """

    obligation: Obligation
    month_cents: int
    current_due_cents: int
    ordered_due_cents: int
    arrears_due_cents: int


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the credit for one obligation and stage; no obligation: excess."""

    obligation: Obligation | None
    stage: str
    credited_cents: int
    steps: tuple[Applied, ...]


def allocate(
    credited_cents: int, debts: Sequence[Debt], rules: Rules, *, offset: bool = False
) -> list[Share]:
    """Split a credit over debts (sorted by obligation id); the shares sum to the credit.

    `offset`: a federal tax refund. The debts are a working copy: they are lowered by what was
    allocated.
    """
    shares: list[Share] = []
    rest = credited_cents
    others = any(debt.obligation.owed_to_fips for debt in debts)
    for stage in rules.offset_stages if offset else rules.stages:
        if not rest:
            break
        taken = _STAGES[stage.code](rest, debts, stage, rules)
        if others and stage.code != CURRENT:
            taken = _own_state_first(taken, debts, rules)
        for share in taken:
            rest -= share.credited_cents
        shares += taken
    if rest:
        raise ValueError(f"the stages of {rules.on} leave {rest} of {credited_cents} cents over")
    return shares


def share_current(credited_cents: int, debts: Sequence[Debt], rules: Rules) -> list[Share]:
    """Split a credit over what is due of current support alone; what is over is in no share."""
    stage = next(stage for stage in rules.stages if stage.code == CURRENT)
    return _current(credited_cents, debts, stage, rules)


def _current(rest: int, debts: Sequence[Debt], stage: AllocationStage, rules: Rules) -> list[Share]:
    orders: dict[str, list[Debt]] = {}
    for debt in debts:
        if debt.current_due_cents > 0:
            orders.setdefault(debt.obligation.order_id, []).append(debt)
    if not orders:
        return []
    if len(orders) == 1:
        (group,) = orders.values()
        amount = min(rest, sum(debt.current_due_cents for debt in group))
        alone: dict[str, str | int] = {"available_cents": rest}
        return _within_order(amount, group, stage, alone, prorated=False, rules=rules)
    # All of an order for the month, whatever of it is paid: 921 KAR 1:420 s1(2) to (3).
    ordered: dict[str, int] = dict.fromkeys(orders, 0)
    for debt in debts:
        if debt.obligation.order_id in ordered:
            ordered[debt.obligation.order_id] += debt.month_cents
    # Ties go to the order whose first obligation has the lowest id.
    groups, weights = list(orders.values()), list(ordered.values())
    caps = [sum(debt.current_due_cents for debt in group) for group in groups]
    parts = prorate_capped(rest, weights, caps)
    prorated = len(groups) > 1 and rest < sum(caps)
    shares: list[Share] = []
    for group, weight, part in zip(groups, weights, parts, strict=True):
        if not part:
            continue
        facts: dict[str, str | int] = {"available_cents": rest}
        if prorated:
            facts |= {"order_monthly_cents": weight, "all_monthly_cents": sum(weights)}
        shares += _within_order(part, group, stage, facts, prorated=prorated, rules=rules)
    return shares


def _within_order(
    amount: int,
    group: list[Debt],
    stage: AllocationStage,
    facts: dict[str, str | int],
    *,
    prorated: bool,
    rules: Rules,
) -> list[Share]:
    shares: list[Share] = []
    several = len(group) > 1
    rest = amount
    by_place: dict[int, list[Debt]] = {}
    for debt in group:
        by_place.setdefault(rules.priority[debt.obligation.support], []).append(debt)
    for place, same in sorted(by_place.items()):
        caps = [debt.current_due_cents for debt in same]
        weights = [debt.month_cents or debt.obligation.monthly_cents for debt in same]
        parts = prorate_capped(rest, weights, caps)
        for debt, part in zip(same, parts, strict=True):
            if not part:
                continue
            inputs = {**facts, "due_cents": debt.current_due_cents}
            steps = [Applied(stage, inputs, {"amount_cents": part})]
            if several:
                kinds: dict[str, str | int] = {"order_cents": amount, "priority": place}
                steps.append(Applied(rules.within_order, kinds, {"amount_cents": part}))
            if prorated:
                steps.append(Applied(rules.proration, {}, {"amount_cents": part}))
            debt.current_due_cents -= part
            shares.append(Share(debt.obligation, CURRENT, part, tuple(steps)))
            rest -= part
    return shares


def _ordered_arrears(
    rest: int, debts: Sequence[Debt], stage: AllocationStage, rules: Rules
) -> list[Share]:
    owed = [debt for debt in debts if min(debt.ordered_due_cents, debt.arrears_due_cents) > 0]
    weights = [debt.obligation.monthly_arrears_cents for debt in owed]
    caps = [min(debt.ordered_due_cents, debt.arrears_due_cents) for debt in owed]
    return _arrears(rest, owed, weights, caps, stage, rules)


def _remaining_arrears(
    rest: int, debts: Sequence[Debt], stage: AllocationStage, rules: Rules
) -> list[Share]:
    owed = [debt for debt in debts if debt.arrears_due_cents > 0]
    balances = [debt.arrears_due_cents for debt in owed]
    return _arrears(rest, owed, balances, balances, stage, rules)


def _arrears(
    rest: int,
    owed: list[Debt],
    weights: list[int],
    caps: list[int],
    stage: AllocationStage,
    rules: Rules,
) -> list[Share]:
    shares: list[Share] = []
    if not owed:
        return shares
    prorated = len(owed) > 1 and rest < sum(caps)
    all_weights = sum(weights)
    parts = prorate_capped(rest, weights, caps)
    for debt, weight, cap, part in zip(owed, weights, caps, parts, strict=True):
        if not part:
            continue
        inputs: dict[str, str | int] = {"available_cents": rest, "due_cents": cap}
        if prorated:
            inputs |= {"share_of_cents": weight, "all_shares_cents": all_weights}
        steps = [Applied(stage, inputs, {"amount_cents": part})]
        if prorated:
            steps.append(Applied(rules.proration, {}, {"amount_cents": part}))
        _take(debt, part)
        shares.append(Share(debt.obligation, stage.code, part, tuple(steps)))
    return shares


def _own_state_first(shares: list[Share], debts: Sequence[Debt], rules: Rules) -> list[Share]:
    """Turn what another State would get to what we are owed in the same case."""
    result: list[Share] = []
    for share in shares:
        theirs = share.obligation
        if theirs is None or not theirs.owed_to_fips:
            result.append(share)
            continue
        rest = share.credited_cents
        for debt in debts:
            owed = debt.obligation
            if owed.case_id != theirs.case_id or owed.owed_to_fips:
                continue
            if part := min(rest, debt.arrears_due_cents):
                step = Applied(rules.states_in_one_case, {}, {"amount_cents": part})
                result.append(Share(owed, share.stage, part, (*share.steps, step)))
                _take(debt, part)
                rest -= part
        back = share.credited_cents - rest
        if back:
            loser = next(debt for debt in debts if debt.obligation is theirs)
            loser.arrears_due_cents += back
            loser.ordered_due_cents += back
        if rest:
            result.append(Share(theirs, share.stage, rest, share.steps))
    return result


def _take(debt: Debt, cents: int) -> None:
    debt.arrears_due_cents -= cents
    debt.ordered_due_cents = max(0, debt.ordered_due_cents - cents)


def _excess(rest: int, debts: Sequence[Debt], stage: AllocationStage, rules: Rules) -> list[Share]:
    steps = (
        Applied(stage, {"available_cents": rest}, {"amount_cents": rest}),
        Applied(rules.future, {}, {"amount_cents": rest}),
    )
    return [Share(None, EXCESS, rest, steps)]


Stage = Callable[[int, Sequence[Debt], AllocationStage, Rules], list[Share]]

_STAGES: dict[str, Stage] = {
    CURRENT: _current,
    ORDERED_ARREARS: _ordered_arrears,
    REMAINING_ARREARS: _remaining_arrears,
    EXCESS: _excess,
}


def kind_name(support: int) -> str:
    """Return what the policy library calls a kind of support; empty for none."""
    return SUPPORT_NAMES[Support(support)] if support else ""
