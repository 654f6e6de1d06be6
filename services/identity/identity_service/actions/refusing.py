"""Errors that several actions raise."""

from collections.abc import Iterable

from chassis.errors import FieldViolation, PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from identity_service.domain.clients import Problem


def refuse(problems: Iterable[Problem]) -> None:
    """Raise INVALID_FIELD naming every field that breaks a rule; nothing when none does."""
    found = list(problems)
    if found:
        raise PlatformError(
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            f"{found[0].field}: {found[0].description}",
            metadata={"field": found[0].field},
            violations=[FieldViolation(p.field, p.description) for p in found],
        )


def precondition(rule: str, detail: str, **metadata: str) -> PlatformError:
    """Return the error for what does not fit the present state; `rule` names what it breaks."""
    return PlatformError(
        ErrorReason.ERROR_REASON_FAILED_PRECONDITION, detail, metadata={"rule": rule, **metadata}
    )


def dead_link() -> PlatformError:
    """Return the one error for a link that was used, has ended or never was."""
    error = precondition("link", "the link was used before or has ended: ask for another one")
    # Anybody can send made-up ones.
    error.audited = False
    return error
