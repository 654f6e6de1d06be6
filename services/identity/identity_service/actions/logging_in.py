"""Logging in: the password, then the second factor where there is one. Each try is counted first.

A name that nobody has, a password that is wrong and an account that is not verified get one
sentence after one hash (ASVS 5.0 6.3.8).
"""

from dataclasses import replace

from chassis.auth import unauthenticated
from chassis.clock import Clock
from chassis.errors import PlatformError
from chassis.runtime import Work
from identity_service import codes, credentials
from identity_service.actions import limiting, second_factors, sessions, telling
from identity_service.actions.limiting import Tries
from identity_service.actions.refusing import precondition
from identity_service.actions.sessions import Opened, Origin
from identity_service.domain import throttling
from identity_service.domain.accounts import email_key, prepared, user_name_key
from identity_service.store import accounts
from identity_service.store import sessions as session_store
from identity_service.store.accounts import Account
from identity_service.store.apart import apart


def log_in(work: Work, login: str, password: str, origin: Origin) -> Opened:
    """Log in. The session is pending when a second factor is to follow."""
    account = check_password(work, login, password, origin)
    opened = sessions.begin(work, account, origin, pending=account.totp_confirmed)
    if opened.session.pending:
        return opened
    return entered(work, opened, origin)


def complete(
    work: Work, token: str, proof: second_factors.Proof, origin: Origin, machine: Clock
) -> Opened:
    """Show the second factor of a pending session."""
    opened = sessions.require(work, token, pending=True)
    check_second_factor(work, opened, proof, origin, machine)
    renewed = sessions.renew(work, opened, pending=False, second_factor=True)
    return entered(work, renewed, origin)


def reauthenticate(
    work: Work,
    token: str,
    password: str,
    proof: second_factors.Proof,
    origin: Origin,
    machine: Clock,
) -> Opened:
    """Show password and second factor again."""
    opened = sessions.require(work, token)
    check_own_password(work, opened, password)
    if opened.account.totp_confirmed:
        check_second_factor(work, opened, proof, origin, machine)
    shown = opened.account.totp_confirmed or opened.session.second_factor
    telling.record(work, opened.account.account_id, "reauthenticated", opened.session.session_id)
    return sessions.renew(work, opened, second_factor=shown)


def log_out(work: Work, token: str) -> None:
    """End a session on the server; one that is over stays so."""
    for pending in (False, True):
        try:
            opened = sessions.require(work, token, pending=pending)
        except PlatformError:
            continue
        account_id, session_id = opened.account.account_id, opened.session.session_id
        session_store.end(work.session, account_id, work.clock.now(), only=session_id)
        telling.record(work, account_id, "logged_out", session_id)


def check_password(work: Work, login: str, password: str, origin: Origin) -> Account:
    """Return the account whose password this is. Raises UNAUTHENTICATED, LIMIT_EXCEEDED."""
    key = user_name_key(login)
    hashed = accounts.email_hash(work.keys, email_key(login))
    account = accounts.find_by_login(work.session, work.keys, key, hashed)
    tries = _tries(work, account, key, origin)
    limiting.count(work, tries, audited=account is not None)
    known = account.password_hash if account else ""
    if not credentials.matches(known, prepared(password)) or account is None:
        _record_failure(work, account, "log_in_failed")
        error = unauthenticated("no account has this login and password")
        error.audited = account is not None
        error.even = account is None
        raise error
    limiting.clear(work, tries)
    return account


def check_own_password(work: Work, opened: Opened, password: str) -> None:
    """Check the password of a session's own account. Raises UNAUTHENTICATED, LIMIT_EXCEEDED."""
    # By session: a thief of one session does not stop the owner in another.
    check_password_of(work, opened.account, opened.session.session_id, password)


def check_password_of(work: Work, account: Account, where: str, password: str) -> None:
    """Check the password of a known account; `where`: the session or link that counts the tries.

    Raises UNAUTHENTICATED, LIMIT_EXCEEDED.
    """
    tries = [Tries(throttling.PASSWORD, (account.account_id, where))]
    limiting.count(work, tries)
    if not credentials.matches(account.password_hash, prepared(password)):
        _record_failure(work, account, "reauthentication_failed")
        raise unauthenticated("the password is wrong")
    limiting.clear(work, tries)


def check_second_factor(
    work: Work, opened: Opened, proof: second_factors.Proof, origin: Origin, machine: Clock
) -> None:
    """Check the second factor of a session.

    Raises UNAUTHENTICATED, LIMIT_EXCEEDED; FAILED_PRECONDITION (rule `second_factor_tries`) once
    so many in a row were wrong that only a new password by mail, or an office, opens it again.
    """
    account = opened.account
    device = _known_device(work, account, origin)
    tries = [Tries(throttling.SECOND_FACTOR, (account.account_id, device.hex()))]
    limiting.count(work, tries)
    in_a_row = factor_tries(account)
    if not limiting.may_apart(work, in_a_row):
        raise precondition(
            "second_factor_tries",
            f"{in_a_row.limit.free} codes in a row were wrong: set a new password by mail first",
        )
    if not second_factors.is_right(work, account, proof, machine):
        _record_failure(work, account, "second_factor_failed")
        raise unauthenticated("the code is wrong or was used before")
    limiting.clear(work, [*tries, in_a_row])


def factor_tries(account: Account) -> Tries:
    """Return what counts the wrong second factors of an account in a row, from all sessions."""
    return Tries(throttling.FACTOR_IN_A_ROW, (account.account_id,))


def entered(work: Work, opened: Opened, origin: Origin) -> Opened:
    """Remember the device; tell the owner of a new one."""
    account, now = opened.account, work.clock.now()
    known = _known_device(work, account, origin)
    device_token = origin.device_token if known else codes.new_token()
    accounts.know_device(work.session, account.account_id, _device_hash(work, device_token), now)
    telling.record(work, account.account_id, "logged_in", opened.session.session_id)
    if not known:
        telling.mail_account(work, account, "new_device")
    return replace(opened, device_token=device_token)


def _tries(work: Work, account: Account | None, key: str, origin: Origin) -> list[Tries]:
    who = account.account_id if account else f"login {key}"
    if account is not None and (device := _known_device(work, account, origin)):
        return [Tries(throttling.DEVICE, (who, device.hex()))]
    return [
        # As it was typed: two names that count together would be told to be one account's.
        Tries(throttling.ADDRESS, (f"login {key}", origin.address)),
        Tries(throttling.ACCOUNT, (who,)),
    ]


def _known_device(work: Work, account: Account, origin: Origin) -> bytes:
    """Return the hash of a device that logged in before; empty for any other."""
    hashed = _device_hash(work, origin.device_token)
    known = accounts.is_known_device(work.session, account.account_id, hashed)
    return hashed if known else b""


def _device_hash(work: Work, device_token: str) -> bytes:
    return codes.fingerprint(work.keys, "device", device_token)


def _record_failure(work: Work, account: Account | None, kind: str) -> None:
    if account is None:
        limiting.write_in_vain(work)
        return
    now, by = work.clock.now(), work.caller.client_id
    with apart(work.session) as session:
        accounts.record(session, account.account_id, kind, now, by, None)
