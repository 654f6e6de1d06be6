"""Fourth link: who is calling, by certificate (when mTLS is on) and by token."""

from dataclasses import replace
from typing import Any

from chassis.auth import unauthenticated
from chassis.errors import PlatformError
from chassis.grpc.interceptors.call import Call, Proceed
from chassis.runtime import Caller, EndUser, Worker
from childsupport.common.v1.errors_pb2 import ErrorReason

ANONYMOUS = Caller("anonymous")
USER_TOKEN = "x-end-user"  # noqa: S105 — a name of metadata
_BEARER = "bearer "
_SAN = "x509_subject_alternative_name"


def caller(proceed: Proceed, call: Call) -> bytes:
    """Check the certificate against the allow-list, then the token; public methods need none."""
    _check_certificate(call)
    call.caller = ANONYMOUS if call.method.public else _named(call)
    return proceed(call)


def _named(call: Call) -> Caller:
    named = call.verifier.verify(_token(call))
    if user_token := call.metadata.get(USER_TOKEN, ""):
        return _behind(named, call.verifier.verify_user(user_token, named))
    return named


def _behind(client: Caller, person: EndUser | Worker) -> Caller:
    """Return the client with who is behind it; a worker's calls may what both may."""
    if isinstance(person, Worker):
        return replace(client, worker=person, scopes=client.scopes & person.scopes)
    return replace(client, user=person)


def _check_certificate(call: Call) -> None:
    allowed = call.runtime.settings.allowed_callers
    if not allowed:
        return
    names: Any = call.context.auth_context().get(_SAN, ())
    shown = [name.decode() for name in names]
    if not set(shown) & set(allowed):
        raise PlatformError(
            ErrorReason.ERROR_REASON_PERMISSION_DENIED,
            f"the certificate's names ({', '.join(shown) or 'none'}) may not call this server",
            metadata={"names": ",".join(shown)},
        )


def _token(call: Call) -> str:
    value = call.metadata.get("authorization", "")
    if not value.lower().startswith(_BEARER):
        raise unauthenticated('metadata "authorization" must be "Bearer" and an access token')
    return value[len(_BEARER) :].strip()
