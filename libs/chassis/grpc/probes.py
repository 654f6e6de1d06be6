"""Health (grpc.health.v1) and reflection, each on a thread of its own.

A probe is answered when every worker is busy, and an idle reflection stream holds no worker.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from chassis.metrics import Probe

PERIOD_S = 2.0
"""How often readiness is asked for."""

_log = structlog.get_logger()


class Health:
    """Keeps the health of every service of a server in step with a probe."""

    def __init__(self, server: grpc.Server, names: Sequence[str], ready: Probe) -> None:
        """Add the health service to a server; it says NOT_SERVING until `start`."""
        self._names = ("", *names)
        self._ready = ready
        self._said: str | None = None
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._servicer = _on_own_thread(_Watched, "Check", self._pool)
        self._thread = threading.Thread(target=self._watch, name="readiness", daemon=True)
        self._set(health_pb2.HealthCheckResponse.NOT_SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    def start(self) -> None:
        """Ask the probe once, then every two seconds."""
        self._ask()
        self._thread.start()

    def drain(self) -> None:
        """Say NOT_SERVING from now on, and end the streams of those who watch."""
        self._stop.set()
        self._servicer.enter_graceful_shutdown()
        self._servicer.end_watches()

    def close(self) -> None:
        """Give the threads back."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown()

    def _watch(self) -> None:
        while not self._stop.wait(PERIOD_S):
            self._ask()

    def _ask(self) -> None:
        missing = self._ready()
        if missing == self._said:
            return
        self._said = missing
        states = health_pb2.HealthCheckResponse
        self._set(states.NOT_SERVING if missing else states.SERVING)
        if missing:
            _log.warning("not ready", missing=missing)
        else:
            _log.info("ready")

    def _set(self, state: int) -> None:
        for name in self._names:
            self._servicer.set(name, state)


class _Watched(health.HealthServicer):  # type: ignore[misc]
    """grpcio's servicer, able to end the Watch streams: open, they would hold up a drain."""

    def __init__(self) -> None:
        super().__init__()
        self._watching: dict[object, Callable[[object], None]] = {}

    def Watch(self, request: Any, context: Any, send_response_callback: Any = None) -> object:
        self._watching[context] = send_response_callback
        context.add_callback(lambda: self._watching.pop(context, None))
        return super().Watch(request, context, send_response_callback)

    def end_watches(self) -> None:
        """End every stream (grpcio's way to say so: a response of None)."""
        for end in list(self._watching.values()):
            end(None)


def add_reflection(server: grpc.Server, names: Sequence[str]) -> ThreadPoolExecutor:
    """Let callers read the contract from the server. Returns its thread, to be shut down."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="reflection")
    shown = (*names, health.SERVICE_NAME, reflection.SERVICE_NAME)
    base = _on_own_thread(reflection.ReflectionServicer, "ServerReflectionInfo", pool, shown)
    reflection_pb2_grpc.add_ServerReflectionServicer_to_server(base, server)
    return pool


def _on_own_thread(
    kind: type[Any], method: str, pool: ThreadPoolExecutor, *arguments: object
) -> Any:
    """Return a servicer whose `method` grpcio runs in `pool` (its way to say so: an attribute)."""
    servicer = kind(*arguments)
    plain: Callable[..., object] = getattr(servicer, method)

    def run(request: object, context: object) -> object | Iterator[object]:
        return plain(request, context)

    run.experimental_thread_pool = pool  # type: ignore[attr-defined]
    setattr(servicer, method, run)
    return servicer
