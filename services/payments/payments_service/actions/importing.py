"""Files of collections: read by their kind, staged whole, released once their sums hold."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.errors import PlatformError, invalid_field
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import receipt_service_pb2 as pb
from formats.ach.model import AchEntry, AchFileRejected
from formats.ach.reader import AchReader
from formats.collections import (
    CHECK_LIST_COLUMNS,
    COLLECTION_COLUMNS,
    CollectionRow,
    CollectionsRejected,
    read_table,
)
from formats.ded import DedResult
from formats.offset import OffsetRecord, read_offsets
from formats.problem import Problem
from formats.remittance import remittances
from payments_service.actions.receiving import Deposit, Intake
from payments_service.domain.model import Source
from payments_service.domain.receiving import Line, Sender, TakenBack
from payments_service.messages import pages
from payments_service.store import receiving
from payments_service.store.receiving import Batch
from policy import Policy

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_PROBLEMS = 50
AMOUNTS_DIFFER, NOT_OURS, UNREADABLE, INVALID = 4, 6, 8, 9
"""SuspenseReason of the contract."""
OF_OTHER_STATES = frozenset({"II", "IT", "IO", "RI", "RT", "RO"})

SOURCES: dict[int, Source] = {
    pb.COLLECTION_FILE_KIND_STATE_OFFSET: Source.STATE_TAX_OFFSET,
    pb.COLLECTION_FILE_KIND_UNEMPLOYMENT: Source.UNEMPLOYMENT,
    pb.COLLECTION_FILE_KIND_LOTTERY: Source.LOTTERY,
    pb.COLLECTION_FILE_KIND_INSURANCE: Source.INSURANCE,
    pb.COLLECTION_FILE_KIND_BANK_LEVY: Source.BANK_LEVY,
    pb.COLLECTION_FILE_KIND_CHECK_LIST: Source.EMPLOYER_CHECK,
}
"""What is read as a table of collections."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file is. `sender`: who sent it; only an employer's name is for parents to read."""

    kind: int
    file_name: str
    settlement_date: date
    sender: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: its batch, or why it was refused."""

    batch: Batch | None = None
    problems: tuple[str, ...] = ()
    duplicate: bool = False


class _Bytes:
    """The chunks of a file, counted and hashed as they pass by."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._count = 0
        self._hash = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._count += len(chunk)
            if self._count > MAX_FILE_BYTES:
                raise PlatformError(
                    ErrorReason.ERROR_REASON_LIMIT_EXCEEDED,
                    f"file: read more than {MAX_FILE_BYTES} bytes, expected at most so many",
                    metadata={"max_bytes": str(MAX_FILE_BYTES)},
                )
            self._hash.update(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def take_file(work: Work, facts: FileFacts, chunks: Iterable[bytes]) -> Taken:
    """Take a file in, whole or not at all; the same bytes are taken once."""
    read = _READERS.get(facts.kind)
    if read is None:
        raise invalid_field("header.kind", "must be a kind of file that can be read")
    if facts.kind == pb.COLLECTION_FILE_KIND_CHECK_LIST and not facts.sender:
        raise invalid_field("header.sender", "must name the employer that sent the check")
    stream = _Bytes(chunks)
    staged = work.session.begin_nested()
    intake = Intake(work, _deposit(facts, ""))
    try:
        read(intake, facts, stream)
    except (CollectionsRejected, AchFileRejected) as error:
        staged.rollback()
        return Taken(problems=tuple(str(problem) for problem in error.problems[:MAX_PROBLEMS]))
    for _ in stream:
        pass
    receiving.lock_file(work.session, stream.sha256)
    earlier = receiving.batch_of_file(work.session, facts.kind, stream.sha256)
    if earlier is not None:
        staged.rollback()
        return Taken(earlier, duplicate=True)
    intake.deposit = _deposit(facts, stream.sha256)
    return Taken(intake.finish())


def _deposit(facts: FileFacts, sha256: str) -> Deposit:
    is_employer = facts.kind == pb.COLLECTION_FILE_KIND_CHECK_LIST
    return Deposit(
        facts.kind,
        int(SOURCES.get(facts.kind, 0)),
        facts.settlement_date,
        facts.file_name,
        # Parents read the sender. Of every agency it is left out, so that none can be told apart.
        sender_name=facts.sender if is_employer else "",
        sha256=sha256,
    )


def _read_table(intake: Intake, facts: FileFacts, chunks: Iterable[bytes]) -> None:
    is_list = facts.kind == pb.COLLECTION_FILE_KIND_CHECK_LIST
    columns = CHECK_LIST_COLUMNS if is_list else COLLECTION_COLUMNS
    source = SOURCES[facts.kind]
    instrument = pb.INSTRUMENT_CHECK if is_list else pb.INSTRUMENT_TRANSFER
    rows = read_table(chunks, columns)
    intake.add(_line_of_row(row, source, instrument, Sender(facts.sender)) for row in rows)


def _line_of_row(row: CollectionRow, source: Source, instrument: int, sender: Sender) -> Line:
    return Line(
        line_number=row.line_number,
        amount_cents=row.amount_cents,
        credited_cents=row.amount_cents,
        source=source,
        instrument=instrument,
        pay_date=row.pay_date,
        reference=row.reference,
        case_identifier=row.case_identifier,
        ssn=row.ssn,
        name=row.name,
        sender=sender,
        same_as=row.reference,
        joint_return=row.joint_return,
    )


def _read_offsets(intake: Intake, _: FileFacts, chunks: Iterable[bytes]) -> None:
    for page in pages(read_offsets(chunks)):
        intake.add(_line_of_offset(r) for r in page if r.collection_cents)
        intake.take_back(
            [
                TakenBack(
                    r.record_number, r.adjustment_cents, _offset_source(r), r.case_id, r.ssn
                )
                for r in page
                if r.adjustment_cents
            ]
        )  # fmt: skip


def _offset_source(record: OffsetRecord) -> Source:
    return Source.FEDERAL_TAX_OFFSET if record.is_tax else Source.FEDERAL_ADMINISTRATIVE_OFFSET


def _line_of_offset(record: OffsetRecord) -> Line:
    """Return a line; a joint return holds back only what is not assigned (42 USC 664(a)(3)(B)).

    Neither sender nor format is kept or said: either would tell where the money comes from.
    """
    is_joint = record.joint_return and not record.injured_spouse_settled
    return Line(
        line_number=record.record_number,
        amount_cents=record.collection_cents,
        credited_cents=record.collection_cents,
        source=_offset_source(record),
        instrument=pb.INSTRUMENT_TRANSFER,
        case_identifier=record.case_id,
        ssn=record.ssn,
        name=record.name,
        same_as=f"{record.offset_year}/{record.assigned}",
        joint_return=record.is_tax and is_joint and not record.assigned,
        reason=INVALID if record.problems else 0,
        # Which field it is would tell what kind of record it stands in.
        detail="A part of it cannot be read." if record.problems else "",
    )


def _read_other_state(intake: Intake, facts: FileFacts, chunks: Iterable[bytes]) -> None:
    prefix = intake.policy.code("sdu.fips_prefix", facts.settlement_date)
    kept_max = _kept_max(intake.policy, facts.settlement_date)
    lines = _lines_of_entries(AchReader(chunks), Sender(facts.sender), prefix, kept_max)
    intake.add(_numbered(lines))


def _kept_max(policy: Policy, on: date) -> Callable[[int], int]:
    share = policy.percent("remittance.cost_recovery_percent_max", on)
    return lambda credited: int(credited * share)


def _numbered(lines: Iterable[Callable[[int], Line]]) -> Iterator[Line]:
    return (make(number) for number, make in enumerate(lines, 1))


def _lines_of_entries(
    entries: Iterable[AchEntry], sender: Sender, prefix: str, kept_max: Callable[[int], int]
) -> Iterator[Callable[[int], Line]]:
    for entry in entries:
        if entry.is_prenote or not entry.amount_cents:
            continue
        read = remittances(entry)
        problems = (*entry.problems, *read.problems)
        for share, result in _shares(entry, read.deds, problems):
            yield _maker(entry, share, result, problems, sender, prefix, kept_max)


def _shares(
    entry: AchEntry, deds: Sequence[DedResult], problems: Sequence[Problem]
) -> Iterator[tuple[int, DedResult | None]]:
    """Yield what of an entry's money is each payment's; all in one where that is not plain."""
    whole = bool(problems) or not deds
    for result in deds:
        whole = whole or result.ded is None or result.ded.amount_cents is None
    if whole or len(deds) == 1:
        yield entry.amount_cents, deds[0] if len(deds) == 1 else None
        return
    for result in deds:
        credited = result.ded.amount_cents if result.ded else None
        if credited and credited > result.cost_recovery_cents:
            yield credited - result.cost_recovery_cents, result


def _maker(
    entry: AchEntry,
    share: int,
    result: DedResult | None,
    problems: Sequence[Problem],
    sender: Sender,
    prefix: str,
    kept_max: Callable[[int], int],
) -> Callable[[int], Line]:
    ded = result.ded if result else None
    credited = max(share, (ded.amount_cents or 0) if ded else 0)
    found = [*problems, *(result.problems if result else ())]
    reason, detail = (INVALID, _said(found)) if found else (0, "")
    if ded is None:
        reason, detail = UNREADABLE, _said(found) or "The addenda cannot be read."
    elif ded.application not in OF_OTHER_STATES and not reason:
        reason, detail = INVALID, "Its DED01 is none of another State: II, IT, IO, RI, RT, RO."
    elif ded.fips and not ded.fips.startswith(prefix) and not reason:
        reason, detail = NOT_OURS, "Its DED08 names another disbursement unit."
    elif credited - share > kept_max(credited) and not reason:
        reason, detail = AMOUNTS_DIFFER, "More of DED04 was kept than cost recovery can be."
    if reason:
        credited = share
    return lambda number: Line(
        line_number=number,
        amount_cents=share,
        credited_cents=credited,
        source=Source.OTHER_STATE,
        instrument=pb.INSTRUMENT_TRANSFER,
        pay_date=ded.pay_date if ded else None,
        trace_number=entry.trace_number,
        reference=entry.trace_number,
        case_identifier=ded.case_identifier if ded else "",
        ssn=ded.ssn if ded else "",
        name=ded.name if ded else "",
        sender=sender,
        same_as=entry.trace_number,
        reason=reason,
        detail=detail,
    )


def _said(problems: Sequence[Problem]) -> str:
    return str(problems[0]) if problems else ""


_READERS: dict[int, Callable[[Intake, FileFacts, Iterable[bytes]], None]] = {
    **dict.fromkeys(SOURCES, _read_table),
    pb.COLLECTION_FILE_KIND_FEDERAL_OFFSET: _read_offsets,
    pb.COLLECTION_FILE_KIND_OTHER_STATE: _read_other_state,
}
