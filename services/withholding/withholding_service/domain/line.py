"""A line: one DED segment, or an entry without a readable one."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from withholding_service.domain.reasons import Finding, Reason


class LineState(StrEnum):
    """What became of a line."""

    IDENTIFIED = "IDENTIFIED"
    SUSPENDED = "SUSPENDED"
    NOTICE_ONLY = "NOTICE_ONLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLine:
    """A line as the file says it.

    `amount_cents` is money that came in: over a file the lines' amounts sum to its credit entries.
    `credited_cents` is what the obligor is credited with. `case_identifier` stands as it was sent.
    `findings` hold the line up by themselves, whoever it is for.
    """

    line_number: int
    trace_number: str
    sequence: int
    amount_cents: int
    credited_cents: int
    company_id: str
    settlement_date: date
    application: str = ""
    case_identifier: str = ""
    pay_date: date | None = None
    ssn: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    employment_ended: bool = False
    medical_coverage: bool = False
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def has_money(self) -> bool:
        """Whether it is posted, now or from suspense; else it carries a notice at the most."""
        return self.amount_cents > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedLine:
    """A line as it waits for its file's control records; its secrets are hashed and encrypted."""

    line_number: int
    page_number: int
    trace_number: str
    sequence: int
    amount_cents: int
    credited_cents: int
    settlement_date: date
    application: str
    case_identifier: str
    identifier_key: str
    pay_date: date | None
    ssn_hash: bytes | None
    ssn_last_four: str
    ssn_encrypted: bytes | None = field(repr=False)
    name: str = field(repr=False)
    employment_ended: bool
    medical_coverage: bool
    fingerprint: bytes | None
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a line. `obligor_id` is set only when its money or notice is somebody's."""

    state: LineState
    reason: Reason | None
    detail: str
    obligor_id: str | None
    case_id: str | None
    warnings: tuple[str, ...]
