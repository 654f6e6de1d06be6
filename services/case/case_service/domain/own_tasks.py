"""What a party should do next, from what the service knows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from case_service.domain.desk.documents import REJECTED as DOCUMENT_REJECTED
from case_service.domain.desk.documents import Document
from case_service.domain.reported_changes import ACCEPTED, REJECTED, WAITING, ReportedChange

MAX_TASKS: Final = 100
KINDS: Final = (
    "closure_notice",
    "document_wanted",
    "review_information_wanted",
    "document_rejected",
    "change_rejected",
    "appointment_soon",
    "message_unread",
    "missing_address",
    "missing_employer",
)
"""What comes first where no day decides."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do; `due_on` None: there is no day for it."""

    kind: str
    case_id: str
    about_id: str = ""
    due_on: date | None = None
    subject: str = ""
    """Of documents: what they are evidence of."""
    note: str = ""


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Return the nearest day first, then what has none."""
    last = date.max
    return sorted(tasks, key=lambda t: (t.due_on or last, KINDS.index(t.kind)))[:MAX_TASKS]


def newest_rejected(documents: Sequence[Document]) -> list[Document]:
    """Return the rejected documents that no later one of their kind has taken the place of.

    `documents` are a party's own in one case, the latest first.
    """
    newest: dict[str, Document] = {}
    for one in documents:
        newest.setdefault(one.subject, one)
    return [one for one in newest.values() if one.state == DOCUMENT_REJECTED]


def still_rejected(changes: Sequence[ReportedChange], since: date) -> list[ReportedChange]:
    """Return the changes rejected since a day that were not reported anew; the latest first."""
    newest: dict[str, ReportedChange] = {}
    for one in changes:
        newest.setdefault(one.kind, one)
    return [
        one
        for one in newest.values()
        if one.state == REJECTED and one.decided_on and one.decided_on >= since
    ]


def said(changes: Sequence[ReportedChange], kind: str) -> bool:
    """Tell whether a party has said something of a kind that waits or was accepted."""
    return any(one.kind == kind and one.state in {WAITING, ACCEPTED} for one in changes)
