"""The arithmetic of a worksheet as the form writes it: `max(1A - 2A - 3A, 0)`, computed exactly.

A formula that stands in a step is the one that was computed, so that whoever holds the step can
compute it again.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache

_LINE = re.compile(r"\b(\d{1,2}[A-C])\b")
_MARK = "_line_"
CENTS_IN_DOLLAR = 100

_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def to_cents(dollars: Fraction) -> int:
    """Whole cents, half a cent away from zero."""
    cents = _units(dollars, CENTS_IN_DOLLAR)
    return -cents if dollars < 0 else cents


def _units(value: Fraction, scale: int) -> int:
    """The size of `value` in units of 1/scale, half a unit up."""
    return (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)


def _round(dollars: Fraction) -> Fraction:
    return Fraction(to_cents(dollars), CENTS_IN_DOLLAR)


_FUNCTIONS: dict[str, Callable[..., Fraction]] = {"max": max, "min": min, "round": _round}


def evaluate(formula: str, values: Mapping[str, Fraction]) -> Fraction:
    """The exact result. Raises KeyError for an unknown name, ValueError for other syntax."""
    return _evaluate(_parse(formula), values)


@cache
def names(formula: str) -> tuple[str, ...]:
    """The values that a formula takes, in its order, each once."""
    found = [
        (node.lineno, node.col_offset, node.id)
        for node in ast.walk(_parse(formula))
        if isinstance(node, ast.Name) and node.id not in _FUNCTIONS
    ]
    return tuple(dict.fromkeys(name.removeprefix(_MARK) for _, _, name in sorted(found)))


@cache
def _parse(formula: str) -> ast.expr:
    return ast.parse(_LINE.sub(rf"{_MARK}\1", formula), mode="eval").body


def _evaluate(node: ast.expr, values: Mapping[str, Fraction]) -> Fraction:
    match node:
        case ast.Constant(value=int() as value):
            return Fraction(value)
        case ast.Name(id=name):
            return values[name.removeprefix(_MARK)]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, values)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(_evaluate(argument, values) for argument in args))
    raise ValueError(f"not a formula of the worksheet: {ast.unparse(node)}")


def exact(value: Fraction) -> str:
    """The value without rounding: `1480.50`, `120`, or `2500/7` where no decimal ends.

    `fractions.Fraction` reads it back.
    """
    if value.denominator == 1:
        return str(value.numerator)
    cents = value * CENTS_IN_DOLLAR
    return printed(value) if cents.denominator == 1 else str(value)


def printed(value: Fraction, places: int = 2) -> str:
    """A decimal with so many places, half away from zero, never `-0.00`."""
    scale = 10**places
    units = _units(value, scale)
    whole, rest = divmod(units, scale)
    sign = "-" if value < 0 and units else ""
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def money(value: Fraction) -> str:
    """Dollars in a sentence: `$1,480.50`, `-$12.00`."""
    whole, _, cents = printed(abs(value)).partition(".")
    return f"{'-' if to_cents(value) < 0 else ''}${int(whole):,}.{cents}"
