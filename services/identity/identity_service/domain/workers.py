"""What a worker is, which worker can be made, and what each role may do."""

import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from identity_service.domain.accounts import LANGUAGES, email_problems
from identity_service.domain.clients import READ_CHARACTERS_MAX, Problem

WORKER_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
WORKER_ID_CHARACTERS: Final = (3, 40)
DISPLAY_NAME_CHARACTERS_MAX: Final = 120
OFFICES_MAX: Final = 1_000
OFFICE_ID: Final = re.compile(r"[A-Za-z0-9-]{1,40}")
REASON_CHARACTERS_MAX: Final = 500

INVITED, ACTIVE, RESET, ENDED = "invited", "active", "reset", "ended"
STATES: Final = (INVITED, ACTIVE, RESET, ENDED)
IN_SETTING_UP: Final = (INVITED, RESET)

_CASEWORKER: Final = frozenset(
    {
        *("case.read", "case.write", "case.locations", "case.forms"),
        *("identity.enrolments.read", "identity.enrolments.write", "identity.workers.read"),
        *("payments.read", "payments.ledger.read", "payments.statements", "enforcement.read"),
        *("notification.read", "guideline.compute"),
    }
)
_SUPERVISOR: Final = _CASEWORKER | {"identity.workers.write"}
_PAYMENTS_WORKER: Final = frozenset(
    {
        *("case.read", "withholding.read", "enforcement.read"),
        *("payments.read", "payments.ledger.read", "payments.statements", "payments.receive"),
        *("payments.suspense", "payments.correct", "payments.pay"),
    }
)
_AUDITOR: Final = frozenset(
    {
        *("case.read", "enforcement.read", "notification.read", "withholding.read", "policy.read"),
        *("payments.read", "payments.ledger.read"),
        *("identity.audit.read", "identity.clients.read", "identity.enrolments.read"),
        "identity.workers.read",
    }
)
ROLES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "caseworker": _CASEWORKER,
        "supervisor": _SUPERVISOR,
        "payments_worker": _PAYMENTS_WORKER,
        "auditor": _AUDITOR,
    }
)
"""What each role may do. Federal tax information (payments.fti.read) comes with none of them."""


def scopes_of(roles: Collection[str]) -> tuple[str, ...]:
    """Return what roles may do together, sorted."""
    return tuple(sorted({scope for role in roles for scope in ROLES.get(role, ())}))


def beyond(roles: Collection[str], own: Collection[str]) -> tuple[str, ...]:
    """Return what roles may do and their giver may not: nobody gives what they do not have."""
    return tuple(sorted(set(scopes_of(roles)) - set(own)))


def problems(worker_id: str, display_name: str, email: str, language: str) -> Iterator[Problem]:
    """Yield what stands against making a worker."""
    least, most = WORKER_ID_CHARACTERS
    if not least <= len(worker_id) <= most or not WORKER_ID.fullmatch(worker_id):
        yield Problem(
            "worker_id",
            f"must be {least} to {most} lower-case letters and digits, a letter first, with dots"
            " or dashes between them, for example dana.reyes;"
            f" read {worker_id[:READ_CHARACTERS_MAX]!r}",
        )
    if not 1 <= len(display_name.strip()) <= DISPLAY_NAME_CHARACTERS_MAX:
        yield Problem("display_name", f"must have 1 to {DISPLAY_NAME_CHARACTERS_MAX} characters")
    yield from email_problems("email", email)
    if language not in LANGUAGES:
        yield Problem("language", f"must be of {', '.join(LANGUAGES)}; read {language[:8]!r}")


def role_problems(roles: Collection[str], office_ids: Collection[str]) -> Iterator[Problem]:
    """Yield what stands against roles and offices."""
    if not roles or not set(roles) <= set(ROLES):
        yield Problem("roles", f"must name at least one of {', '.join(ROLES)}")
    if len(office_ids) > OFFICES_MAX:
        yield Problem("office_ids", f"must name up to {OFFICES_MAX}; read {len(office_ids)}")
    if wrong := [one for one in office_ids if not OFFICE_ID.fullmatch(one)]:
        yield Problem(
            "office_ids", f"must be ids of offices; read {wrong[0][:READ_CHARACTERS_MAX]!r}"
        )
