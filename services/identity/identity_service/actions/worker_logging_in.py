"""Workers log in with both factors in one step. Each try is counted before anything is read.

No such worker, a wrong password, a wrong or used code and a worker who is not set up get one
sentence after one hash (ASVS 5.0 6.3.8): a guesser does not learn that the password was right.
"""

from dataclasses import dataclass, replace

from chassis.auth import unauthenticated
from chassis.clock import Clock
from chassis.errors import PlatformError
from chassis.runtime import Work
from identity_service import codes, credentials
from identity_service.actions import limiting, passwords, worker_accounts, worker_sessions
from identity_service.actions.limiting import Tries
from identity_service.actions.sessions import Origin
from identity_service.actions.worker_sessions import Opened
from identity_service.domain import throttling, totp, workers
from identity_service.domain.accounts import (
    EMAIL_CHARACTERS_MAX,
    prepared,
    user_name_key,
)
from identity_service.store import worker_sessions as session_store
from identity_service.store import workers as store
from identity_service.store.apart import apart
from identity_service.store.workers import Worker


@dataclass(frozen=True, slots=True)
class Factors:
    """What a worker shows: the password, and a code of the app or a recovery code."""

    password: str
    totp_code: str = ""
    recovery_code: str = ""


def log_in(work: Work, login: str, factors: Factors, origin: Origin, machine: Clock) -> Opened:
    """Log in. Raises UNAUTHENTICATED, LIMIT_EXCEEDED."""
    key = user_name_key(login[:EMAIL_CHARACTERS_MAX])
    hashed = worker_accounts.email_hash(work, key)
    worker = store.find_by_login(work.session, work.keys, key, hashed)
    tries = _tries(work, worker, key, origin)
    limiting.count(work, tries, audited=worker is not None)
    if worker is None or worker.state != workers.ACTIVE:
        credentials.matches("", prepared(factors.password))
        raise _wrong(work, worker, "log_in_failed")
    if not _are_right(work, worker, factors, machine):
        raise _wrong(work, worker, "log_in_failed")
    # Read again under lock: whoever is ended or reset at this moment gets no session.
    held = store.find(work.session, work.keys, worker.worker_id, lock=True)
    if held is None or (held.state, held.password_hash) != (workers.ACTIVE, worker.password_hash):
        raise _wrong(work, worker, "log_in_failed")
    limiting.clear(work, tries)
    return _entered(work, worker_sessions.begin(work, worker, origin), origin)


def reauthenticate(work: Work, token: str, factors: Factors, machine: Clock) -> Opened:
    """Show both factors again."""
    opened = _shown_again(work, token, factors, machine)
    worker_id, session_id = opened.worker.worker_id, opened.session.session_id
    worker_accounts.record(work, worker_id, "reauthenticated", session_id)
    return worker_sessions.renew(work, opened)


def change_password(
    work: Work, token: str, factors: Factors, new_password: str, machine: Clock
) -> Opened:
    """Change the password of a session's worker; ends all other sessions."""
    opened = _shown_again(work, token, factors, machine)
    worker, session_id = opened.worker, opened.session.session_id
    about = (worker.worker_id, worker.display_name, worker.email)
    passwords.check(work, "new_password", new_password, about)
    hashed = credentials.hashed(prepared(new_password))
    store.change(work.session, worker.worker_id, password_hash=hashed)
    session_store.end(work.session, worker.worker_id, work.clock.now(), but=session_id)
    worker_accounts.record(work, worker.worker_id, "password_changed", session_id)
    worker_accounts.mail_worker(work, worker, "worker_password_changed")
    return worker_sessions.renew(work, opened)


def create_recovery_codes(work: Work, token: str) -> list[str]:
    """Make recovery codes, told only here; earlier ones count no more."""
    opened = worker_sessions.require(work, token, recent=True)
    worker = opened.worker
    made = worker_accounts.make_recovery_codes(work, worker.worker_id)
    session_id = opened.session.session_id
    worker_accounts.record(work, worker.worker_id, "recovery_codes_made", session_id)
    worker_accounts.mail_worker(work, worker, "worker_recovery_codes_made")
    return made


