"""What the other services tell: the newest version of each thing, whatever order it arrives in."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy.orm import Session

from chassis.crypto import Keys
from chassis.projections import take_newer
from notification_service.store.tables import known_case, known_employer, known_participant

CONTACT_PURPOSE = "known_participant.contact"


@dataclass(frozen=True, slots=True)
class Contact:
    """Where somebody is told. `address_lines` is empty when no address is known."""

    address_lines: tuple[str, ...] = ()
    email: str = ""
    email_notices: bool = False

    def encrypted(self, keys: Keys) -> bytes:
        """Return the contact as it stands in its column."""
        return keys.encrypt(CONTACT_PURPOSE, json.dumps(asdict(self)))

    @classmethod
    def decrypted(cls, keys: Keys, value: bytes | None) -> Self:
        """Return the contact that a column holds; an empty one for none."""
        if value is None:
            return cls()
        raw: dict[str, Any] = json.loads(keys.decrypt(CONTACT_PURPOSE, value))
        return cls(tuple(raw["address_lines"]), raw["email"], raw["email_notices"])


@dataclass(frozen=True, slots=True)
class ParticipantState:
    """A participant; `contact` is None when nothing was said of it."""

    participant_id: str
    version: int
    first_name: str
    last_name: str
    language: str
    protected: bool
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class CaseState:
    """A case and its parties."""

    case_id: str
    version: int
    case_number: str
    obligor_id: str
    obligee_id: str


@dataclass(frozen=True, slots=True)
class EmployerState:
    """An employer."""

    employer_id: str
    version: int
    name: str
    contact_email: str
    address_line1: str
    city: str
    state: str
    zip_code: str


def take_participants(session: Session, keys: Keys, states: Sequence[ParticipantState]) -> None:
    """Take newer states of participants."""
    rows = [
        {
            "participant_id": s.participant_id,
            "version": s.version,
            "first_name": s.first_name,
            "last_name": s.last_name,
            "language": s.language,
            "protected": s.protected,
            "email_notices": bool(s.contact and s.contact.email_notices and s.contact.email),
            "contact": s.contact.encrypted(keys) if s.contact else None,
        }
        for s in states
    ]
    take_newer(session, known_participant, rows, returning=known_participant.c.participant_id)


def take_cases(session: Session, states: Sequence[CaseState]) -> None:
    """Take newer states of cases."""
    rows = [asdict(s) for s in states]
    take_newer(session, known_case, rows, returning=known_case.c.case_id)


def take_employers(session: Session, states: Sequence[EmployerState]) -> None:
    """Take newer states of employers."""
    rows = [asdict(s) for s in states]
    take_newer(session, known_employer, rows, returning=known_employer.c.employer_id)
