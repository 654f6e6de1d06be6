"""What happens in the lives of an order's people that ends support, keeps it or brings it back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from case_service.domain.model import Violation

OF_CHILD: Final = (
    "marriage_of_child",
    "death_of_child",
    "adoption",
    "termination_of_parental_rights",
    "genetic_exclusion",
    "left_home",
    "order",
    "school",
    "disability_order",
)
OF_PARENTS: Final = (
    "death_of_obligor",
    "death_of_obligee",
    "remarriage_of_obligee",
    "reconciliation",
    "incarceration",
)
PROVED: Final = (
    "adoption",
    "termination_of_parental_rights",
    "genetic_exclusion",
    "order",
    "disability_order",
    "withdrawn",
)
"""What only a document shows."""
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """Something that happened on a day; `participant_id` is the child, or empty for the parents.

    `until`, of high school: the day that it will be over, when that is known. `withdraws`: the
    event that this one says never was.
    """

    event_id: str
    case_id: str
    kind: str
    on: date
    participant_id: str = ""
    until: date | None = None
    withdraws: str = ""
    document_id: str = ""


def standing(events: Iterable[LifeEvent]) -> tuple[LifeEvent, ...]:
    """Return the events that were not withdrawn."""
    every = tuple(events)
    gone = {event.withdraws for event in every if event.withdraws}
    return tuple(e for e in every if e.event_id not in gone and e.kind != WITHDRAWN)


def violations(event: LifeEvent, children: Iterable[str], today: date) -> Iterator[Violation]:
    """Yield what is wrong with an event of a case with these children."""
    if event.kind not in {*OF_CHILD, *OF_PARENTS}:
        yield Violation("kind", "must be said")
    if event.kind in OF_CHILD and event.participant_id not in set(children):
        yield Violation("child_id", "a child of the case")
    if event.kind in OF_PARENTS and event.participant_id:
        yield Violation("child_id", "empty: this is about the parents")
    if event.on > today:
        yield Violation("on_date", f"{today} or before: only what has happened is recorded")
    if event.until is not None and event.until < event.on:
        yield Violation("until_date", "must not be before on_date")
    if event.kind in PROVED and not event.document_id:
        yield Violation("document_id", "the court's or laboratory's paper that shows it")
