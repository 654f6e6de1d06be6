"""Submissions: what was sent, and what became of it."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, insert, select, update
from sqlalchemy.orm import Session

from withholding_service.domain.submission import RELEASED, FileProblem, Submission
from withholding_service.store.tables import submission

_COUNTS = ("line_count", "released_count", "suspended_count", "notice_count")


def add(session: Session, new: Submission) -> None:
    """Record a submission."""
    values = {column.name: getattr(new, column.name) for column in submission.columns}
    values["problems"] = [asdict(problem) for problem in new.problems]
    session.execute(insert(submission), values)


def settle(session: Session, now: Submission) -> None:
    """Write the counts of a submission, known once its lines are released."""
    values = {name: getattr(now, name) for name in _COUNTS}
    session.execute(
        update(submission).where(submission.c.submission_id == now.submission_id).values(values)
    )


def by_id(session: Session, submission_id: str) -> Submission | None:
    """Return a submission."""
    return _one(session, submission.c.submission_id == submission_id)


def by_request(session: Session, employer_id: str, request_id: str) -> Submission | None:
    """Return what an employer sent under a request id."""
    return _one(
        session,
        (submission.c.employer_id == employer_id) & (submission.c.request_id == request_id),
    )


def released_with(session: Session, employer_id: str, sha256: str) -> Submission | None:
    """Return the released file of an employer that has these bytes."""
    return _one(
        session,
        (submission.c.employer_id == employer_id)
        & (submission.c.sha256 == sha256)
        & (submission.c.state == RELEASED),
    )


def released_since(session: Session, since: date | None) -> Iterator[Submission]:
    """Give all released files, or those received on or after a day, oldest first."""
    after: Submission | None = None
    while True:
        statement = select(submission).where(submission.c.state == RELEASED)
        if since is not None:
            statement = statement.where(submission.c.received_at >= since)
        if after is not None:
            statement = statement.where(submission.c.submission_id > after.submission_id)
        statement = statement.order_by(submission.c.submission_id).limit(1)
        row = session.execute(statement).mappings().first()
        if row is None:
            return
        after = _submission(row)
        yield after


def _one(session: Session, where: ColumnElement[bool]) -> Submission | None:
    row = session.execute(select(submission).where(where)).mappings().first()
    return None if row is None else _submission(row)


def _submission(row: RowMapping) -> Submission:
    values = dict(row)
    values["problems"] = tuple(FileProblem(**problem) for problem in row["problems"])
    return Submission(**values)
