"""Third link: every call has a deadline, and time enough to say precisely that it was missed."""

import threading
from typing import Final

from chassis.clock import stopwatch
from chassis.errors import PlatformError
from chassis.grpc.interceptors.call import Call, Proceed
from childsupport.common.v1.errors_pb2 import ErrorReason

DEFAULT_DEADLINE_S: Final = 30.0
MAX_DEADLINE_S: Final = 600.0
"""No call holds a thread and a transaction for longer, whatever its caller would grant."""
MIN_WORK_S: Final = 0.1
KEPT_BACK_S: Final = 0.02
NO_DEADLINE_S: Final = 366 * 86_400.0
"""To the server a call without a deadline is one that ends centuries away."""
_MS_PER_S = 1_000


def deadline(proceed: Proceed, call: Call) -> bytes:
    """Refuse a call with too little time left; set the time by which its work must be done."""
    granted_s = call.method.deadline_ms / _MS_PER_S or DEFAULT_DEADLINE_S
    bound_s = max(granted_s, MAX_DEADLINE_S)
    asked_s = call.context.time_remaining()
    if asked_s > NO_DEADLINE_S:
        asked_s = granted_s
    if asked_s < MIN_WORK_S:
        raise PlatformError(
            ErrorReason.ERROR_REASON_DEADLINE_TOO_SHORT,
            f"not enough time left: {asked_s * _MS_PER_S:.0f} ms, at least"
            f" {MIN_WORK_S * _MS_PER_S:.0f} ms are needed",
            metadata={"left_ms": f"{asked_s * _MS_PER_S:.0f}"},
        )
    call.ends_at = stopwatch() + min(asked_s, bound_s) - KEPT_BACK_S
    if not call.method.client_stream:
        return proceed(call)
    # A stream whose sender falls silent would hold its thread and transaction for ever.
    watchdog = threading.Timer(call.remaining_s(), call.context.cancel)
    watchdog.daemon = True
    watchdog.start()
    try:
        return proceed(call)
    finally:
        watchdog.cancel()
