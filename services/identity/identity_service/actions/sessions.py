"""Sessions: begun at logging in, in force while used, ended on the server.

15 minutes without use and 12 hours in all end one (NIST SP 800-63B-4 section 2.2.3 allows more).
Each showing of a password or second factor gives it another token (ASVS 5.0 7.2.4).
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chassis.auth import unauthenticated
from chassis.errors import PlatformError
from chassis.ids import new_id
from chassis.runtime import Work
from identity_service import codes
from identity_service.actions.refusing import precondition
from identity_service.settings import settings_of
from identity_service.store import accounts
from identity_service.store import sessions as store
from identity_service.store.accounts import Account
from identity_service.store.sessions import Session

USER_AGENT_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call of an end user comes from."""

    address: str = ""
    device_token: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with its account; `token` where it has just got a new one."""

    session: Session
    account: Account
    token: str = ""
    device_token: str = ""


def begin(
    work: Work, account: Account, origin: Origin, *, pending: bool, second_factor: bool = False
) -> Opened:
    """Begin a session of an account."""
    now, token = work.clock.now(), codes.new_token()
    session = Session(
        session_id=new_id(now),
        account_id=account.account_id,
        client_id=work.caller.client_id,
        user_agent=origin.user_agent[:USER_AGENT_CHARACTERS_MAX],
        create_time=now,
        touch_time=now,
        reauthenticate_time=now,
        pending=pending,
        second_factor=second_factor,
    )
    store.add(work.session, session, _hash(work, token))
    return Opened(session, account, token)


def require(work: Work, token: str, *, recent: bool = False, pending: bool = False) -> Opened:
    """Return the session of a token. `recent`: password and second factor were shown just now.

    Raises UNAUTHENTICATED for a token that names no session in force of this caller, and
    FAILED_PRECONDITION (rule `reauthentication`) when showing them is too long ago.
    """
    settings, now = settings_of(work), work.clock.now()
    session = store.find(work.session, _hash(work, token), now, settings.session_life)
    if (
        session is None
        or session.pending != pending
        or session.client_id != work.caller.client_id
        or (account := accounts.find(work.session, work.keys, session.account_id)) is None
    ):
        raise _no_session()
    shown_within = timedelta(minutes=settings.reauthentication_minutes)
    if recent and session.reauthenticate_time <= now - shown_within:
        raise precondition(
            "reauthentication",
            "show the password again (Reauthenticate) before this change",
        )
    return Opened(session, account)


def renew(work: Work, opened: Opened, **values: Any) -> Opened:
    """Give a session another token, because its user has shown again who it is."""
    now, token = work.clock.now(), codes.new_token()
    changed = {"touch_time": now, "reauthenticate_time": now, **values}
    store.renew(work.session, opened.session.session_id, _hash(work, token), **changed)
    return replace(opened, session=replace(opened.session, **changed), token=token)


def touch(work: Work, token: str) -> Opened:
    """Say that a session is in use."""
    opened, now = require(work, token), work.clock.now()
    store.touch(work.session, opened.session.session_id, now)
    return replace(opened, session=replace(opened.session, touch_time=now))


def in_force(work: Work, opened: Opened) -> list[Session]:
    """Return the sessions of the account, newest first."""
    life = settings_of(work).session_life
    return store.of_account(work.session, opened.account.account_id, work.clock.now(), life)


def _no_session() -> PlatformError:
    error = unauthenticated("the session is over: log in again")
    # Anybody can send made-up cookies.
    error.audited = False
    return error


def _hash(work: Work, token: str) -> bytes:
    return codes.fingerprint(work.keys, "session", token)
