"""Workers and their sessions as messages."""

from collections.abc import Iterable

from chassis.dates import from_instant
from chassis.runtime import Work
from childsupport.identity.v1 import worker_service_pb2 as pb
from identity_service.actions.worker_sessions import Opened
from identity_service.domain.workers import scopes_of
from identity_service.settings import settings_of
from identity_service.store import workers as store
from identity_service.store.worker_sessions import Session
from identity_service.store.workers import Event, Worker

_ROLE = "WORKER_ROLE_"


def roles_of(given: Iterable[pb.WorkerRole.ValueType]) -> tuple[str, ...]:
    """Return the names of roles; what is none is left to the rule that refuses it."""
    return tuple(pb.WorkerRole.Name(one).removeprefix(_ROLE).lower() for one in given)


def worker(work: Work, one: Worker) -> pb.Worker:
    """Return the message for a worker."""
    expire = store.link_expire_time(work.session, one.worker_id, work.clock.now())
    return pb.Worker(
        worker_id=one.worker_id,
        display_name=one.display_name,
        email=one.email,
        office_ids=one.office_ids,
        roles=_roles(one),
        scopes=scopes_of(one.roles),
        state=pb.WorkerState.Value(f"WORKER_STATE_{one.state.upper()}"),
        create_time=from_instant(one.create_time),
        end_time=from_instant(one.end_time),
        link_expire_time=from_instant(expire),
        language=one.language,
    )


def session(work: Work, opened: Opened) -> pb.WorkerSession:
    """Return the message for a session, with what its worker may do now."""
    one = opened.worker
    said = session_in_list(work, opened.session)
    said.display_name = one.display_name
    said.office_ids.extend(one.office_ids)
    said.roles.extend(_roles(one))
    said.scopes.extend(scopes_of(one.roles))
    said.language = one.language
    said.recovery_codes_left = store.codes_left(work.session, one.worker_id)
    return said


def session_in_list(work: Work, one: Session) -> pb.WorkerSession:
    """Return the message for one of several sessions."""
    life = settings_of(work).session_life
    end = one.create_time + life.whole
    return pb.WorkerSession(
        session_id=one.session_id,
        worker_id=one.worker_id,
        create_time=from_instant(one.create_time),
        touch_time=from_instant(one.touch_time),
        idle_end_time=from_instant(min(one.touch_time + life.idle, end)),
        end_time=from_instant(end),
        reauthenticate_time=from_instant(one.reauthenticate_time),
        user_agent=one.user_agent,
    )


def event(one: Event) -> pb.WorkerEvent:
    """Return the message for something that happened."""
    return pb.WorkerEvent(
        kind=one.kind,
        event_time=from_instant(one.event_time),
        session_id=one.session_id,
        done_by=one.done_by,
    )


def _roles(one: Worker) -> list[pb.WorkerRole.ValueType]:
    return [pb.WorkerRole.Value(f"{_ROLE}{role.upper()}") for role in one.roles]
