"""Workers' sessions: identity keeps them, the console holds a reference in a cookie."""

from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import worker_service_pb2 as pb
from childsupport.identity.v1.worker_service_pb2_grpc import WorkerSessionServiceStub
from web.site import Keeper
from web.visit import Person, Visit

_OVER = frozenset({ErrorReason.ERROR_REASON_UNAUTHENTICATED, ErrorReason.ERROR_REASON_NOT_FOUND})


class Sessions(Keeper):
    """Asks identity."""

    def person(self, visit: Visit, session_token: str) -> Person | None:
        """Return whose session it is, and prolong it; None when it is over."""
        workers = visit.stub("identity", WorkerSessionServiceStub)
        try:
            session = workers.TouchWorkerSession(
                pb.TouchWorkerSessionRequest(session_token=session_token), **visit.as_site
            ).session
        except PlatformError as error:
            if error.reason in _OVER:
                return None
            raise

        @cache
        def user_token() -> str:
            asked = pb.IssueWorkerTokenRequest(session_token=session_token)
            return str(workers.IssueWorkerToken(asked, **visit.as_site).user_token)

        return Person(
            session_token=session_token,
            name=session.display_name,
            language="en",
            idle_seconds=session.idle_end_time.seconds - session.touch_time.seconds,
            user_token=user_token,
            details=session,
        )

    def admitted(self, person: Person) -> bool:
        """A worker who is logged in is admitted; what he may, the services decide."""
        return True


def session_of(visit: Visit) -> pb.WorkerSession:
    """Return the session of who is logged in. For pages that are not open to everybody."""
    if visit.person is None:
        raise PlatformError(ErrorReason.ERROR_REASON_UNAUTHENTICATED, "nobody is logged in")
    found: pb.WorkerSession = visit.person.details
    return found


def may(visit: Visit, scope: str) -> bool:
    """Tell whether the worker's roles allow a scope: what is shown. The services decide."""
    return scope in session_of(visit).scopes


def is_supervisor(visit: Visit) -> bool:
    """Tell whether the worker is a supervisor."""
    return pb.WORKER_ROLE_SUPERVISOR in session_of(visit).roles


def today(visit: Visit) -> date:
    """Return the day it is for the services: the console has no clock of its own."""
    touched = session_of(visit).touch_time.ToDatetime(tzinfo=ZoneInfo("UTC"))
    return touched.astimezone(ZoneInfo(visit.site.settings.time_zone)).date()
