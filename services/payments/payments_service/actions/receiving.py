"""Taking in money: each line identified, staged, queued for posting, held or sent to suspense.

All of a batch is one transaction: nothing of it is released before its control sums hold.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from chassis.ids import derived_id, new_id
from chassis.runtime import Work
from formats.identifiers import identifier_key
from payments_service.actions.identifying import identified, ssn_hash
from payments_service.domain.collection_date import BASIS, collection_date
from payments_service.domain.identifying import Found
from payments_service.domain.lanes import lane_of
from payments_service.domain.model import Source
from payments_service.domain.receiving import (
    APPEAL,
    JOINT_RETURN,
    TAX_OFFSETS,
    Line,
    TakenBack,
    sender_key,
    ssn_digits,
)
from payments_service.messages import pages
from payments_service.store import allocations, receipts, receiving
from payments_service.store.allocations import CHECKSUM_CHARS
from payments_service.store.receiving import AdjustmentRow, Batch, Detail
from policy import Policy, load

WRITTEN = "receipt_detail.written"
LINE = "receipt_detail.line"
DUPLICATE = 7
"""SuspenseReason of a line that was sent before."""
TO_HOLD = 1
SSN_LAST = 4
DUE, OFFSET_DUE = "sdu.disburse", "sdu.offset"


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a batch has in common. `sender_name`: as parents read it; empty: not said."""

    kind: int
    source: int
    settlement_date: date
    reference: str
    employer_id: str = ""
    sender_name: str = ""
    sha256: str = ""


@dataclass(slots=True)
class _Counts:
    amount_cents: int = 0
    lines: int = 0
    held: int = 0
    suspended: int = 0


@dataclass(slots=True)
class _Page:
    """The rows of a page of lines, as they are copied in."""

    receipts: list[Sequence[object]] = field(default_factory=list)
    details: list[Sequence[object]] = field(default_factory=list)
    holds: list[Sequence[object]] = field(default_factory=list)
    waiting: list[Sequence[object]] = field(default_factory=list)


