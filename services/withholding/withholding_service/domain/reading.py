"""From an entry of a Nacha file to its lines, with everything that the entry itself gets wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from formats.ach.model import AchEntry
from formats.ded import Ded, DedResult
from formats.problem import Problem
from formats.remittance import EntryRemittance, remittances
from withholding_service.domain.bounds import Believed
from withholding_service.domain.line import SentLine
from withholding_service.domain.problems import sentence
from withholding_service.domain.reasons import Finding, Reason

_STATE_FIPS_DIGITS = 2
_AVAILABLE = "Y"
_REASON_OF_ELEMENT = {
    "DED02": Reason.MISSING_CASE_IDENTIFIER,
    "DED03": Reason.INVALID_PAY_DATE,
    "DED05": Reason.OBLIGOR_MISMATCH,
}
_REASON_OF_ENTRY_FIELD = {
    "amount": Reason.AMOUNT_MISMATCH,
    "addenda": Reason.UNREADABLE_ADDENDA,
}
PRENOTE = "Prenote (code 23 or 33): a test of the account; nothing in it takes effect."
DEBIT = "Debit entry: this disbursement unit pays no debits; expected a credit."


@dataclass(frozen=True, slots=True)
class EntryReading:
    """The lines of an entry, and the problems that its sender is told of."""

    lines: tuple[SentLine, ...]
    problems: tuple[Problem, ...]


def read_entry(
    entry: AchEntry,
    *,
    first_line_number: int,
    settlement_date: date,
    believed: Believed,
    batch_findings: tuple[Finding, ...] = (),
) -> EntryReading:
    """Return the lines of an entry; their amounts sum to what the entry brings in.

    An entry that must not be posted, or whose DED amounts do not sum to it, is one line with the
    whole of its money: nobody could say which part of it is whose. `batch_findings` hold every
    line of the batch up.
    """
    base = _Base(entry, first_line_number, settlement_date, batch_findings)
    said = remittances(entry, believed.payments)
    found = [*entry.problems, *said.problems]
    for result in said.deds:
        found += (*result.problems, *result.warnings)
    problems = (*found, *said.warnings)
    whole = _entry_findings(entry, said)
    if whole or not said.deds:
        return EntryReading((base.whole(said.deds, whole),), problems)
    lines = tuple(
        base.line(place, result, _amount(entry, said.deds, result), believed.state_fips)
        for place, result in enumerate(said.deds)
    )
    return EntryReading(lines, problems)


def _entry_findings(entry: AchEntry, said: EntryRemittance) -> list[Finding]:
    findings = [Finding(Reason.INVALID_ENTRY, sentence(problem)) for problem in entry.problems]
    findings += [
        Finding(_REASON_OF_ENTRY_FIELD.get(p.field, Reason.INVALID_ENTRY), sentence(p))
        for p in said.problems
    ]
    if not entry.is_credit:
        findings.append(Finding(Reason.INVALID_ENTRY, DEBIT))
    if not findings and any(_is_kept_whole(result) for result in said.deds):
        detail = "DED04 payment amount: read an amount that the sender kept whole, expected money."
        findings.append(Finding(Reason.AMOUNT_MISMATCH, detail))
    return findings


def _is_kept_whole(result: DedResult) -> bool:
    return (
        result.ded is not None
        and result.cost_recovery_cents > 0
        and result.ded.amount_cents == result.cost_recovery_cents
    )


def _amount(entry: AchEntry, deds: Sequence[DedResult], result: DedResult) -> int:
    """Return the money of one payment of an entry whose amounts agree."""
    if entry.is_prenote:
        return 0
    if result.ded is None or result.ded.amount_cents is None:
        return entry.amount_cents if len(deds) == 1 else 0
    return result.ded.amount_cents - result.cost_recovery_cents


@dataclass(frozen=True, slots=True)
class _Base:
    """What all lines of an entry share."""

    entry: AchEntry
    first_line_number: int
    settlement_date: date
    batch_findings: tuple[Finding, ...]

    def whole(self, deds: Sequence[DedResult], findings: Sequence[Finding]) -> SentLine:
        """Return the one line that an entry is when it cannot be parted."""
        entry = self.entry
        only = deds[0].ded if len(deds) == 1 else None
        amount_cents = entry.amount_cents if entry.is_credit else 0
        warnings = (PRENOTE,) if entry.is_prenote else ()
        return self._make(0, only, amount_cents, amount_cents, tuple(findings), warnings)

    def line(self, place: int, result: DedResult, amount_cents: int, state_fips: str) -> SentLine:
        """Return the line of one DED segment; `place` counts from 0 within the entry."""
        ded = result.ded
        findings = [_element_finding(problem) for problem in result.problems]
        if ded is not None and (misdirected := _misdirected(ded, state_fips)):
            findings.append(misdirected)
        warnings = [sentence(problem) for problem in result.warnings]
        if self.entry.is_prenote:
            warnings.append(PRENOTE)
        credited_cents = amount_cents + (0 if self.entry.is_prenote else result.cost_recovery_cents)
        return self._make(
            place, ded, amount_cents, credited_cents, tuple(findings), tuple(warnings)
        )

    def _make(
        self,
        place: int,
        ded: Ded | None,
        amount_cents: int,
        credited_cents: int,
        findings: tuple[Finding, ...],
        warnings: tuple[str, ...],
    ) -> SentLine:
        takes_effect = ded is not None and not self.entry.is_prenote and self.entry.is_credit
        return SentLine(
            line_number=self.first_line_number + place,
            trace_number=self.entry.trace_number,
            sequence=place + 1,
            amount_cents=amount_cents,
            credited_cents=credited_cents,
            company_id=self.entry.batch.company_id,
            settlement_date=self.settlement_date,
            application=ded.application if ded else "",
            case_identifier=ded.case_identifier if ded else "",
            pay_date=ded.pay_date if ded else None,
            ssn=ded.ssn if ded else "",
            name=ded.name if ded else "",
            employment_ended=takes_effect and ded is not None and ded.employment_terminated,
            medical_coverage=takes_effect and ded is not None and ded.medical_support == _AVAILABLE,
            findings=(*self.batch_findings, *findings),
            warnings=warnings,
        )


def _element_finding(problem: Problem) -> Finding:
    reason = _REASON_OF_ELEMENT.get(problem.field, Reason.UNREADABLE_ADDENDA)
    if reason is Reason.MISSING_CASE_IDENTIFIER and problem.read:
        reason = Reason.UNREADABLE_ADDENDA
    return Finding(reason, sentence(problem))


def _misdirected(ded: Ded, state_fips: str) -> Finding | None:
    if len(ded.fips) < _STATE_FIPS_DIGITS or ded.fips.startswith(state_fips):
        return None
    return Finding(
        Reason.MISDIRECTED,
        f'DED08 FIPS code: read "{ded.fips}", the disbursement unit of another State; '
        f"expected one that begins with {state_fips}.",
    )
