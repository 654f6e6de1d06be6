"""A file that was sent, and what its sender is told of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formats.ach.layouts import BATCH_HEADER
from formats.ach.model import BatchHeader
from formats.problem import Problem
from withholding_service.domain.employers import Employer
from withholding_service.domain.problems import masked

REJECTED = "REJECTED"
RELEASED = "RELEASED"
STATES = (REJECTED, RELEASED)

PROBLEMS_MAX = 50
"""So many problems of a file are kept and told."""
COMPANY_IDS_TOLD_MAX = 5


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A problem of a file, to be mended by its sender. `severity` is file, entry or warning."""

    record_number: int
    record_type: str
    field: str
    columns: str
    read: str
    expected: str
    rule: str
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A file that was sent; `state` is one of STATES."""

    submission_id: str
    employer_id: str
    request_id: str
    file_name: str
    sha256: str
    state: str
    received_at: datetime
    line_count: int = 0
    released_count: int = 0
    suspended_count: int = 0
    notice_count: int = 0
    amount_cents: int = 0
    page_count: int = 0
    problems: tuple[FileProblem, ...] = ()


def file_problems(problems: Iterable[Problem]) -> tuple[FileProblem, ...]:
    """Return problems as the sender is told them: the first PROBLEMS_MAX, without secrets."""
    told: list[FileProblem] = []
    for problem in problems:
        if len(told) == PROBLEMS_MAX:
            break
        shown = masked(problem)
        told.append(
            FileProblem(
                record_number=shown.record_number,
                record_type=shown.record_type,
                field=shown.field,
                columns=shown.columns,
                read=shown.read,
                expected=shown.expected,
                rule=shown.rule,
                severity=shown.severity,
            )
        )
    return tuple(told)


def foreign_company(batch: BatchHeader, employer: Employer) -> tuple[Problem, ...]:
    """Return a warning when a batch comes from a company that the employer did not register."""
    known = employer.ach_company_ids
    if not known or batch.company_id in known:
        return ()
    return (
        Problem(
            record_number=batch.record_number,
            record_type=BATCH_HEADER.name,
            field="company_identification",
            columns=BATCH_HEADER["company_identification"].columns,
            read=batch.company_id,
            expected=" or ".join(known[:COMPANY_IDS_TOLD_MAX]),
            rule="the employer's registration names the companies that send for it",
            severity="warning",
        ),
    )