class Intake:
    """One batch on its way in: give it lines, then `finish`."""

    def __init__(self, work: Work, deposit: Deposit, submission_id: str = "") -> None:
        """Begin a batch; nothing is written yet."""
        self.work = work
        self.deposit = deposit
        self.submission_id = submission_id or new_id(work.clock.now())
        self.policy = load(work.settings.jurisdiction)
        self._counts = _Counts()
        self._taken_back: list[AdjustmentRow] = []
        self._seen: set[bytes] = set()

    def add(self, lines: Iterable[Line]) -> list[str]:
        """Stage lines, a page at a time; returns the ids of their receipts."""
        ids: list[str] = []
        for page in pages(lines):
            ids += self._stage(page)
        return ids

    def take_back(self, lines: Sequence[TakenBack]) -> None:
        """Keep what the sender takes back of earlier collections."""
        found = identified(self.work, [_line_of(line) for line in lines], "")
        for line, who in zip(lines, found, strict=True):
            self._taken_back.append(
                AdjustmentRow(
                    derived_id("adjustment", self.submission_id, str(line.line_number)),
                    self.submission_id,
                    line.line_number,
                    who.obligor_id or None,
                    None,
                    line.amount_cents,
                    self.deposit.settlement_date,
                )
            )

    def finish(self) -> Batch:
        """Write the batch; with the commit all of it is released."""
        counts, deposit = self._counts, self.deposit
        batch = Batch(
            submission_id=self.submission_id,
            kind=deposit.kind,
            source=deposit.source,
            reference=deposit.reference,
            sha256=deposit.sha256,
            amount_cents=counts.amount_cents,
            line_count=counts.lines,
            identified_count=counts.lines - counts.suspended,
            held_count=counts.held,
            suspended_count=counts.suspended,
            adjustment_cents=sum(row.amount_cents for row in self._taken_back),
            adjustment_count=len(self._taken_back),
            recorded_by=self.work.caller.person,
            recorded_at=self.work.clock.now(),
        )
        receiving.add_batch(self.work.session, batch, deposit.employer_id, deposit.sender_name)
        receiving.add_adjustments(self.work.session, self._taken_back)
        self._note_rules()
        return batch

    def _stage(self, lines: Sequence[Line]) -> list[str]:
        work, deposit = self.work, self.deposit
        found = identified(work, lines, deposit.employer_id)
        details = [detail_of(work, line, deposit.employer_id) for line in lines]
        line_keys = [line_key(work, line, d) for line, d in zip(lines, details, strict=True)]
        since = deposit.settlement_date - timedelta(
            days=self.policy.days("remittance.duplicate_lookback", deposit.settlement_date)
        )
        before = receiving.seen_before(work.session, (k for k in line_keys if k), since)
        appealed = receiving.open_appeals(
            work.session,
            (w.obligor_id for w, n in zip(found, lines, strict=True) if n.source in TAX_OFFSETS),
        )
        page, ids = _Page(), []
        for line, who, detail, key in zip(lines, found, details, line_keys, strict=True):
            is_again = bool(key) and (key in before or key in self._seen)
            self._seen.add(key)
            receipt_id = new_id(work.clock.now())
            ids.append(receipt_id)
            judged = _again(who, before.get(key)) if is_again and not line.reason else who
            is_appealed = judged.obligor_id in appealed
            self._place(page, receipt_id, line, judged, is_appealed=is_appealed)
            page.details.append((receipt_id, *detail, key, None))
        receiving.stage(
            work.session,
            receipts=page.receipts,
            details=page.details,
            holds=page.holds,
            waiting=page.waiting,
        )
        return ids

    def _place(
        self, page: _Page, receipt_id: str, line: Line, who: Found, *, is_appealed: bool
    ) -> None:
        settled, counts = self.deposit.settlement_date, self._counts
        collected, _ = collection_date(self.policy, settled, line.pay_date)
        due = self.policy.due_date(_due_rule(line.source), settled)
        page.receipts.append(
            (
                receipt_id, self.submission_id, self.deposit.employer_id or None,
                line.line_number, 1, line.trace_number, line.amount_cents, line.credited_cents,
                line.pay_date, settled, collected, due, who.obligor_id or None,
                receipts.RECEIVED, who.reason, who.detail, int(line.source),
            )
        )  # fmt: skip
        counts.amount_cents += line.amount_cents
        counts.lines += 1
        sure = who.obligor_id if not who.reason else ""
        counts.suspended += not sure
        reason, until = self._hold(line, is_appealed=is_appealed)
        lane = lane_of(sure or receipt_id)
        if reason:
            counts.held += bool(sure)
            page.holds.append(
                (receipt_id, 1, lane, sure or None, line.amount_cents, reason, TO_HOLD,
                 self.work.clock.today(), until)
            )  # fmt: skip
        if not (reason and sure):
            at = self.work.clock.now()
            page.waiting.append((lane, collected, receipt_id, sure or None, at))

    def _hold(self, line: Line, *, is_appealed: bool) -> tuple[str, date | None]:
        """Return why a line is held before it is distributed, and until when; "": it is not."""
        settled = self.deposit.settlement_date
        if is_appealed and line.source in TAX_OFFSETS:
            return APPEAL, None
        if line.joint_return and self.policy.flag("offset.joint_return_held", settled):
            return JOINT_RETURN, self.policy.due_date("offset.joint_return_hold", settled)
        return "", None

    def _note_rules(self) -> None:
        settled = self.deposit.settlement_date
        dated_by = [self.policy.rule(id_, settled) for id_ in (BASIS, DUE, OFFSET_DUE)]
        allocations.note_rules(
            self.work.session, {rule.checksum[:CHECKSUM_CHARS]: rule for rule in dated_by}
        )


def detail_of(work: Work, line: Line, employer_id: str) -> Detail:
    """Return what is kept of what the sender wrote; of a number its last digits alone."""
    written = {
        "name": line.name,
        "case_identifier": line.case_identifier,
        "ssn_last": ssn_digits(line.ssn)[-SSN_LAST:],
        "sender": line.sender.name,
        "address": line.sender.address.lines if line.sender.address else None,
    }
    return Detail(
        line.instrument,
        line.reference,
        sender_key(line.sender, employer_id),
        identifier_key(line.case_identifier),
        ssn_hash(work, line.ssn),
        work.keys.encrypt(WRITTEN, json.dumps(written)),
    )


def line_key(work: Work, line: Line, detail: Detail) -> bytes:
    """Return what the same line has when it is sent again; empty: no line is the same as it."""
    if not line.same_as:
        return b""
    facts = (
        str(int(line.source)), line.same_as, detail.sender_key, detail.case_key,
        line.obligor_id, (detail.ssn_hash or b"").hex(), identifier_key(line.name),
        str(line.amount_cents), str(line.pay_date or ""),
    )  # fmt: skip
    return work.keys.lookup_hash(LINE, "\x1f".join(facts))


def _again(who: Found, before: date | None) -> Found:
    when = f"on {before}" if before else "in the same batch"
    return Found(who.obligor_id, DUPLICATE, f"The same line was received {when}.")


def _due_rule(source: Source) -> str:
    return OFFSET_DUE if source in TAX_OFFSETS else DUE


def due_date(policy: Policy, source: Source, received_on: date) -> date:
    """Return the day by which money of a source has to be sent out."""
    return policy.due_date(_due_rule(source), received_on)


def _line_of(line: TakenBack) -> Line:
    return Line(
        line.line_number, line.amount_cents, line.amount_cents, line.source, 0,
        case_identifier=line.case_identifier, ssn=line.ssn,
    )  # fmt: skip
