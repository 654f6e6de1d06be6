"""How a withheld payment is split over what the obligor owes, before it is distributed."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from policy.lookup import Policy
from policy.model import Confidence, Table

STAGES = "allocation.withheld"
WITHIN_ORDER = "allocation.within_order"


@dataclass(frozen=True, slots=True)
class AllocationStage:
    """One stage; can be given to `explain`.

    `code`: current, ordered_arrears, remaining_arrears, excess. `across`: what shares (order,
    obligation, none). `basis`: the amounts that set the shares. `cap`: what a share may not
    exceed; what is over the cap is shared again among the rest, then falls to the next stage.
    """

    id: str
    citation: str
    confidence: Confidence
    checksum: str
    stage: int
    code: str
    across: str
    basis: str
    cap: str


def allocation_stages(policy: Policy, on: date) -> tuple[AllocationStage, ...]:
    """The stages in force for a withheld payment, first to last."""
    return _stages(policy.table(STAGES, on))


def kind_priority(policy: Policy, on: date) -> dict[str, int]:
    """Kind of obligation (child, medical, spousal) to its place within one order, from 1."""
    return {row.text("kind"): row.number("priority") for row in policy.table(WITHIN_ORDER, on)}


@lru_cache(maxsize=64)
def _stages(table: Table) -> tuple[AllocationStage, ...]:
    stages = (
        AllocationStage(
            id=row.id,
            citation=row.citation,
            confidence=row.confidence,
            checksum=row.checksum,
            stage=row.number("stage"),
            code=row.text("code"),
            across=row.text("across"),
            basis=row.text("basis"),
            cap=row.text("cap"),
        )
        for row in table
    )
    return tuple(sorted(stages, key=lambda stage: stage.stage))
