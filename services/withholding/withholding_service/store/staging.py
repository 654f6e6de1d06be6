"""Where a file's lines wait for its control records.

The first pages wait in memory, which is all that most files need; what comes after them is copied
into a table. A page is copied in a transaction of its own: a slow sender must not hold a
transaction open, and what a died upload leaves behind is nobody's line yet and is discarded.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter

from sqlalchemy import RowMapping, delete, insert, select
from sqlalchemy.orm import Session

from chassis.copying import EMPTY_ARRAY, copy_rows
from withholding_service.domain.line import StagedLine
from withholding_service.domain.reasons import Finding, Reason
from withholding_service.store.tables import staged_line, upload

READ_LINES_MAX = 1_000
KEPT_LINES_MAX = 10_000
"""In memory, for each file that is coming in: some 15 MiB."""
DISCARD_UPLOADS_MAX = 10

_PLAIN = tuple(
    column.name
    for column in staged_line.columns
    if column.name not in {"upload_id", "findings", "warnings"}
)
_values = attrgetter(*_PLAIN)
_COLUMNS = ("upload_id", "findings", "warnings", *_PLAIN)


class Staging:
    """An upload: its lines, added in transactions of their own."""

    def __init__(self, session: Session, upload_id: str, started_at: datetime) -> None:
        """Stage in the database that a session works on, but not in its transaction."""
        self._engine = session.get_bind().engine
        self._started_at = started_at
        self._kept: list[Sequence[StagedLine]] = []
        self._kept_lines = 0
        self._in_table = False
        self.upload_id = upload_id

    def add(self, lines: Sequence[StagedLine]) -> None:
        """Stage a page of lines."""
        if not self._in_table and self._kept_lines + len(lines) <= KEPT_LINES_MAX:
            self._kept.append(lines)
            self._kept_lines += len(lines)
            return
        if not self._in_table:
            self.begin()
        rows = (
            (
                self.upload_id,
                _flat(line.findings) or EMPTY_ARRAY,
                list(line.warnings) or EMPTY_ARRAY,
                *_values(line),
            )
            for line in lines
        )
        with self._transaction() as session:
            copy_rows(session, staged_line.name, _COLUMNS, rows)

    def begin(self) -> None:
        """Record that it started, so that what it stages is found again should it die."""
        with self._transaction() as session:
            values = {"upload_id": self.upload_id, "started_at": self._started_at}
            session.execute(insert(upload), values)
        self._in_table = True

    def pages(self, session: Session) -> Iterator[Sequence[StagedLine]]:
        """Give the lines in the order of the file, up to READ_LINES_MAX at a time."""
        yield from self._kept
        after = 0
        while self._in_table:
            statement = (
                select(staged_line)
                .where(staged_line.c.upload_id == self.upload_id, staged_line.c.line_number > after)
                .order_by(staged_line.c.line_number)
                .limit(READ_LINES_MAX)
            )
            lines = [_line(row) for row in session.execute(statement).mappings()]
            if not lines:
                return
            yield lines
            after = lines[-1].line_number

    def discard(self) -> None:
        """Remove it with its lines."""
        self._kept = []
        if self._in_table:
            with self._transaction() as session:
                discard(session, self.upload_id)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with Session(self._engine) as session, session.begin():
            yield session


@contextmanager
def staging(session: Session, upload_id: str, started_at: datetime) -> Iterator[Staging]:
    """Stage a file; whatever becomes of it, nothing stays staged.

    Should the transaction that releases it fail after that, the sender sends again.
    """
    staged = Staging(session, upload_id, started_at)
    try:
        yield staged
    finally:
        staged.discard()


def discard(session: Session, upload_id: str) -> None:
    """Remove an upload with its lines."""
    session.execute(delete(staged_line).where(staged_line.c.upload_id == upload_id))
    session.execute(delete(upload).where(upload.c.upload_id == upload_id))


def abandoned(session: Session, started_before: datetime) -> list[str]:
    """Return uploads that died, up to DISCARD_UPLOADS_MAX, locked for whoever discards them."""
    statement = (
        select(upload.c.upload_id)
        .where(upload.c.started_at < started_before)
        .order_by(upload.c.started_at)
        .limit(DISCARD_UPLOADS_MAX)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(statement))


def _flat(findings: Sequence[Finding]) -> list[str]:
    return [text for finding in findings for text in (finding.reason.value, finding.detail)]


def _line(row: RowMapping) -> StagedLine:
    values = {name: row[name] for name in _PLAIN}
    flat = row["findings"]
    findings = tuple(
        Finding(Reason(reason), detail)
        for reason, detail in zip(flat[::2], flat[1::2], strict=True)
    )
    return StagedLine(**values, findings=findings, warnings=tuple(row["warnings"]))
