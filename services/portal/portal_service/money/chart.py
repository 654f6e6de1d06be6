"""Months of an account as a chart: what was charged and paid, and what is owed at each end.

Points are those of an SVG of WIDTH by HEIGHT; the same figures stand in a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from childsupport.payments.v1 import party_service_pb2 as pb

WIDTH: Final = 960
HEIGHT: Final = 320
LEFT: Final = 70
RIGHT: Final = 10
TOP: Final = 14
BOTTOM: Final = 36
GAP: Final = 0.18
"""Of a month's width, between two months."""
NAMED_EVERY: Final = 3
NAMED_ALL: Final = 7
WIDEST: Final = 125
"""So wide is a month at the most: its name fits, and few months make no wall."""
ROUND: Final = (1, 2, 2.5, 5, 10)
LINES: Final = 4
CENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar; `y` is its upper edge."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the scale."""

    y: float
    cents: int


@dataclass(frozen=True, slots=True)
class Name:
    """Where a month is named."""

    x: float
    month: pb.MyMonth


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn."""

    charged: tuple[Bar, ...]
    paid: tuple[Bar, ...]
    balance: str
    """Points of the line of what is owed."""
    scale: tuple[Line, ...]
    names: tuple[Name, ...]
    zero: float


def chart_of(months: Sequence[pb.MyMonth]) -> Chart:
    """Return the chart of some months, oldest first; empty bars without any."""
    most = max((max(m.charged_cents, m.paid_cents, m.balance_cents) for m in months), default=0)
    least = min((min(m.balance_cents, m.charged_cents, m.paid_cents) for m in months), default=0)
    each = _round_step(max(most, 0) - min(least, 0))
    top = each * -(-max(most, each) // each)
    bottom = -each * -(min(least, 0) // each)
    high = HEIGHT - TOP - BOTTOM

    def y(cents: int) -> float:
        return round(TOP + high * (top - cents) / (top - bottom), 1)

    def bar(x: float, width: float, cents: int) -> Bar:
        upper, lower = y(max(cents, 0)), y(min(cents, 0))
        return Bar(round(x, 1), upper, round(width, 1), round(lower - upper, 1))

    wide = min((WIDTH - LEFT - RIGHT) / max(len(months), 1), WIDEST)
    half = wide * (1 - GAP) / 2
    starts = [LEFT + wide * at + wide * GAP / 2 for at in range(len(months))]
    pairs = list(zip(starts, months, strict=True))
    return Chart(
        charged=tuple(bar(x, half, month.charged_cents) for x, month in pairs),
        paid=tuple(bar(x + half, half, month.paid_cents) for x, month in pairs),
        balance=" ".join(f"{round(x + half, 1)},{y(month.balance_cents)}" for x, month in pairs),
        scale=tuple(Line(y(cents), cents) for cents in range(bottom, top + 1, each)),
        names=tuple(
            Name(round(x + half, 1), month)
            for x, month in pairs[:: NAMED_EVERY if len(months) > NAMED_ALL else 1]
        ),
        zero=y(0),
    )


def _round_step(span: int) -> int:
    """Return whole dollars, in cents, that cut a span into a few lines."""
    wanted = max(span / LINES, CENTS)
    power = 10 ** (len(str(int(wanted))) - 1)
    step = next(int(factor * power) for factor in ROUND if factor * power >= wanted)
    return -(-step // CENTS) * CENTS
