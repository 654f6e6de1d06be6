"""Documents that a party was asked for."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

OPEN: Final = "open"
RECEIVED: Final = "received"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that a party was asked for."""

    wanted_id: str
    case_id: str
    participant_id: str
    subject: str
    message: str
    due_on: date
    state: str
    asked_by: str
    asked_at: datetime
    document_id: str = ""
    """The one that came; empty before, and again once it was rejected."""
