"""Errors on the wire: google.rpc.Status with ErrorInfo and BadRequest (AIP-193), there and back."""

from typing import Any, Final

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from chassis.errors import FieldViolation, PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason

DOMAIN: Final = "childsupport"
PREFIX: Final = "ERROR_REASON_"

_R = ErrorReason
CODES: Final = {
    _R.ERROR_REASON_INVALID_FIELD: grpc.StatusCode.INVALID_ARGUMENT,
    _R.ERROR_REASON_NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    _R.ERROR_REASON_ALREADY_EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    _R.ERROR_REASON_UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    _R.ERROR_REASON_PERMISSION_DENIED: grpc.StatusCode.PERMISSION_DENIED,
    _R.ERROR_REASON_REQUEST_ID_REUSED: grpc.StatusCode.ALREADY_EXISTS,
    _R.ERROR_REASON_REQUEST_IN_PROGRESS: grpc.StatusCode.ABORTED,
    _R.ERROR_REASON_DEADLINE_TOO_SHORT: grpc.StatusCode.DEADLINE_EXCEEDED,
    _R.ERROR_REASON_FAILED_PRECONDITION: grpc.StatusCode.FAILED_PRECONDITION,
    _R.ERROR_REASON_DUPLICATE_FILE: grpc.StatusCode.ALREADY_EXISTS,
    _R.ERROR_REASON_LIMIT_EXCEEDED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    _R.ERROR_REASON_UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    _R.ERROR_REASON_INTERNAL: grpc.StatusCode.INTERNAL,
    _R.ERROR_REASON_ETAG_MISMATCH: grpc.StatusCode.ABORTED,
}
"""The code of every reason of the catalogue."""

_REASONS: Final = {
    grpc.StatusCode.UNAVAILABLE: _R.ERROR_REASON_UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED: _R.ERROR_REASON_DEADLINE_TOO_SHORT,
    grpc.StatusCode.UNAUTHENTICATED: _R.ERROR_REASON_UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED: _R.ERROR_REASON_PERMISSION_DENIED,
    grpc.StatusCode.RESOURCE_EXHAUSTED: _R.ERROR_REASON_LIMIT_EXCEEDED,
}
"""What a status without details means: it comes from the transport, not from a service of ours."""


def reason_name(reason: ErrorReason.ValueType) -> str:
    """Return a reason as it is sent: without the prefix."""
    return ErrorReason.Name(reason).removeprefix(PREFIX)


def to_status(error: PlatformError, code: grpc.StatusCode | None = None) -> Any:
    """Return the grpc.Status for an error; `code` where the reason alone does not tell it."""
    info = error_details_pb2.ErrorInfo(
        reason=reason_name(error.reason), domain=DOMAIN, metadata=error.metadata
    )
    details = [_packed(info)]
    if error.violations:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description)
            for v in error.violations
        ]
        details.append(_packed(error_details_pb2.BadRequest(field_violations=violations)))
    name = (code or CODES[error.reason]).name
    status = status_pb2.Status(
        code=code_pb2.Code.Value(name), message=error.detail, details=details
    )
    return rpc_status.to_status(status)


def _packed(message: Any) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def from_rpc_error(error: grpc.RpcError) -> PlatformError:
    """Return the error that a service of ours sent, or that stands for what the transport says."""
    call: Any = error
    status = rpc_status.from_call(call)
    if status is None:
        reason = _REASONS.get(call.code(), ErrorReason.ERROR_REASON_INTERNAL)
        return PlatformError(reason, f"{call.code().name}: {call.details()}")
    info = error_details_pb2.ErrorInfo()
    bad = error_details_pb2.BadRequest()
    for detail in status.details:
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
        elif detail.Is(bad.DESCRIPTOR):
            detail.Unpack(bad)
    known = PREFIX + info.reason in ErrorReason.keys()  # noqa: SIM118 — an enum, not a mapping
    return PlatformError(
        ErrorReason.Value(PREFIX + info.reason) if known else ErrorReason.ERROR_REASON_INTERNAL,
        status.message,
        metadata=dict(info.metadata),
        violations=[FieldViolation(v.field, v.description) for v in bad.field_violations],
    )
