"""What a Nacha file says, as values."""

from dataclasses import dataclass, field
from datetime import date

from formats.ach.codes import PRENOTES, is_debit
from formats.problem import Problem, summary


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of reading one file.

    `problems_max`: after so many file problems reading stops; also the most problems kept for one
    entry, and the most warnings kept. `addenda_max`: the most addenda of one entry; Nacha allows
    9,999 for CTX.
    """

    problems_max: int = 50
    addenda_max: int = 9_999


class AchFileRejected(Exception):  # noqa: N818 - an outcome that the caller names in its answers
    """The file as a whole cannot be accepted: nothing of it may be posted."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return summary(self.problems)


@dataclass(frozen=True, slots=True)
class FileHeader:
    """The file header. Destination and origin without leading blank; time is HHMM or ""."""

    immediate_destination: str
    immediate_origin: str
    created_on: date
    created_at: str
    id_modifier: str
    destination_name: str
    origin_name: str
    reference_code: str


@dataclass(frozen=True, slots=True)
class BatchHeader:
    """The batch header; `effective_entry_date` is None where it is blank or no date."""

    service_class: str
    company_name: str
    company_id: str
    sec_code: str
    entry_description: str
    descriptive_date: str
    effective_entry_date: date | None
    odfi: str
    batch_number: int
    record_number: int


@dataclass(frozen=True, slots=True)
class FileControl:
    """The file control, proven equal to what was read."""

    batch_count: int
    block_count: int
    entry_addenda_count: int
    entry_hash: int
    total_debit_cents: int
    total_credit_cents: int


@dataclass(frozen=True, slots=True)
class AchEntry:
    """An entry detail with its addenda.

    `receiving_dfi` has nine digits (the last is the check digit), `trace_number` fifteen. Each
    addendum is the payment information as it stands, 80 characters, trailing blanks included. An
    entry with `problems` must not be posted; the rest of the file stands.
    """

    batch: BatchHeader
    transaction_code: str
    receiving_dfi: str
    account_number: str = field(repr=False)
    amount_cents: int
    individual_id: str = field(repr=False)
    name: str = field(repr=False)
    trace_number: str
    addenda: tuple[str, ...] = field(repr=False)
    record_number: int
    problems: tuple[Problem, ...]

    @property
    def is_credit(self) -> bool:
        """Money, or the notice of money, to the receiver."""
        return not is_debit(self.transaction_code)

    @property
    def is_prenote(self) -> bool:
        """A test of the account without money (codes 23, 33)."""
        return self.transaction_code in PRENOTES
