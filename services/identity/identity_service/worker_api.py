"""The RPCs of workers (protos/childsupport/identity/v1/worker_service.proto)."""

from typing import Final

from chassis.clock import Clock
from chassis.errors import invalid_field
from chassis.grpc.paging import decode_token, encode_token
from chassis.runtime import Work
from childsupport.identity.v1 import worker_service_pb2 as pb
from identity_service import account_messages, signing
from identity_service import worker_messages as messages
from identity_service.actions import worker_accounts, worker_logging_in, worker_sessions
from identity_service.actions.worker_accounts import Wanted
from identity_service.actions.worker_logging_in import Factors
from identity_service.domain.clients import is_uuid
from identity_service.domain.workers import scopes_of
from identity_service.settings import settings_of
from identity_service.store import workers as store

EVENTS_MAX: Final = 100
PAGE_SIZE: Final = 50
PAGE_SIZE_MAX: Final = 200
_ENGLISH: Final = "en"


class WorkerAccounts:
    """Makes and ends workers."""

    def CreateWorker(self, request: pb.CreateWorkerRequest, work: Work) -> pb.CreateWorkerResponse:
        """Make a worker and mail the invitation."""
        wanted = Wanted(
            worker_id=request.worker_id,
            display_name=request.display_name,
            email=request.email,
            language=request.language or _ENGLISH,
            office_ids=tuple(request.office_ids),
            roles=messages.roles_of(request.roles),
        )
        made = worker_accounts.create(work, wanted)
        return pb.CreateWorkerResponse(worker=messages.worker(work, made))

    def ChangeWorkerRoles(
        self, request: pb.ChangeWorkerRolesRequest, work: Work
    ) -> pb.ChangeWorkerRolesResponse:
        """Give a worker other roles and offices."""
        changed = worker_accounts.change_roles(
            work, request.worker_id, messages.roles_of(request.roles), request.office_ids
        )
        return pb.ChangeWorkerRolesResponse(worker=messages.worker(work, changed))

    def EndWorker(self, request: pb.EndWorkerRequest, work: Work) -> pb.EndWorkerResponse:
        """End a worker and all sessions."""
        ended, sessions = worker_accounts.end(work, request.worker_id, request.reason)
        return pb.EndWorkerResponse(worker=messages.worker(work, ended), ended_sessions=sessions)

    def StartWorkerReset(
        self, request: pb.StartWorkerResetRequest, work: Work
    ) -> pb.StartWorkerResetResponse:
        """Take both factors away and mail a link."""
        reset = worker_accounts.start_reset(work, request.worker_id)
        return pb.StartWorkerResetResponse(worker=messages.worker(work, reset))


class WorkerReads:
    """Reads workers."""

    def GetWorker(self, request: pb.GetWorkerRequest, work: Work) -> pb.GetWorkerResponse:
        """Return one worker."""
        found = worker_accounts.found(work, request.worker_id)
        return pb.GetWorkerResponse(worker=messages.worker(work, found))

    def ListWorkers(self, request: pb.ListWorkersRequest, work: Work) -> pb.ListWorkersResponse:
        """Return the workers of a page."""
        limit = min(request.page_size, PAGE_SIZE_MAX) or PAGE_SIZE
        listing = f"workers {request.office_id} {request.ended}"
        after = decode_token(work.keys, request.page_token, listing=listing)
        found = store.page(
            work.session, work.keys, after, limit + 1, request.office_id, ended=request.ended
        )
        last = found[limit - 1].worker_id if len(found) > limit else ""
        return pb.ListWorkersResponse(
            workers=[messages.worker(work, one) for one in found[:limit]],
            next_page_token=encode_token(work.keys, last, listing=listing),
        )

    def ListWorkerEvents(
        self, request: pb.ListWorkerEventsRequest, work: Work
    ) -> pb.ListWorkerEventsResponse:
        """Return what happened to a worker."""
        found = worker_accounts.found(work, request.worker_id)
        listed = store.events(work.session, found.worker_id, EVENTS_MAX)
        return pb.ListWorkerEventsResponse(events=[messages.event(one) for one in listed])


