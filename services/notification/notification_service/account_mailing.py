"""Mail about accounts: links, codes, and word of each change. A code that has ended is not sent."""

from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import structlog

from chassis.backoff import Backoff
from chassis.dates import to_instant
from chassis.runtime import Work
from childsupport.identity.v1 import events_pb2 as pb
from notification_service.catalogue import agency, catalogue, language_of
from notification_service.domain import account_notices
from notification_service.domain.account_notices import AccountLetter, AccountMail, is_for_worker
from notification_service.mailing import (
    FIRST_WAIT_SECONDS,
    MAX_ATTEMPTS,
    MOST_WAIT_SECONDS,
    server,
)
from notification_service.settings import settings_of
from notification_service.smtp import Outcome, hand_over
from notification_service.store import account_mail, letters
from notification_service.store.account_mail import Queued

BATCH = 20

_log = structlog.get_logger()


def take(notice: pb.AccountNotice, work: Work) -> None:
    """Queue the mail or letter of a notice; both secrets were sealed for this service."""
    opened = work.keys.open(notice.secret_for_notification) or b""
    secret = pb.AccountSecret.FromString(opened)
    ends = notice.HasField("expire_time")
    expire = to_instant(notice.expire_time) if ends else None
    if not notice.participant_id:
        address = work.keys.open(notice.email_for_notification) or b""
        mail = AccountMail(
            kind=notice.kind,
            email=address.decode(),
            language=notice.language,
            code=secret.code,
            link_token=secret.link_token,
            user_name=secret.user_name,
            expire_time=expire.isoformat() if expire else "",
        )
        on = settings_of(work).mail_is_on
        now = work.clock.now()
        account_mail.queue(work.session, work.keys, notice.notice_id, mail, now, mail_is_on=on)
        return
    if notice.kind not in account_notices.LETTERS:
        _log.error("account_letter_without_words", notice_kind=notice.kind)
        return
    zone = ZoneInfo(work.settings.time_zone)
    told = AccountLetter(
        notice_id=notice.notice_id,
        kind=notice.kind,
        participant_id=notice.participant_id,
        code=secret.code,
        expire_on=expire.astimezone(zone).date().isoformat() if expire else "",
        letter_number=notice.letter_number,
    )
    letters.queue(work.session, work.keys, [account_notices.letter(told)], work.clock.now())


def send_account_mail(work: Work) -> bool:
    """Send what is due. True when there is more and the server takes it."""
    settings, now = settings_of(work), work.clock.now()
    if not settings.mail_is_on:
        return False
    due = account_mail.take_due(work.session, work.keys, now, BATCH)
    ended = [q.id for q in due if q.expire_time is not None and q.expire_time <= now]
    account_mail.close(work.session, ended, "expired")
    written = [(q, _message(q, work)) for q in due if q.id not in ended]
    unusable = [q.id for q, message in written if message is None]
    account_mail.close(work.session, unusable, Outcome.REFUSED.value)
    sendable = [(q, message) for q, message in written if message is not None]
    if not sendable:
        return len(due) == BATCH
    outcomes = hand_over(server(settings), [message for _, message in sendable])
    for (queued, _), outcome in zip(sendable, outcomes, strict=True):
        _settle(work, queued, outcome)
    return len(due) == BATCH and Outcome.LATER not in outcomes


def _settle(work: Work, queued: Queued, outcome: Outcome) -> None:
    if outcome is not Outcome.LATER:
        account_mail.close(work.session, [queued.id], outcome.value)
    elif queued.attempts + 1 >= MAX_ATTEMPTS:
        _log.error("account_mail_given_up", notice_id=queued.notice_id, attempts=MAX_ATTEMPTS)
        account_mail.close(work.session, [queued.id], Outcome.REFUSED.value)
    else:
        wait = Backoff(FIRST_WAIT_SECONDS, MOST_WAIT_SECONDS, failures=queued.attempts).next()
        due_at = work.clock.now() + timedelta(seconds=wait)
        account_mail.postpone(work.session, queued.id, due_at)


def _message(queued: Queued, work: Work) -> EmailMessage | None:
    """Write a mail; None when its address is none, or nothing here has words for it."""
    settings, mail = settings_of(work), queued.mail
    message, sender = EmailMessage(), Address(addr_spec=settings.mail_from)
    local = queued.expire_time and queued.expire_time.astimezone(ZoneInfo(settings.time_zone))
    words = catalogue(language_of(mail.language))
    phone = agency(settings.jurisdiction).phone
    try:
        message["To"] = Address(addr_spec=mail.email)
        door = settings.console_url if is_for_worker(mail.kind) else settings.portal_url
        subject, text = account_notices.written(mail, words, door, phone, local)
    except Exception as error:  # noqa: BLE001 - no address, whatever it breaks, stops other mails
        _log.error("account_mail_unusable", notice_kind=mail.kind, error=type(error).__name__)
        return None
    message["From"] = sender
    message["Subject"] = subject
    message["Date"] = format_datetime(work.clock.now())
    message["Message-ID"] = f"<{queued.notice_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message
