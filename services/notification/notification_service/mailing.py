"""E-mail: says that there is something to read, and nothing else.

Subject and text name nobody, no amount and no case. All that is due to one reader goes in one mail.
A crash between handing over and committing sends a mail again; its Message-ID is that of the oldest
entry in it, so the same mail twice bears the same one and a mail server can drop it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import structlog

from chassis.backoff import Backoff
from chassis.runtime import Work
from notification_service.catalogue import catalogue, language_of
from notification_service.settings import NotificationSettings, settings_of
from notification_service.smtp import Outcome, Server, hand_over
from notification_service.store import mail

_log = structlog.get_logger()

BATCH = 50
"""Entries in a transaction: what a crash may send again."""
FIRST_WAIT_SECONDS = 60.0
MOST_WAIT_SECONDS = 4 * 3_600.0
MAX_ATTEMPTS = 32
"""A minute, two, four … then every four hours: four days in all (RFC 5321 section 4.5.4.1)."""


def send_mail(work: Work) -> bool:
    """Send what is due. True when there is more and the server takes it."""
    settings = settings_of(work)
    if not settings.mail_is_on:
        return False
    due = mail.take_due(work.session, work.keys, work.clock.now(), BATCH)
    mail.close(work.session, [q.entry_id for q in due if not q.still_chosen], "not_chosen")
    readers: dict[str, list[mail.Queued]] = {}
    for queued in due:
        if queued.still_chosen:
            readers.setdefault(queued.participant_id, []).append(queued)
    written = [(q, _message(q, settings, work.clock.now())) for q in readers.values()]
    sendable = [(queued, message) for queued, message in written if message]
    _close(work, [queued for queued, message in written if not message], Outcome.REFUSED)
    if not sendable:
        return len(due) == BATCH
    outcomes = hand_over(server(settings), [message for _, message in sendable])
    for outcome in Outcome:
        became = zip(sendable, outcomes, strict=True)
        _close(work, [queued for (queued, _), o in became if o is outcome], outcome)
    return len(due) == BATCH and Outcome.LATER not in outcomes


def _close(work: Work, readers: Sequence[Sequence[mail.Queued]], outcome: Outcome) -> None:
    entries = [queued for reader in readers for queued in reader]
    if outcome is not Outcome.LATER:
        mail.close(work.session, [q.entry_id for q in entries], outcome.value)
        return
    given_up = [q.entry_id for q in entries if q.attempts + 1 >= MAX_ATTEMPTS]
    if given_up:
        _log.error("mail_given_up", entries=len(given_up), attempts=MAX_ATTEMPTS)
        mail.close(work.session, given_up, Outcome.REFUSED.value)
    for attempts in sorted({q.attempts for q in entries if q.attempts + 1 < MAX_ATTEMPTS}):
        wait = Backoff(FIRST_WAIT_SECONDS, MOST_WAIT_SECONDS, failures=attempts).next()
        again = [q.entry_id for q in entries if q.attempts == attempts]
        mail.postpone(work.session, again, work.clock.now() + timedelta(seconds=wait))


def _message(
    reader: Sequence[mail.Queued], settings: NotificationSettings, now: datetime
) -> EmailMessage | None:
    """Write the mail to one reader; None when the address is not one."""
    oldest = reader[0]
    words = catalogue(language_of(oldest.language)).email
    message = EmailMessage()
    try:
        message["To"] = Address(addr_spec=oldest.email)
    except Exception:  # noqa: BLE001 - no address, whatever it breaks, stops other readers' mails
        _log.warning("mail_address_unusable", entry_id=oldest.entry_id)
        return None
    sender = Address(addr_spec=settings.mail_from)
    message["From"] = sender
    message["Subject"] = words["subject"]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{oldest.entry_id}@{sender.domain}>"
    # Nobody's holiday reply shall answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(words["body"])
    return message


def server(settings: NotificationSettings) -> Server:
    """Return the mail server of the settings."""
    password = settings.smtp_password
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        starttls=settings.smtp_starttls,
        ca_file=settings.smtp_ca_file,
        login=(settings.smtp_user, password.get_secret_value()) if password else None,
    )
