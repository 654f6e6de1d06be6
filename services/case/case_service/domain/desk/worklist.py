"""What waits for a caseworker: Kentucky's six types of item, and alerts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from string import Formatter
from types import MappingProxyType
from typing import Final

OPEN: Final = "open"
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
ANSWERED: Final = "answered"
DONE: Final = "done"

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "APPL": ("application", "Application for services"),
        "DEPO": ("change", "Change of the account that support is paid to"),
        "DEMO": ("change", "Change of address, phone or name"),
        "EMPU": ("change", "Change of employment"),
        "FORM": ("document", "Document: {subject}"),
        "QUES": ("conversation", "Message: {subject}"),
        "ALERT": ("clock", "{what}"),
    }
)
"""By type: what it is about unless it says otherwise, and the line that a worker reads."""

_ALSO: Final = "; "
CARD: Final = "card"
"""What a change of the account (DEPO) is `to`, where it is not to another account or none."""
CARD_LINE: Final = (
    "Change of the account that support is paid to: to the agency's debit card, which two workers"
    " then record in payments"
)
DISPUTE_LINE: Final = "Dispute of a balance, to be answered by {answer_by}"

DECIDED_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "application": "accept or reject the application (ApplicationService.AcceptApplication)",
        "change": "accept or reject the reported change (PartyService.AcceptChange)",
        "dispute": "answer the dispute itself (DisputeService.AnswerDispute)",
    }
)
"""By what an item is about: where it is decided, when that is not here."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits for a caseworker, or did."""

    item_id: str
    version: int
    kind: str
    case_id: str
    """Empty for an application that is no case yet."""
    about_id: str
    about_type: str
    office_id: str
    worker_id: str
    """Empty while nobody has it."""
    state: str
    due_on: date | None
    escalated: bool
    facts: Mapping[str, str]
    created_at: datetime
    closed_at: datetime | None = None


def line(item: Item) -> str:
    """Return the line of an item in a list."""
    template = KINDS[item.kind][1]
    if item.about_type == "dispute":
        template = DISPUTE_LINE
    elif item.kind == "DEPO" and item.facts.get("to") == CARD:
        template = CARD_LINE
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return template.format(**{name: item.facts.get(name, "(not recorded)") for name in names})


def overdue(item: Item, today: date) -> bool:
    """Whether an open item is past its day."""
    return item.state == OPEN and item.due_on is not None and item.due_on < today


def moved(item: Item, *, office_id: str = "", worker_id: str = "") -> Item:
    """Return an item that lies with another office or worker; an office alone takes it back."""
    return replace(
        item,
        version=item.version + 1,
        office_id=office_id or item.office_id,
        worker_id=worker_id,
    )


def saying_also(item: Item, alert: Item) -> Item:
    """Return an open alert that says what another one about the same thing says, too."""
    said, new = item.facts.get("what", ""), alert.facts.get("what", "")
    if new in said.split(_ALSO):
        return item
    days = [day for day in (item.due_on, alert.due_on) if day]
    return replace(
        item,
        version=item.version + 1,
        due_on=min(days, default=None),
        facts={**item.facts, "what": _ALSO.join((said, new))},
    )


def closed(item: Item, state: str, at: datetime) -> Item:
    """Return an item that waits no more."""
    return replace(item, version=item.version + 1, state=state, closed_at=at)
