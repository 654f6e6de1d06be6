"""Sixth link: the token must carry the scope that the contract asks for."""

from chassis.errors import PlatformError
from chassis.grpc.contract import WORKER_ONLY, WORKER_SESSIONS
from chassis.grpc.interceptors.call import Call, Proceed
from childsupport.common.v1.errors_pb2 import ErrorReason


def scope(proceed: Proceed, call: Call) -> bytes:
    """Refuse a caller without the method's scope, before anything is read or looked up."""
    needed = call.method.scope
    if not call.method.public and (call.caller is None or needed not in call.caller.scopes):
        raise PlatformError(
            ErrorReason.ERROR_REASON_PERMISSION_DENIED,
            f"{call.method.full_name} needs the scope {needed}",
            metadata={"scope": needed},
        )
    if call.caller is not None and WORKER_ONLY in call.caller.scopes and needed != WORKER_SESSIONS:
        raise PlatformError(
            ErrorReason.ERROR_REASON_PERMISSION_DENIED,
            f"{call.method.full_name}: this client calls it for a worker who is logged in alone",
        )
    return proceed(call)
