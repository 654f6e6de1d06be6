"""Workers come and go: made by a supervisor, set up by themselves with a mailed link, ended.

Nobody chooses or learns another's password, nor the secret of another's authenticator app: both
are made by who holds the link, which goes to the worker's own address, sealed. Whoever is ended or
reset is out with the commit: sessions end, both factors are gone.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.auth import unauthenticated
from chassis.clock import Clock
from chassis.errors import PlatformError, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from identity_service import codes, credentials
from identity_service.actions import limiting, passwords, telling
from identity_service.actions.limiting import Tries
from identity_service.actions.refusing import dead_link, precondition, refuse
from identity_service.actions.telling import Secret
from identity_service.domain import codes as spelling
from identity_service.domain import throttling, totp, workers
from identity_service.domain.accounts import email_key, prepared
from identity_service.domain.clients import READ_CHARACTERS_MAX, Problem
from identity_service.store import worker_sessions
from identity_service.store import workers as store
from identity_service.store.workers import Worker

LINK_LIVES: Final = timedelta(hours=24)
RECOVERY_CODES: Final = 10
ISSUER: Final = "Child Support Console"
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """A worker who is to be made."""

    worker_id: str
    display_name: str
    email: str
    language: str
    office_ids: tuple[str, ...]
    roles: tuple[str, ...]


def create(work: Work, wanted: Wanted) -> Worker:
    """Make a worker and mail the invitation. An id that was ever given is not given again."""
    refuse(
        [
            *workers.problems(wanted.worker_id, wanted.display_name, wanted.email, wanted.language),
            *workers.role_problems(wanted.roles, wanted.office_ids),
        ]
    )
    _check_giver(work, wanted.worker_id, wanted.roles)
    store.lock_names(work.session)
    if store.find(work.session, work.keys, wanted.worker_id) is not None:
        refuse([Problem("worker_id", "is or was another worker's: an id is given once")])
    hashed = email_hash(work, wanted.email)
    if store.has_email(work.session, hashed):
        refuse([Problem("email", "is another worker's")])
    new = Worker(
        worker_id=wanted.worker_id,
        display_name=wanted.display_name.strip(),
        email=wanted.email.strip(),
        language=wanted.language,
        office_ids=tuple(sorted(set(wanted.office_ids))),
        roles=tuple(sorted(set(wanted.roles))),
        state=workers.INVITED,
        create_time=work.clock.now(),
    )
    store.add(work.session, work.keys, new, hashed)
    record(work, new.worker_id, "created")
    _mail_link(work, new, "worker_invitation")
    return new


def change_roles(
    work: Work, worker_id: str, roles: Collection[str], office_ids: Collection[str]
) -> Worker:
    """Give a worker other roles and offices."""
    refuse(workers.role_problems(roles, office_ids))
    _check_giver(work, worker_id, roles)
    worker = _in_force(work, worker_id)
    given = {"roles": sorted(set(roles)), "office_ids": sorted(set(office_ids))}
    store.change(work.session, worker_id, **given)
    record(work, worker_id, "roles_changed")
    mail_worker(work, worker, "worker_roles_changed")
    return found(work, worker_id)


def end(work: Work, worker_id: str, reason: str) -> tuple[Worker, int]:
    """End a worker and all sessions; again changes nothing. Return how many were ended."""
    if not 1 <= len(reason.strip()) <= workers.REASON_CHARACTERS_MAX:
        refuse([Problem("reason", f"must have 1 to {workers.REASON_CHARACTERS_MAX} characters")])
    _check_giver(work, worker_id)
    worker = found(work, worker_id, lock=True)
    if worker.state == workers.ENDED:
        return worker, 0
    now = work.clock.now()
    ended = _shut_out(work, worker_id)
    store.end(work.session, work.keys, worker_id, now, reason.strip())
    record(work, worker_id, "ended")
    mail_worker(work, worker, "worker_ended")
    return found(work, worker_id), ended


def start_reset(work: Work, worker_id: str) -> Worker:
    """Take both factors away and mail a link to set them anew."""
    _check_giver(work, worker_id)
    worker = _in_force(work, worker_id)
    _shut_out(work, worker_id)
    # Who never took the invitation is still invited.
    state = workers.INVITED if worker.state == workers.INVITED else workers.RESET
    store.change(work.session, worker_id, state=state)
    store.set_factors(work.session, work.keys, worker_id, "", b"")
    record(work, worker_id, "reset_started")
    if state == workers.INVITED:
        _mail_link(work, worker, "worker_invitation")
    else:
        _mail_link(work, worker, "worker_reset")
    return found(work, worker_id)


def accept(work: Work, token: str, password: str) -> tuple[Worker, str, str]:
    """Set the password of a link's worker; return the new app's secret and URI.

    The link stays good until `confirm`: who mistypes or loses the page begins again.
    """
    worker = _of_link(work, token)
    about = (worker.worker_id, worker.display_name, worker.email)
    passwords.check(work, "password", password, about)
    secret = os.urandom(totp.SECRET_BYTES)
    hashed = credentials.hashed(prepared(password))
    store.set_factors(work.session, work.keys, worker.worker_id, hashed, secret)
    uri = totp.uri(secret, worker.worker_id, ISSUER)
    return worker, totp.base32(secret), uri


def confirm(work: Work, token: str, totp_code: str, machine: Clock) -> tuple[Worker, list[str]]:
    """Use up a link with a code of the new app; return ten recovery codes, told only here."""
    worker = _of_link(work, token)
    if not worker.totp_secret:
        raise precondition("totp", "set a password first (AcceptInvitation)")
    step = totp.step_of(worker.totp_secret, totp_code, int(machine.now().timestamp()), 0)
    if step is None:
        raise precondition("totp_code", "the code is not of this app: is its clock right?")
    fingerprint = codes.fingerprint(work.keys, store.LINK, token)
    now, worker_id = work.clock.now(), worker.worker_id
    if not store.use_code(work.session, worker_id, store.LINK, fingerprint, now):
        raise dead_link()
    store.change(work.session, worker_id, state=workers.ACTIVE, totp_step=step)
    # A stranger's guesses do not keep out whom a link of the own mail box has just let in.
    limiting.clear(work, [tries_of(worker_id)])
    record(work, worker_id, "set_up")
    mail_worker(work, worker, "worker_set_up")
    return worker, make_recovery_codes(work, worker_id)


def make_recovery_codes(work: Work, worker_id: str) -> list[str]:
    """Make recovery codes; earlier ones count no more."""
    now = work.clock.now()
    store.drop_codes(work.session, worker_id, [store.RECOVERY])
    made = [codes.new_recovery_code() for _ in range(RECOVERY_CODES)]
    for one in made:
        kept = store.Code(new_id(now), worker_id, store.RECOVERY, now, None)
        store.add_code(work.session, kept, recovery_fingerprint(work, one))
    return [spelling.shown(one, _GROUP) for one in made]


def recovery_fingerprint(work: Work, typed: str) -> bytes:
    """Return what a recovery code of a worker is looked up by."""
    return codes.fingerprint(work.keys, "worker_recovery", spelling.normal(typed))


def tries_of(worker_id: str) -> Tries:
    """Return what counts the wrong tries of all unknown devices against one worker."""
    return Tries(throttling.ACCOUNT, (f"worker {worker_id}",))


def found(work: Work, worker_id: str, *, lock: bool = False) -> Worker:
    """Return a worker. Raises NOT_FOUND."""
    worker = store.find(work.session, work.keys, worker_id, lock=lock)
    if worker is None:
        raise not_found("worker", worker_id[:READ_CHARACTERS_MAX])
    return worker


def email_hash(work: Work, email: str) -> bytes:
    """Return what a worker's address is looked up by."""
    return work.keys.lookup_hash("worker_email", email_key(email))


