"""Workers' sessions: in force while used and while their worker is; ended on the server.

15 minutes without use and 12 hours in all end one, as with parents (NIST SP 800-63B-4 section
2.2.3). Each showing of both factors gives it another token (ASVS 5.0 7.2.4).
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from chassis.auth import unauthenticated
from chassis.ids import new_id
from chassis.runtime import Work
from identity_service import codes
from identity_service.actions.refusing import precondition
from identity_service.actions.sessions import USER_AGENT_CHARACTERS_MAX, Origin
from identity_service.domain.workers import ACTIVE
from identity_service.settings import settings_of
from identity_service.store import worker_sessions as store
from identity_service.store import workers
from identity_service.store.worker_sessions import Session
from identity_service.store.workers import Worker


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with its worker; `token` where it has just got a new one."""

    session: Session
    worker: Worker
    token: str = ""
    device_token: str = ""


def begin(work: Work, worker: Worker, origin: Origin) -> Opened:
    """Begin a session of a worker."""
    now, token = work.clock.now(), codes.new_token()
    session = Session(
        session_id=new_id(now),
        worker_id=worker.worker_id,
        client_id=work.caller.client_id,
        user_agent=origin.user_agent[:USER_AGENT_CHARACTERS_MAX],
        create_time=now,
        touch_time=now,
        reauthenticate_time=now,
    )
    store.add(work.session, session, _hash(work, token))
    return Opened(session, worker, token)


def require(work: Work, token: str, *, recent: bool = False) -> Opened:
    """Return the session of a token. `recent`: both factors were shown just now.

    Raises UNAUTHENTICATED for a token that names no session in force of this caller and of a
    worker in force, FAILED_PRECONDITION (rule `reauthentication`) when showing is too long ago.
    """
    settings, now = settings_of(work), work.clock.now()
    session = store.find(work.session, _hash(work, token), now, settings.session_life)
    worker = workers.find(work.session, work.keys, session.worker_id) if session else None
    if (
        session is None
        or worker is None
        or worker.state != ACTIVE
        or session.client_id != work.caller.client_id
    ):
        error = unauthenticated("the session is over: log in again")
        # Anybody can send made-up cookies.
        error.audited = False
        raise error
    shown_within = timedelta(minutes=settings.reauthentication_minutes)
    if recent and session.reauthenticate_time <= now - shown_within:
        raise precondition(
            "reauthentication", "show both factors again (ReauthenticateWorker) before this"
        )
    return Opened(session, worker)


def renew(work: Work, opened: Opened) -> Opened:
    """Give a session another token, because its user has shown again who it is."""
    now, token = work.clock.now(), codes.new_token()
    store.renew(work.session, opened.session.session_id, _hash(work, token), now)
    session = replace(opened.session, touch_time=now, reauthenticate_time=now)
    return replace(opened, session=session, token=token)


def touch(work: Work, token: str) -> Opened:
    """Say that a session is in use."""
    opened, now = require(work, token), work.clock.now()
    store.touch(work.session, opened.session.session_id, now)
    return replace(opened, session=replace(opened.session, touch_time=now))


def in_force(work: Work, opened: Opened) -> list[Session]:
    """Return the sessions of the worker, newest first."""
    life = settings_of(work).session_life
    return store.of_worker(work.session, opened.worker.worker_id, work.clock.now(), life)


def _hash(work: Work, token: str) -> bytes:
    return codes.fingerprint(work.keys, "worker_session", token)
