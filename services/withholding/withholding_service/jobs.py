"""Work by the clock, and telling everything again."""

from datetime import date, timedelta

from chassis.runtime import Work
from childsupport.withholding.v1.events_pb2 import EmployersChanged, RemittancesIdentified
from withholding_service.announcement import Announcement
from withholding_service.domain.submission import Submission
from withholding_service.identification import identified_message
from withholding_service.messages import employer_message
from withholding_service.store import employers, lines, staging, submissions

ABANDONED_AFTER = timedelta(hours=1)
"""Longer than any upload may take (the deadline of SubmitRemittanceFile is ten minutes)."""


def discard_abandoned_uploads(work: Work) -> bool:
    """Remove what uploads left that died with their process."""
    abandoned = staging.abandoned(work.session, work.clock.now() - ABANDONED_AFTER)
    for upload_id in abandoned:
        staging.discard(work.session, upload_id)
    return len(abandoned) == staging.DISCARD_UPLOADS_MAX


def republish_employers(work: Work, since: date | None) -> int:
    """Tell employers as they are, all or those changed since a day."""
    count = 0
    for page in employers.changed_since(work.session, since):
        messages = [employer_message(employer) for employer in page]
        work.emit(EmployersChanged(employers=messages), subject=messages[0].employer_id)
        count += len(page)
    return count


def republish_remittances(work: Work, since: date | None) -> int:
    """Tell the lines of all released files, or those received since a day.

    Each as it was released; what was identified since then follows its file.
    """
    return sum(
        _tell_again(work, submission)
        for submission in submissions.released_since(work.session, since)
    )


def _tell_again(work: Work, submission: Submission) -> int:
    employer = employers.by_id(work.session, submission.employer_id)
    announcement = Announcement(
        work,
        submission,
        employer.name if employer else "",
        submission.released_count + submission.suspended_count,
    )
    count = 0
    for page in lines.pages_of_submission(work.session, submission.submission_id):
        announcement.take(page)
        count += len(page)
    announcement.finish()
    for page in lines.pages_of_submission(work.session, submission.submission_id):
        later = [line for line in page if line.identified_at and line.amount_cents]
        if later:
            identified = [identified_message(line) for line in later]
            work.emit(
                RemittancesIdentified(remittances=identified), subject=submission.submission_id
            )
    return count