def mail_worker(work: Work, worker: Worker, kind: str, secret: Secret | None = None) -> None:
    """Mail something to a worker."""
    telling.mail(work, worker.email, worker.language, kind, secret)


def record(work: Work, worker_id: str, kind: str, session_id: str | None = None) -> None:
    """Record something that happened to a worker, and who asked for it."""
    now = work.clock.now()
    store.record(work.session, worker_id, kind, now, work.caller.person, session_id)


def _in_force(work: Work, worker_id: str) -> Worker:
    worker = found(work, worker_id, lock=True)
    if worker.state == workers.ENDED:
        raise precondition("ended", "the worker is ended: make another one")
    return worker


def _check_giver(work: Work, worker_id: str, roles: Collection[str] = ()) -> None:
    """Refuse a worker who would change the own account, or give more than the own rights."""
    giver = work.caller.worker
    if giver is None:
        return
    if giver.worker_id == worker_id:
        raise precondition("own_account", "nobody does this to the own account: ask another")
    own = store.find(work.session, work.keys, giver.worker_id)
    if own is None or own.state != workers.ACTIVE:
        # A token of before lives on for a moment elsewhere; here it is worth nothing.
        raise unauthenticated("the worker who asks is not in force any more")
    if more := workers.beyond(roles, workers.scopes_of(own.roles)):
        raise PlatformError(
            ErrorReason.ERROR_REASON_PERMISSION_DENIED,
            f"roles: nobody gives what they do not have ({', '.join(more)})",
            metadata={"scopes": " ".join(more)},
        )


def _shut_out(work: Work, worker_id: str) -> int:
    """End sessions, links, codes and known devices; return how many sessions."""
    store.drop_codes(work.session, worker_id, [store.LINK, store.RECOVERY])
    store.forget_devices(work.session, worker_id=worker_id)
    return worker_sessions.end(work.session, worker_id, work.clock.now())


def _mail_link(work: Work, worker: Worker, kind: str) -> None:
    """Mail a link, the only one of its worker."""
    now, token = work.clock.now(), codes.new_token()
    expire = now + LINK_LIVES
    store.drop_codes(work.session, worker.worker_id, [store.LINK])
    kept = store.Code(new_id(now), worker.worker_id, store.LINK, now, expire)
    store.add_code(work.session, kept, codes.fingerprint(work.keys, store.LINK, token))
    secret = Secret(link_token=token, user_name=worker.worker_id)
    telling.mail(work, worker.email, worker.language, kind, secret, expire)


def _of_link(work: Work, token: str) -> Worker:
    """Return the worker of a link that can be used. Raises FAILED_PRECONDITION."""
    fingerprint = codes.fingerprint(work.keys, store.LINK, token)
    worker_id = store.worker_of_link(work.session, fingerprint, work.clock.now())
    worker = store.find(work.session, work.keys, worker_id, lock=True) if worker_id else None
    if worker is None or worker.state not in workers.IN_SETTING_UP:
        raise dead_link()
    return worker
