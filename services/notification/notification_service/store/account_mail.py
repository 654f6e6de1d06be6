"""The queue of mail about accounts. What a mail says is dropped as soon as nobody needs it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from notification_service.domain.account_notices import AccountMail
from notification_service.store.tables import account_mail

_PURPOSE = "account_mail.content"
_c = account_mail.c


@dataclass(frozen=True, slots=True)
class Queued:
    """A mail that is due."""

    id: int
    notice_id: str
    attempts: int
    expire_time: datetime | None
    mail: AccountMail


def queue(
    session: Session,
    keys: Keys,
    notice_id: str,
    mail: AccountMail,
    at: datetime,
    *,
    mail_is_on: bool,
) -> None:
    """Queue a mail that is not there yet."""
    content = keys.encrypt(_PURPOSE, json.dumps(asdict(mail))) if mail_is_on else None
    session.execute(
        insert(account_mail)
        .values(
            notice_id=notice_id,
            kind=mail.kind,
            content=content,
            state="queued" if mail_is_on else "off",
            due_at=at,
            expire_time=datetime.fromisoformat(mail.expire_time) if mail.expire_time else None,
        )
        .on_conflict_do_nothing(index_elements=["notice_id"])
    )


def take_due(session: Session, keys: Keys, now: datetime, limit: int) -> list[Queued]:
    """Return what is due, longest first, locked until the end of the transaction."""
    rows = session.execute(
        select(_c.id, _c.notice_id, _c.attempts, _c.expire_time, _c.content)
        .where(_c.state == "queued", _c.due_at <= now)
        .order_by(_c.due_at, _c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [
        Queued(
            id=row.id,
            notice_id=row.notice_id,
            attempts=row.attempts,
            expire_time=row.expire_time,
            mail=AccountMail(**json.loads(keys.decrypt(_PURPOSE, row.content))),
        )
        for row in rows
    ]


def close(session: Session, ids: Sequence[int], state: str) -> None:
    """Take mails out of the queue, and drop what they say."""
    if ids:
        session.execute(
            update(account_mail)
            .where(_c.id.in_(ids))
            .values(state=state, content=None, attempts=_c.attempts + 1)
        )


def postpone(session: Session, one: int, due_at: datetime) -> None:
    """Leave a mail in the queue for another attempt."""
    session.execute(
        update(account_mail).where(_c.id == one).values(attempts=_c.attempts + 1, due_at=due_at)
    )
