"""Second link: a span, the metrics (requests, errors, duration) and one log line for each call."""

from typing import Any

import structlog

from chassis import metrics
from chassis.clock import stopwatch
from chassis.errors import PlatformError
from chassis.grpc.interceptors.call import Call, Proceed
from chassis.grpc.interceptors.errors import code_of
from chassis.logs import redact
from chassis.tracing import continue_trace, current_trace_id

_log = structlog.get_logger()


def telemetry(proceed: Proceed, call: Call) -> bytes:
    """Proceed within the caller's trace; count and time the call."""
    name = call.method.full_name
    in_flight = metrics.rpc_in_flight.labels(name)
    started = stopwatch()
    in_flight.inc()
    try:
        with continue_trace(call.metadata.get("traceparent", ""), name):
            call.trace_id = current_trace_id()
            try:
                response = proceed(call)
            except Exception as error:
                _finish(call, code_of(call, error).name, stopwatch() - started, error)
                raise
            _finish(call, "OK", stopwatch() - started, None)
            return response
    finally:
        in_flight.dec()


def _finish(call: Call, code: str, seconds: float, error: Exception | None) -> None:
    name = call.method.full_name
    metrics.rpc_requests.labels(name, code).inc()
    metrics.rpc_seconds.labels(name).observe(seconds)
    if error is None and call.method.read_only:
        return
    said: dict[str, Any] = {
        "method": name,
        "code": code,
        "ms": round(seconds * 1000, 1),
        "caller": call.caller.name if call.caller else "",
        "request_id": call.request_id,
    }
    if error is None:
        _log.info("rpc", **said)
        return
    if isinstance(error, PlatformError):
        said["detail"] = error.detail
    if call.first is not None:
        said["request"] = redact(call.first)
    _log.warning("rpc refused", **said)
