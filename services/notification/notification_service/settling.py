"""Events come in any order: what was told before its reader was known is settled here."""

from chassis.runtime import Work
from notification_service.settings import settings_of
from notification_service.store import inbox, letters

BATCH = 1_000


def settle(work: Work) -> bool:
    """Find readers by cases, then decide about their mail. True when there may be more."""
    settled = (
        inbox.settle_readers(work.session, BATCH),
        letters.settle_readers(work.session, BATCH),
        inbox.settle_mail(
            work.session, BATCH, work.clock.now(), mail_is_on=settings_of(work).mail_is_on
        ),
    )
    return BATCH in settled
