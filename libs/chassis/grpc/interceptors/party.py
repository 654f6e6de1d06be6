"""Eighth link: a call for a parent is about that parent, whatever its caller says."""

from chassis.errors import PlatformError
from chassis.grpc.contract import ANY_PARTY
from chassis.grpc.interceptors.call import Call, Proceed
from childsupport.common.v1.errors_pb2 import ErrorReason


def party(proceed: Proceed, call: Call) -> bytes:
    """Refuse a call for an end user about anybody else (OWASP ASVS 5.0, 8.2.2 and 8.3.3).

    A client in its own name may speak for parties only with the scope `party.any`.
    """
    field, caller = call.method.party_field, call.caller
    if caller is not None and caller.user is not None:
        if not field:
            raise _denied(f"{call.method.full_name} answers no parent")
        if _named(call, field) not in caller.user.participant_ids:
            raise _denied(f"{field}: must be a participant of the account that is logged in")
    elif field and (caller is None or ANY_PARTY not in caller.scopes):
        raise _denied(
            f"{call.method.full_name} needs a parent who is logged in, or the scope {ANY_PARTY}"
        )
    return proceed(call)


def _named(call: Call, path: str) -> str:
    value: object = call.first
    for part in path.split("."):
        value = getattr(value, part, "")
    return str(value)


def _denied(detail: str) -> PlatformError:
    return PlatformError(ErrorReason.ERROR_REASON_PERMISSION_DENIED, detail)
