"""The sums that a batch control and a file control must repeat."""

from collections.abc import Iterator
from dataclasses import dataclass

from formats.ach.checks import field_problem
from formats.ach.codes import HASH_MODULUS
from formats.layout import Layout
from formats.problem import Problem

RULE_HASH = (
    "Nacha file structure: entry hash is the sum of the first eight digits of the receiving "
    "routing numbers, its last ten digits"
)
RULE_DEBIT = "Nacha file structure: the control repeats the sum of the debit entries"
RULE_CREDIT = "Nacha file structure: the control repeats the sum of the credit entries"
RULE_COUNT = "Nacha file structure: the control repeats the count of entry details and addenda"


@dataclass(slots=True)
class Totals:
    """Running totals. `are_known` turns false once an entry could not be added."""

    entries_and_addenda: int = 0
    routing_sum: int = 0
    debit_cents: int = 0
    credit_cents: int = 0
    are_known: bool = True

    @property
    def entry_hash(self) -> int:
        """The last ten digits of the routing numbers' sum."""
        return self.routing_sum % HASH_MODULUS

    def add(self, other: "Totals") -> None:
        """Add a batch to the file."""
        self.entries_and_addenda += other.entries_and_addenda
        self.routing_sum += other.routing_sum
        self.debit_cents += other.debit_cents
        self.credit_cents += other.credit_cents
        self.are_known = self.are_known and other.are_known

    def problems(self, layout: Layout, record: str, number: int) -> Iterator[Problem]:
        """Compare with a control record whose numbers are digits.

        If the totals are not known nothing is said: the entry that could not be added has a
        problem of its own, and the differences would only repeat it.
        """
        if not self.are_known:
            return
        for name, counted, rule in (
            ("entry_addenda_count", self.entries_and_addenda, RULE_COUNT),
            ("entry_hash", self.entry_hash, RULE_HASH),
            ("total_debit", self.debit_cents, RULE_DEBIT),
            ("total_credit", self.credit_cents, RULE_CREDIT),
        ):
            field = layout[name]
            text = record[field.slice]
            if int(text) != counted:
                expected = f"{counted:0{field.length}d} by the records read"
                yield field_problem(layout, name, number, text, expected, rule)
