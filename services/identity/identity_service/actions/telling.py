"""What people are told about accounts: an event for notification, which has the words."""

from dataclasses import dataclass
from datetime import datetime

from chassis.dates import from_instant
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.identity.v1 import events_pb2 as pb
from identity_service.store import accounts
from identity_service.store.accounts import Account

_READER = "notification"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as its letter shows it."""

    shown: str
    expire_time: datetime
    letter_number: int


@dataclass(frozen=True, slots=True)
class Secret:
    """What stands in a notice and nobody else may read; it travels sealed."""

    code: str = ""
    link_token: str = ""
    user_name: str = ""


def mail(
    work: Work,
    email: str,
    language: str,
    kind: str,
    secret: Secret | None = None,
    expire: datetime | None = None,
) -> None:
    """Mail something to an address; `expire`: when what is in it ends."""
    notice = pb.AccountNotice(
        kind=kind,
        language=language,
        email_for_notification=work.keys.seal(_READER, email.encode()),
        expire_time=from_instant(expire),
    )
    _emit(work, notice, secret)


def mail_account(
    work: Work,
    account: Account,
    kind: str,
    secret: Secret | None = None,
    expire: datetime | None = None,
) -> None:
    """Mail something to the address of an account."""
    mail(work, account.email, account.language, kind, secret, expire)


def write_letter(
    work: Work, participant_id: str, language: str, kind: str, key: Key | None = None
) -> None:
    """Send a letter to a participant's address on file."""
    notice = pb.AccountNotice(kind=kind, language=language, participant_id=participant_id)
    if key is not None:
        notice.expire_time.FromDatetime(key.expire_time)
        notice.letter_number = key.letter_number
    _emit(work, notice, Secret(code=key.shown) if key else None)


def record(work: Work, account_id: str, kind: str, session_id: str | None = None) -> None:
    """Record something that happened to an account; who asked for it is the caller."""
    accounts.record(
        work.session, account_id, kind, work.clock.now(), work.caller.client_id, session_id
    )


def _emit(work: Work, notice: pb.AccountNotice, secret: Secret | None) -> None:
    notice.notice_id = new_id(work.clock.now())
    if secret is not None:
        said = pb.AccountSecret(
            code=secret.code, link_token=secret.link_token, user_name=secret.user_name
        )
        sealed = work.keys.seal(_READER, said.SerializeToString())
        notice.secret_for_notification.CopyFrom(sealed)
    work.emit(pb.AccountNoticesIssued(notices=[notice]), subject=notice.notice_id)
