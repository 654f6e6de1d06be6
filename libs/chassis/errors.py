"""The one error type inside: google.rpc.Status over gRPC, a problem (RFC 9457) over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from childsupport.common.v1.errors_pb2 import ErrorReason


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """A field that breaks a rule: its path, and what would be right."""

    field: str
    description: str


class PlatformError(Exception):
    """Something that a caller can be told: a reason of the catalogue, a sentence, its parts."""

    def __init__(
        self,
        reason: ErrorReason.ValueType,
        detail: str,
        *,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[FieldViolation] = (),
        audited: bool = True,
        even: bool = False,
    ) -> None:
        """Take a reason of the catalogue, a sentence, and what in the sentence varies.

        `audited=False`: the refusal is counted and not recorded, because it is about nobody, and
        anybody could fill the audit with it. `even`: then it takes as long as if it were recorded,
        so that nobody learns by the clock that it is about nobody.
        """
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.metadata = dict(metadata or {})
        self.violations = tuple(violations)
        self.audited = audited
        self.even = even


def invalid_field(field: str, description: str) -> PlatformError:
    """Return the error for one field that breaks a rule; `description` says what would be right."""
    return PlatformError(
        ErrorReason.ERROR_REASON_INVALID_FIELD,
        f"{field}: {description}",
        metadata={"field": field},
        violations=[FieldViolation(field, description)],
    )


def not_found(what: str, key: str) -> PlatformError:
    """Return the error for a thing that does not exist."""
    return PlatformError(
        ErrorReason.ERROR_REASON_NOT_FOUND,
        f"{what} not found",
        metadata={what.replace(" ", "_"): key},
    )
