"""Telling the money lines of a file, in numbered pages."""

from collections.abc import Iterable

from chassis.dates import from_date
from chassis.runtime import Work
from childsupport.withholding.v1.events_pb2 import RemittancesReleased
from withholding_service.domain.submission import Submission
from withholding_service.messages import remittance_line
from withholding_service.store.lines import Line


class Announcement:
    """Collects lines in the order of the file and emits each page when it is whole."""

    def __init__(
        self, work: Work, submission: Submission, employer_name: str, money_line_count: int
    ) -> None:
        """Take what every page says of its file."""
        self._work = work
        self._submission = submission
        self._employer_name = employer_name
        self._money_line_count = money_line_count
        self._page: list[Line] = []

    def take(self, lines: Iterable[Line]) -> None:
        """Take lines; those without money are passed over."""
        for line in lines:
            if not line.amount_cents:
                continue
            if self._page and self._page[0].page_number != line.page_number:
                self._emit()
            self._page.append(line)

    def finish(self) -> None:
        """Emit the last page."""
        if self._page:
            self._emit()

    def _emit(self) -> None:
        first = self._page[0]
        self._work.emit(
            RemittancesReleased(
                submission_id=self._submission.submission_id,
                employer_id=self._submission.employer_id,
                page_number=first.page_number,
                page_count=self._submission.page_count,
                file_amount_cents=self._submission.amount_cents,
                file_line_count=self._money_line_count,
                settlement_date=from_date(first.settlement_date),
                lines=[remittance_line(line) for line in self._page],
                employer_name=self._employer_name,
            ),
            subject=self._submission.submission_id,
        )
        self._page = []
