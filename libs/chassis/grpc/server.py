"""The gRPC server: methods and policy come from the contract, each call goes through the chain."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import grpc
import structlog

from chassis import logs, metrics, tracing
from chassis.auth import TokenVerifier, own_keys
from chassis.grpc import contract
from chassis.grpc.client import RemoteKeys
from chassis.grpc.interceptors.call import Call, Proceed
from chassis.grpc.interceptors.chain import CHAIN, answer, compose
from chassis.grpc.probes import Health, add_reflection
from chassis.grpc.tls import server_credentials, tls_files
from chassis.health import Readiness, database_at_head
from chassis.metrics import Probe
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings

MAX_MESSAGE_BYTES = 4 << 20
MAX_CALLS_PER_THREAD = 16
"""Calls that may wait for a thread; beyond, grpcio answers RESOURCE_EXHAUSTED at once."""
PROBE_CALLS = 16
"""Calls to health and reflection that fit beside them."""
DRAIN_S = 25.0
"""How long calls in flight may go on once the server stops (Kubernetes kills after 30 s)."""
KEEPALIVE_MS = 60_000

_log = structlog.get_logger()


class Server:
    """A server that is bound to its port. `start` it, `drain` it."""

    def __init__(
        self, server: grpc.Server, health: Health, closing: Sequence[Callable[[], None]], port: int
    ) -> None:
        """Take what build_server made."""
        self.port = port
        self._server = server
        self._health = health
        self._closing = tuple(closing)

    def start(self) -> None:
        """Take calls; health says SERVING as soon as the readiness probe finds nothing missing."""
        self._server.start()
        self._health.start()

    def drain(self, seconds: float = DRAIN_S) -> None:
        """Say NOT_SERVING, take no new call, let those in flight end within `seconds`, and stop."""
        self._health.drain()
        self._server.stop(seconds).wait()
        self._health.close()
        for close in self._closing:
            close()


def build_server(
    runtime: Runtime, *, verifier: TokenVerifier | None = None, ready: Probe | None = None
) -> Server:
    """Return a server for the runtime's servicers, bound to its setting's port but not started.

    Without `verifier` tokens are checked with identity's keys; without `ready` the server is ready
    when its database answers and has all migrations. Raises ContractError when a method has no
    implementation or no sound policy, ValueError for settings that do not fit.
    """
    closing: list[Callable[[], None]] = []
    if verifier is None:
        verifier = TokenVerifier(own_keys(runtime) or _remote(runtime.settings, closing))
    names = [servicer.name for servicer in runtime.service.servicers]
    threads = runtime.settings.grpc_threads
    workers = ThreadPoolExecutor(threads, thread_name_prefix="rpc")
    server = grpc.server(
        workers,
        handlers=[
            grpc.method_handlers_generic_handler(
                servicer.name,
                {m.name: _handler(m, runtime, verifier) for m in contract.methods(servicer)},
            )
            for servicer in runtime.service.servicers
        ],
        maximum_concurrent_rpcs=threads * MAX_CALLS_PER_THREAD + PROBE_CALLS,
        options=(
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.keepalive_time_ms", KEEPALIVE_MS),
        ),
    )
    health = Health(server, names, ready or Readiness((database_at_head(runtime),)))
    reflecting = add_reflection(server, names)
    closing += (reflecting.shutdown, workers.shutdown)
    return Server(server, health, closing, _bind(server, runtime.settings))


def _remote(settings: ServiceSettings, closing: list[Callable[[], None]]) -> RemoteKeys:
    keys = RemoteKeys(settings)
    closing.append(keys.close)
    return keys


def _bind(server: grpc.Server, settings: ServiceSettings) -> int:
    address = f"{settings.grpc_host}:{settings.grpc_port}"
    files = tls_files(settings)
    if files is None:
        return server.add_insecure_port(address)
    return server.add_secure_port(address, server_credentials(files))


def _handler(
    method: contract.Method, runtime: Runtime, verifier: TokenVerifier
) -> "grpc.RpcMethodHandler[bytes, bytes]":
    """Return grpcio's handler: bytes in, through the chain, bytes out."""
    run: Proceed = compose(CHAIN, answer)

    def handle(raw: bytes | Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        metadata = {
            name: value if isinstance(value, str) else ""
            for name, value in context.invocation_metadata()
        }
        return run(Call(method, context, raw, runtime, verifier, metadata))

    if method.client_stream:
        return grpc.stream_unary_rpc_method_handler(handle)
    return grpc.unary_unary_rpc_method_handler(handle)


def serve(
    runtime: Runtime,
    *,
    started: Callable[[Server, metrics.MetricsServer], None] | None = None,
) -> None:
    """Be the `api` role until SIGTERM or SIGINT: logs, traces, metrics, probes, server; then drain.

    Runs in the main thread of its process. `started` is told the server and the metrics server.
    """
    settings = runtime.settings
    stop = threading.Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    logs.configure(settings.service, "api", settings.log_level)
    tracing.configure(settings.service, "api", settings.otlp_endpoint)
    ready = Readiness((database_at_head(runtime),))
    server = build_server(runtime, ready=ready)
    web = metrics.serve_http(
        settings.metrics_port,
        host=settings.grpc_host,
        ready=lambda: "draining" if stop.is_set() else ready(),
    )
    server.start()
    _log.info("started", grpc_port=server.port, metrics_port=web.port)
    if started is not None:
        started(server, web)
    try:
        stop.wait()
    finally:
        _log.info("draining")
        server.drain()
        web.close()
        tracing.shutdown()
        runtime.close()
        _log.info("stopped")