def log_out(work: Work, token: str) -> None:
    """End a session on the server; one that is over stays so."""
    try:
        opened = worker_sessions.require(work, token)
    except PlatformError:
        return
    worker_id, session_id = opened.worker.worker_id, opened.session.session_id
    session_store.end(work.session, worker_id, work.clock.now(), only=session_id)
    worker_accounts.record(work, worker_id, "logged_out", session_id)


def end_others(work: Work, token: str, only: str) -> int:
    """End the other sessions of a worker, or one of them; return how many were ended."""
    opened = worker_sessions.require(work, token)
    worker_id, own = opened.worker.worker_id, opened.session.session_id
    ended = session_store.end(work.session, worker_id, work.clock.now(), only=only, but=own)
    if ended:
        worker_accounts.record(work, worker_id, "sessions_ended", own)
    return ended


def _shown_again(work: Work, token: str, factors: Factors, machine: Clock) -> Opened:
    opened = worker_sessions.require(work, token)
    # By session: a thief of one session does not stop the owner in another.
    whose = (f"worker {opened.worker.worker_id}", opened.session.session_id)
    tries = [Tries(throttling.PASSWORD, whose)]
    limiting.count(work, tries)
    if not _are_right(work, opened.worker, factors, machine):
        raise _wrong(work, opened.worker, "reauthentication_failed")
    limiting.clear(work, tries)
    return opened


def _are_right(work: Work, worker: Worker, factors: Factors, machine: Clock) -> bool:
    """Check both factors; a code is used up only with the right password."""
    if not credentials.matches(worker.password_hash, prepared(factors.password)):
        return False
    if factors.totp_code:
        now_s = int(machine.now().timestamp())
        step = totp.step_of(worker.totp_secret, factors.totp_code, now_s, worker.totp_step)
        # The statement decides: of two with the same code at once one is refused.
        return step is not None and store.use_totp_step(work.session, worker.worker_id, step)
    if not factors.recovery_code:
        return False
    fingerprint = worker_accounts.recovery_fingerprint(work, factors.recovery_code)
    now, worker_id = work.clock.now(), worker.worker_id
    used = store.use_code(work.session, worker_id, store.RECOVERY, fingerprint, now)
    if used:
        worker_accounts.record(work, worker_id, "recovery_code_used")
        worker_accounts.mail_worker(work, worker, "worker_recovery_code_used")
    return used


def _entered(work: Work, opened: Opened, origin: Origin) -> Opened:
    """Remember the device; tell the worker of a new one."""
    worker, now = opened.worker, work.clock.now()
    known = _known_device(work, worker, origin)
    device_token = origin.device_token if known else codes.new_token()
    store.know_device(work.session, worker.worker_id, _device_hash(work, device_token), now)
    session_id = opened.session.session_id
    worker_accounts.record(work, worker.worker_id, "logged_in", session_id)
    if not known:
        worker_accounts.mail_worker(work, worker, "worker_new_device")
    return replace(opened, device_token=device_token)


def _tries(work: Work, worker: Worker | None, key: str, origin: Origin) -> list[Tries]:
    who = f"worker {worker.worker_id if worker else key}"
    if worker is not None and (device := _known_device(work, worker, origin)):
        return [Tries(throttling.DEVICE, (who, device.hex()))]
    return [
        # As it was typed: two names that count together would be told to be one worker's.
        Tries(throttling.ADDRESS, (f"worker login {key}", origin.address)),
        worker_accounts.tries_of(worker.worker_id if worker else key),
    ]


def _known_device(work: Work, worker: Worker, origin: Origin) -> bytes:
    """Return the hash of a device that logged in before; empty for any other."""
    hashed = _device_hash(work, origin.device_token)
    known = store.is_known_device(work.session, worker.worker_id, hashed)
    return hashed if known else b""


def _device_hash(work: Work, device_token: str) -> bytes:
    return codes.fingerprint(work.keys, "worker_device", device_token)


def _wrong(work: Work, worker: Worker | None, kind: str) -> PlatformError:
    """Record a wrong try; return the one error for every mistake."""
    if worker is not None:
        now, by = work.clock.now(), work.caller.client_id
        with apart(work.session) as session:
            store.record(session, worker.worker_id, kind, now, by, None)
    else:
        limiting.write_in_vain(work)
    error = unauthenticated("login, password and code do not fit together")
    error.audited = worker is not None
    error.even = worker is None
    return error
