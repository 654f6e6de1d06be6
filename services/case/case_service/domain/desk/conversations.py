"""Threads between one party and the agency."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

OPEN: Final = "open"
CLOSED: Final = "closed"

SUBJECT_CHARACTERS_MAX: Final = 120
TEXT_CHARACTERS_MAX: Final = 5_000
MAX_DOCUMENTS: Final = 10
MAX_MESSAGES: Final = 1_000
"""A thread that is longer is another matter; a new one is begun."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread; it belongs to one party, and the other side never sees it."""

    conversation_id: str
    version: int
    case_id: str
    participant_id: str
    topic: str
    subject: str
    state: str
    messages: int
    read_by_party: int
    read_by_agency: int
    unread_by_party: int
    unread_by_agency: int
    opened_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread."""

    number: int
    at: datetime
    from_party: bool
    author: str
    text: str
    document_ids: tuple[str, ...] = ()


def written_to(thread: Conversation, at: datetime, *, from_party: bool) -> Conversation:
    """Return a thread with one message more; who writes has read all before it."""
    number = thread.messages + 1
    return replace(
        thread,
        version=thread.version + 1,
        messages=number,
        last_at=at,
        read_by_party=number if from_party else thread.read_by_party,
        read_by_agency=thread.read_by_agency if from_party else number,
        unread_by_party=0 if from_party else thread.unread_by_party + 1,
        unread_by_agency=thread.unread_by_agency + 1 if from_party else 0,
    )


def read_up_to(thread: Conversation, number: int, *, by_party: bool) -> Conversation:
    """Return a thread that was read up to a message; a mark never goes back."""
    number = min(number, thread.messages)
    if by_party:
        return replace(thread, read_by_party=max(number, thread.read_by_party))
    return replace(thread, read_by_agency=max(number, thread.read_by_agency))
