"""The guidelines in force on one day: what the data says, and which row holds."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property, lru_cache

from case_service.domain.guidelines.errors import GuidelineError
from case_service.domain.guidelines.formulas import CENTS_IN_DOLLAR, money
from policy import Policy, Rule, RuleNotInForce, TableRow

TABLE = "guidelines.table"
WORKSHEET = "guidelines.worksheet"
CEILINGS = "guidelines.self_support"
CHART = "guidelines.parenting_time"
GROUNDS = "guidelines.deviation_ground"
MINIMUM_DAYS = "guidelines.parenting_time.minimum_days"

AT_OR_BELOW = "at_or_below"
AT_OR_ABOVE = "at_or_above"
INTERPOLATED = "interpolated"

KEPT_DAYS = 64


@dataclass(frozen=True, slots=True)
class Found:
    """An amount of the table in dollars, the row it stands on, and how the row was chosen.

    `upper` is the next row where the amount was interpolated. `between`: the income is on no row.
    `above`: it is above the last one.
    """

    amount: Fraction
    row: TableRow
    upper: TableRow | None
    between: bool
    above: bool


class GuidelineLaw:
    """Asks one policy for one date; `law_on` keeps those that were asked for."""

    def __init__(self, policy: Policy, on: date) -> None:
        """Raises GuidelineError where no table of the guidelines is in force on that day."""
        self.policy = policy
        self.on = on
        try:
            self.table = policy.table(TABLE, on)
        except RuleNotInForce as error:
            raise GuidelineError(
                "effective_date",
                on,
                "the guidelines table of KRS 403.212(9) in force on that day is not in the data: "
                f"{error}",
            ) from None
        self._incomes = [_dollars(row, "income_cents") for row in self.table]
        self._column_max = len([c for c in self.table.columns if c.name.startswith("children_")])

    def rule(self, rule_id: str) -> Rule:
        return self.policy.rule(rule_id, self.on)

    def code(self, rule_id: str) -> str:
        return self.policy.code(rule_id, self.on)

    def flag(self, rule_id: str) -> bool:
        return self.policy.flag(rule_id, self.on)

    def dollars(self, rule_id: str) -> Fraction:
        return Fraction(self.policy.cents(rule_id, self.on), CENTS_IN_DOLLAR)

    def line(self, number: str) -> TableRow:
        """What the worksheet says of a line: `7` for 7C."""
        return self.policy.table(WORKSHEET, self.on).row(number)

    def line_titles(self) -> dict[str, str]:
        return {
            row.text("line"): row.text("title") for row in self.policy.table(WORKSHEET, self.on)
        }

    def children_column(self, children: int) -> int:
        """The last column of the table holds for so many children or more."""
        return min(children, self._column_max)

    def amount(self, income: Fraction, children: int, between: str) -> Found:
        """Look an income up. `between` is the code of the rule for incomes between two rows."""
        column = f"children_{self.children_column(children)}"
        rows: Sequence[TableRow] = self.table.rows
        at = bisect_right(self._incomes, income) - 1
        row, low = rows[at], self._incomes[at]
        amount = _dollars(row, column)
        if income == low or at + 1 == len(rows):
            return Found(amount, row, None, between=False, above=income > low)
        upper, high = rows[at + 1], self._incomes[at + 1]
        if between == AT_OR_ABOVE:
            return Found(_dollars(upper, column), upper, None, between=True, above=False)
        if between == INTERPOLATED:
            step = (income - low) / (high - low)
            amount += (_dollars(upper, column) - amount) * step
            return Found(amount, row, upper, between=True, above=False)
        return Found(amount, row, None, between=True, above=False)

    def self_support_row(self, children: int) -> TableRow:
        """The row with the highest income that is within the self-support reserve."""
        return self.policy.table(CEILINGS, self.on).row(self.children_column(children))

    def credit_row(self, days: Fraction) -> TableRow | None:
        """The bracket of the chart, or None below its first.

        Raises GuidelineError where no chart is in force on that day.
        """
        try:
            chart = self.policy.table(CHART, self.on)
        except RuleNotInForce as error:
            raise GuidelineError(
                "shared_parenting",
                "true",
                f"the shared-parenting rule in force on {self.on} is not in the data: {error}",
            ) from None
        found = [row for row in chart if row.number("days_from") <= days]
        return max(found, key=lambda row: row.number("days_from")) if found else None

    def ground(self, letter: str) -> TableRow:
        """A ground to deviate. Raises GuidelineError for a letter that is none."""
        grounds = self.policy.table(GROUNDS, self.on)
        for row in grounds:
            if row.text("ground") == letter:
                return row
        known = ", ".join(row.text("ground") for row in grounds)
        raise GuidelineError(
            "deviation.grounds", repr(letter), f"KRS 403.211(3) has the grounds {known}"
        )

    @cached_property
    def checksum(self) -> str:
        """Of all that is in force on the day."""
        return self.policy.checksum(self.on)

    def is_above_top(self, income: Fraction) -> bool:
        return income > self._incomes[-1]

    @property
    def top(self) -> str:
        return money(self._incomes[-1])


@lru_cache(maxsize=KEPT_DAYS)
def law_on(policy: Policy, on: date) -> GuidelineLaw:
    """The guidelines of that day. Raises GuidelineError where the data has none."""
    return GuidelineLaw(policy, on)


def ceiling(row: TableRow) -> Fraction:
    return _dollars(row, "ceiling_cents")


def _dollars(row: TableRow, column: str) -> Fraction:
    return Fraction(row.number(column), CENTS_IN_DOLLAR)
