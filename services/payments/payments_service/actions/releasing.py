"""Releasing a file that is all here to the lanes, page by page: each is a transaction."""

from chassis.runtime import Work
from payments_service.store import receipts


def release_files(work: Work) -> bool:
    """Queue the next lines of a file; returns whether there were any."""
    return receipts.release_page(work.session, work.clock.now())
