"""Work by the calendar, and what the service can say again."""

from collections.abc import Mapping
from datetime import date, timedelta

from chassis.events import MAX_PAGE_ITEMS
from chassis.runtime import Work
from chassis.service import Job, Timer
from identity_service import messages, signing
from identity_service.actions import keys, limiting
from identity_service.actions.answering import answer_asked
from identity_service.settings import settings_of
from identity_service.store import (
    accounts,
    clients,
    codes,
    passkeys,
    sessions,
    throttles,
    worker_sessions,
    workers,
)


def rotate_signing_keys(work: Work, on: date) -> Mapping[str, int | str]:
    """Make the next signing key when the present one has served its days."""
    made = signing.rotate(work, on)
    return {"rotated": 0} if made is None else {"rotated": 1, "key_id": made.key_id}


def republish_clients(work: Work, since: date | None) -> int:
    """Tell every client again, same versions; return how many."""
    told, after = 0, ""
    while page := clients.page(work.session, after, MAX_PAGE_ITEMS, since):
        messages.tell(work, page)
        told, after = told + len(page), page[-1].client_id
    return told


def send_key_letters(work: Work, on: date) -> Mapping[str, int | str]:
    """Write the letters with keys that were asked for since the last working day."""
    return {"letters": keys.send_letters(work, on)}


def remind_keys(work: Work, on: date) -> Mapping[str, int | str]:
    """Remind those who got a key 14 days ago and have not used it."""
    return {"reminded": keys.remind(work, on)}


def expire_keys(work: Work, on: date) -> Mapping[str, int | str]:
    """End the keys whose last day is over."""
    return {"expired": keys.expire(work, on)}


def forget(work: Work, on: date) -> Mapping[str, int | str]:
    """Remove what has ended: sessions, codes, counts, devices, accounts never verified."""
    now, life = work.clock.now(), settings_of(work).session_life
    return {
        "sessions": sessions.forget(work.session, now - _KEPT_ENDED, life),
        "codes": codes.forget(work.session, now - _KEPT_ENDED),
        "throttles": throttles.forget(
            work.session, now - limiting.FORGET_AFTER, limiting.FORGOTTEN_KINDS
        ),
        "devices": accounts.forget_devices(work.session, before=now - _KEPT_DEVICE),
        "accounts": accounts.remove_unverified(work.session, now - _KEPT_UNVERIFIED),
        "passkey_challenges": passkeys.forget(work.session, now),
        "worker_sessions": worker_sessions.forget(work.session, now - _KEPT_ENDED, life),
        "worker_codes": workers.forget_codes(work.session, now - _KEPT_ENDED),
        "worker_devices": workers.forget_devices(work.session, before=now - _KEPT_DEVICE),
    }


_KEPT_ENDED = timedelta(days=30)
_KEPT_DEVICE = timedelta(days=366)
_KEPT_UNVERIFIED = timedelta(days=2)

JOBS = (
    Job("rotate_signing_keys", rotate_signing_keys),
    Job("send_key_letters", send_key_letters),
    Job("remind_keys", remind_keys),
    Job("expire_keys", expire_keys),
    Job("forget", forget),
)
TIMERS = (Timer("answer_asked", every_seconds=2.0, run=answer_asked),)
REPUBLISH = {"clients": republish_clients}
