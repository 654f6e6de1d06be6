"""From the bytes of a file to pages of lines that can be staged."""

from collections.abc import Iterable, Iterator
from datetime import date

from chassis.crypto import Keys
from formats.ach.model import BatchHeader
from formats.ach.reader import AchReader
from formats.identifiers import identifier_key
from formats.problem import Problem
from policy import Policy
from withholding_service.domain.bounds import believed
from withholding_service.domain.employers import Employer
from withholding_service.domain.fingerprint import fingerprint
from withholding_service.domain.line import SentLine, StagedLine
from withholding_service.domain.problems import sentence
from withholding_service.domain.reading import read_entry
from withholding_service.domain.reasons import Finding, Reason
from withholding_service.domain.settlement import settlement_date, unbelievable_date
from withholding_service.domain.submission import PROBLEMS_MAX, foreign_company

PAGE_LINES_MAX = 1_000
SSN_PURPOSE = "ssn"
LINE_SSN_PURPOSE = "remittance_line.ssn"
_SSN_DIGITS = 9
_LAST_FOUR = slice(-4, None)


class LineReader:
    """The lines of a file, in pages; what is counted stands once all of them were read."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        *,
        employer: Employer,
        policy: Policy,
        keys: Keys,
        received_on: date,
    ) -> None:
        """Take the bytes, who sends them, and what lines are made with."""
        self.line_count = 0
        self.money_line_count = 0
        self.amount_cents = 0
        self.page_count = 0
        self._reader = AchReader(chunks)
        self._employer = employer
        self._keys = keys
        self._received_on = received_on
        self._banks = policy.calendar("federal_reserve")
        self._believed = believed(policy, received_on)
        self._problems: list[Problem] = []
        self._page_lines = 0
        self._page_settles: date | None = None

    @property
    def problems(self) -> list[Problem]:
        """What the sender should mend next time."""
        return [*self._problems, *self._reader.warnings]

    def pages(self) -> Iterator[list[StagedLine]]:
        """Give the lines, up to PAGE_LINES_MAX at a time. Raises formats' AchFileRejected."""
        page: list[StagedLine] = []
        batch: BatchHeader | None = None
        settles = self._received_on
        waits_for: tuple[Finding, ...] = ()
        for entry in self._reader:
            if entry.batch is not batch:
                batch = entry.batch
                settles, waits_for = self._begin(batch)
            reading = read_entry(
                entry,
                first_line_number=self.line_count + 1,
                settlement_date=settles,
                believed=self._believed,
                batch_findings=waits_for,
            )
            self._note(reading.problems)
            for line in reading.lines:
                page.append(self._staged(line))
                if len(page) == PAGE_LINES_MAX:
                    yield page
                    page = []
        if page:
            yield page

    def _begin(self, batch: BatchHeader) -> tuple[date, tuple[Finding, ...]]:
        """Return when a batch settles, and what holds all of its lines up."""
        self._note(foreign_company(batch, self._employer))
        problem = unbelievable_date(batch, self._believed.settles)
        if problem is None:
            day = batch.effective_entry_date
            return settlement_date(day, self._received_on, self._banks), ()
        self._note([problem])
        finding = Finding(Reason.INVALID_ENTRY, sentence(problem))
        return settlement_date(None, self._received_on, self._banks), (finding,)

    def _note(self, problems: Iterable[Problem]) -> None:
        room = PROBLEMS_MAX - len(self._problems)
        self._problems.extend(list(problems)[: max(room, 0)])

    def _page_number(self, line: SentLine) -> int:
        """Number the page that a line is released in; lines of one page settle on one day."""
        if not line.has_money:
            return 0
        is_full = self._page_lines == PAGE_LINES_MAX
        if is_full or line.settlement_date != self._page_settles:
            self.page_count += 1
            self._page_lines = 0
            self._page_settles = line.settlement_date
        self._page_lines += 1
        return self.page_count

    def _staged(self, line: SentLine) -> StagedLine:
        self.line_count += 1
        self.money_line_count += line.has_money
        self.amount_cents += line.amount_cents
        key = identifier_key(line.case_identifier)
        is_ssn = len(line.ssn) == _SSN_DIGITS and line.ssn.isascii() and line.ssn.isdigit()
        return StagedLine(
            line_number=line.line_number,
            page_number=self._page_number(line),
            trace_number=line.trace_number,
            sequence=line.sequence,
            amount_cents=line.amount_cents,
            credited_cents=line.credited_cents,
            settlement_date=line.settlement_date,
            application=line.application,
            case_identifier=line.case_identifier,
            identifier_key=key,
            pay_date=line.pay_date,
            ssn_hash=self._keys.lookup_hash(SSN_PURPOSE, line.ssn) if is_ssn else None,
            ssn_last_four=line.ssn[_LAST_FOUR] if is_ssn else "",
            ssn_encrypted=self._keys.encrypt(LINE_SSN_PURPOSE, line.ssn) if line.ssn else None,
            name=line.name,
            employment_ended=line.employment_ended,
            medical_coverage=line.medical_coverage,
            fingerprint=fingerprint(
                employer_id=self._employer.employer_id,
                company_id=line.company_id,
                trace_number=line.trace_number,
                sequence=line.sequence,
                pay_date=line.pay_date,
                identifier_key=key,
                amount_cents=line.amount_cents,
            ),
            findings=line.findings,
            warnings=line.warnings,
        )
