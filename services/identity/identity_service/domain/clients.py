"""What a client is, and which client may be registered."""

import re
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

CLIENT_ID: Final = re.compile(r"[a-z][a-z0-9-]{1,62}")
NAME_CHARACTERS_MAX: Final = 200
READ_CHARACTERS_MAX: Final = 100
"""How much of what was read an error quotes."""
SCOPES_MAX: Final = 100
EMPLOYER_SCOPES: Final = "withholding.remittances."
"""An employer's client may send and follow remittances, and nothing else."""


@dataclass(frozen=True, slots=True)
class Client:
    """A registered system or employer, without what proves it."""

    client_id: str
    display_name: str
    scopes: tuple[str, ...]
    employer_id: str
    create_time: datetime
    revoke_time: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A field that breaks a rule, and what would be right."""

    field: str
    description: str


def problems(
    client_id: str,
    display_name: str,
    scopes: Collection[str],
    employer_id: str,
    known_scopes: Collection[str],
) -> Iterator[Problem]:
    """Yield what stands against registering a client. `known_scopes` is the contract's list."""
    if not CLIENT_ID.fullmatch(client_id):
        yield Problem(
            "client_id",
            "must be 2 to 63 lower-case letters, digits and dashes, a letter first;"
            f" read {_cut(client_id)!r}",
        )
    if not 1 <= len(display_name.strip()) <= NAME_CHARACTERS_MAX:
        yield Problem(
            "display_name",
            f"must have 1 to {NAME_CHARACTERS_MAX} characters; read {len(display_name.strip())}",
        )
    if not 1 <= len(scopes) <= SCOPES_MAX:
        yield Problem("scopes", f"must name 1 to {SCOPES_MAX} scopes; read {len(scopes)}")
    if unknown := sorted(set(scopes) - set(known_scopes)):
        known = ", ".join(sorted(known_scopes))
        yield Problem("scopes", f"must be of {known}; read {_cut(', '.join(unknown))}")
    if employer_id:
        yield from _employer_problems(scopes, employer_id)


def _employer_problems(scopes: Collection[str], employer_id: str) -> Iterator[Problem]:
    if not is_uuid(employer_id):
        yield Problem("employer_id", f"must be a UUID or empty; read {_cut(employer_id)!r}")
    if beyond := sorted(scope for scope in set(scopes) if not scope.startswith(EMPLOYER_SCOPES)):
        yield Problem(
            "scopes",
            f"of an employer's client must begin with {EMPLOYER_SCOPES!r};"
            f" read {_cut(', '.join(beyond))}",
        )


def _cut(text: str) -> str:
    return text[:READ_CHARACTERS_MAX]


def is_uuid(value: str) -> bool:
    """True for a UUID as we write them."""
    try:
        return str(uuid.UUID(value)) == value
    except ValueError:
        return False


def granted(client: Client, wanted: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the scopes that a token carries, and those that were wanted in vain, both sorted.

    No scope wanted means all that the client may have.
    """
    refused = set(wanted) - set(client.scopes)
    given = set(wanted) & set(client.scopes) if wanted else set(client.scopes)
    return tuple(sorted(given)), tuple(sorted(refused))