class WorkerSessions:
    """Lets workers in."""

    def __init__(self, machine: Clock) -> None:
        """Take the clock that tokens and authenticator apps live by (the machine's)."""
        self._machine = machine

    def AcceptInvitation(
        self, request: pb.AcceptInvitationRequest, work: Work
    ) -> pb.AcceptInvitationResponse:
        """Set a password and begin an authenticator app."""
        worker, secret, uri = worker_accounts.accept(work, request.token, request.password)
        return pb.AcceptInvitationResponse(secret=secret, uri=uri, worker_id=worker.worker_id)

    def ConfirmInvitation(
        self, request: pb.ConfirmInvitationRequest, work: Work
    ) -> pb.ConfirmInvitationResponse:
        """Put both factors into force."""
        worker, made = worker_accounts.confirm(
            work, request.token, request.totp_code, self._machine
        )
        return pb.ConfirmInvitationResponse(worker_id=worker.worker_id, recovery_codes=made)

    def LogInWorker(self, request: pb.LogInWorkerRequest, work: Work) -> pb.LogInWorkerResponse:
        """Log in with both factors."""
        origin = account_messages.origin(request.origin)
        opened = worker_logging_in.log_in(
            work, request.login, _factors(request), origin, self._machine
        )
        return pb.LogInWorkerResponse(
            session_token=opened.token,
            session=messages.session(work, opened),
            device_token=opened.device_token,
        )

    def TouchWorkerSession(
        self, request: pb.TouchWorkerSessionRequest, work: Work
    ) -> pb.TouchWorkerSessionResponse:
        """Say that a session is in use."""
        opened = worker_sessions.touch(work, request.session_token)
        return pb.TouchWorkerSessionResponse(session=messages.session(work, opened))

    def LogOutWorker(self, request: pb.LogOutWorkerRequest, work: Work) -> pb.LogOutWorkerResponse:
        """End a session."""
        worker_logging_in.log_out(work, request.session_token)
        return pb.LogOutWorkerResponse()

    def EndOtherWorkerSessions(
        self, request: pb.EndOtherWorkerSessionsRequest, work: Work
    ) -> pb.EndOtherWorkerSessionsResponse:
        """End other sessions."""
        if request.ended_session_id and not is_uuid(request.ended_session_id):
            raise invalid_field("ended_session_id", "must be a session's id (UUID) or empty")
        ended = worker_logging_in.end_others(work, request.session_token, request.ended_session_id)
        return pb.EndOtherWorkerSessionsResponse(ended=ended)

    def GetWorkerSession(
        self, request: pb.GetWorkerSessionRequest, work: Work
    ) -> pb.GetWorkerSessionResponse:
        """Return the session of a token."""
        opened = worker_sessions.require(work, request.session_token)
        return pb.GetWorkerSessionResponse(session=messages.session(work, opened))

    def ListWorkerSessions(
        self, request: pb.ListWorkerSessionsRequest, work: Work
    ) -> pb.ListWorkerSessionsResponse:
        """Return the worker's sessions."""
        opened = worker_sessions.require(work, request.session_token)
        listed = [
            messages.session_in_list(work, one) for one in worker_sessions.in_force(work, opened)
        ]
        for one in listed:
            one.current = one.session_id == opened.session.session_id
        return pb.ListWorkerSessionsResponse(sessions=listed)

    def IssueWorkerToken(
        self, request: pb.IssueWorkerTokenRequest, work: Work
    ) -> pb.IssueWorkerTokenResponse:
        """Say to other services who the worker is."""
        opened = worker_sessions.require(work, request.session_token)
        scopes = scopes_of(opened.worker.roles)
        token = signing.worker_token(work, opened.session, scopes, self._machine.now())
        seconds = settings_of(work).worker_token_seconds
        return pb.IssueWorkerTokenResponse(user_token=token, expires_in_seconds=seconds)

    def ReauthenticateWorker(
        self, request: pb.ReauthenticateWorkerRequest, work: Work
    ) -> pb.ReauthenticateWorkerResponse:
        """Show both factors again."""
        opened = worker_logging_in.reauthenticate(
            work, request.session_token, _factors(request), self._machine
        )
        return pb.ReauthenticateWorkerResponse(
            session_token=opened.token, session=messages.session(work, opened)
        )

    def ChangeWorkerPassword(
        self, request: pb.ChangeWorkerPasswordRequest, work: Work
    ) -> pb.ChangeWorkerPasswordResponse:
        """Change the password."""
        opened = worker_logging_in.change_password(
            work, request.session_token, _factors(request), request.new_password, self._machine
        )
        return pb.ChangeWorkerPasswordResponse(
            session_token=opened.token, session=messages.session(work, opened)
        )

    def CreateWorkerRecoveryCodes(
        self, request: pb.CreateWorkerRecoveryCodesRequest, work: Work
    ) -> pb.CreateWorkerRecoveryCodesResponse:
        """Make recovery codes."""
        made = worker_logging_in.create_recovery_codes(work, request.session_token)
        return pb.CreateWorkerRecoveryCodesResponse(recovery_codes=made)


def _factors(
    request: pb.LogInWorkerRequest
    | pb.ReauthenticateWorkerRequest
    | pb.ChangeWorkerPasswordRequest,
) -> Factors:
    return Factors(request.password, request.totp_code, request.recovery_code)
