"""The RPCs of the identity service (protos/childsupport/identity/v1)."""

from chassis.auth import unauthenticated
from chassis.clock import Clock, SystemClock
from chassis.errors import PlatformError, not_found
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import identity_service_pb2 as pb
from identity_service import credentials, messages, registration, signing
from identity_service.account_api import AccountReads, Accounts
from identity_service.audit_api import AuditReads
from identity_service.domain.clients import granted
from identity_service.enrolment_api import EnrolmentReads, Enrolments, PortalAccess
from identity_service.settings import settings_of
from identity_service.store import clients
from identity_service.store.clients import Proof
from identity_service.throttle import Throttle
from identity_service.worker_api import WorkerAccounts, WorkerReads, WorkerSessions


class Tokens:
    """Issues and proves access tokens. Callable without one."""

    def __init__(self, clock: Clock | None = None, throttle: Throttle | None = None) -> None:
        """Take the clock that tokens live by (the machine's) and what counts wrong secrets."""
        self._clock = clock or SystemClock()
        self._throttle = throttle or Throttle()

    def IssueToken(self, request: pb.IssueTokenRequest, work: Work) -> pb.IssueTokenResponse:
        """Issue a token to a client that shows its secret."""
        found = clients.find_with_proof(work.session, request.client_id)
        # A revoked client's tries are on record; with ids that nobody has, anybody could fill it.
        exists = found is not None or clients.find(work.session, request.client_id) is not None
        self._check_secret(request, work, found[1] if found else None, audited=exists)
        if found is None:
            raise _refused(audited=exists)
        client = found[0]
        scopes, in_vain = granted(client, request.scopes)
        if in_vain:
            raise PlatformError(
                ErrorReason.ERROR_REASON_PERMISSION_DENIED,
                f"client {client.client_id} may not have the scope {', '.join(in_vain)}",
                metadata={"scopes": " ".join(in_vain)},
            )
        return pb.IssueTokenResponse(
            access_token=signing.token(work, client, scopes, self._clock.now()),
            expires_in_seconds=settings_of(work).token_lifetime_seconds,
            scopes=scopes,
        )

    def _check_secret(
        self, request: pb.IssueTokenRequest, work: Work, proof: Proof | None, *, audited: bool
    ) -> None:
        """Refuse a wrong secret; after ten in a minute refuse further wrong ones unread."""
        secret = request.client_secret
        wait_s = self._throttle.wait_s(request.client_id)
        if wait_s and not credentials.looks_right(work.keys, proof, secret):
            seconds = int(wait_s) + 1
            raise PlatformError(
                ErrorReason.ERROR_REASON_LIMIT_EXCEEDED,
                "too many wrong secrets; wrong ones are read again in"
                f" {seconds} s, the right one at any time",
                metadata={"client_id": request.client_id, "retry_after_seconds": str(seconds)},
            )
        if not credentials.is_right(proof, secret):
            self._throttle.failed(request.client_id)
            raise _refused(audited=audited)

    def GetKeySet(self, request: pb.GetKeySetRequest, work: Work) -> pb.GetKeySetResponse:
        """Return the public keys that tokens are verified with."""
        return pb.GetKeySetResponse(jwks_json=signing.key_set(work))


class Clients:
    """Registers the systems and employers that call the platform."""

    def CreateClient(self, request: pb.CreateClientRequest, work: Work) -> pb.CreateClientResponse:
        """Register a client and return its secret, once."""
        client, secret = registration.register(
            work, request.client_id, request.display_name, request.scopes, request.employer_id
        )
        return pb.CreateClientResponse(client=messages.to_message(client), client_secret=secret)

    def GetClient(self, request: pb.GetClientRequest, work: Work) -> pb.GetClientResponse:
        """Return one client, without its secret."""
        client = clients.find(work.session, request.client_id)
        if client is None:
            raise not_found("client", request.client_id)
        return pb.GetClientResponse(client=messages.to_message(client))

    def RevokeClient(self, request: pb.RevokeClientRequest, work: Work) -> pb.RevokeClientResponse:
        """Revoke a client; doing it again changes nothing."""
        revoked = clients.revoke(work.session, request.client_id, work.clock.now())
        if revoked is not None:
            messages.tell(work, [revoked])
        client = revoked or clients.find(work.session, request.client_id)
        if client is None:
            raise not_found("client", request.client_id)
        return pb.RevokeClientResponse(client=messages.to_message(client))


def _refused(*, audited: bool) -> PlatformError:
    """One sentence for an unknown client, a revoked one and a wrong secret."""
    error = unauthenticated("no client in force has this client_id and client_secret")
    error.audited = audited
    return error


def servicers(tokens: Tokens, machine: Clock | None = None) -> tuple[Servicer, ...]:
    """Return the servicers; `tokens` may run on another clock, `machine` be another than ours."""
    clock = machine or SystemClock()
    return (
        Servicer("childsupport.identity.v1.AccountService", Accounts(clock)),
        Servicer("childsupport.identity.v1.AccountReadService", AccountReads()),
        Servicer("childsupport.identity.v1.EnrolmentService", Enrolments()),
        Servicer("childsupport.identity.v1.EnrolmentReadService", EnrolmentReads()),
        Servicer("childsupport.identity.v1.PortalAccessService", PortalAccess()),
        Servicer("childsupport.identity.v1.WorkerAccountService", WorkerAccounts()),
        Servicer("childsupport.identity.v1.WorkerReadService", WorkerReads()),
        Servicer("childsupport.identity.v1.WorkerSessionService", WorkerSessions(clock)),
        Servicer("childsupport.identity.v1.AuditReadService", AuditReads()),
        Servicer("childsupport.identity.v1.TokenService", tokens),
        Servicer("childsupport.identity.v1.ClientService", Clients()),
    )
