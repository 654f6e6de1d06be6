"""Serving HTTP: in a thread of the embedded platform, or as a process of its own."""

import socket
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import structlog
import uvicorn

from chassis import logs, metrics, tracing
from chassis.clock import stopwatch
from chassis.settings import ServiceSettings

START_WAIT_S = 15.0
_LOOK_S = 0.02
DRAIN_S = 25
KEEP_ALIVE_S = 15
HEADER_BYTES_MAX = 32_768
BAD_SETTINGS = 2
"""Exit code of a process that was told something it cannot use."""

_log = structlog.get_logger()


class HttpServer:
    """A web application in a thread, from `with` to its end."""

    def __init__(self, app: Any, bound: socket.socket, name: str) -> None:
        """Take an ASGI application, a socket that is bound, and what the thread is called."""
        self._socket = bound
        self._server = uvicorn.Server(_config(app))
        host, self.port = bound.getsockname()[:2]
        self.url = f"http://{host}:{self.port}"
        self._name = name
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [bound]}, name=name
        )

    def __enter__(self) -> Self:
        """Answer requests."""
        self._thread.start()
        gives_up_at = stopwatch() + START_WAIT_S
        while not self._server.started:
            self._thread.join(_LOOK_S)
            if not self._thread.is_alive() or stopwatch() > gives_up_at:
                self.close()
                raise RuntimeError(f"{self._name} did not start on {self.url}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.close()

    def close(self) -> None:
        """Take no more requests; let those in flight end."""
        self._server.should_exit = True
        self._thread.join(DRAIN_S + 1)
        self._socket.close()


def serve(name: str, prepare: Callable[[], tuple[ServiceSettings, Any, socket.socket]]) -> None:
    """Be a web application until SIGTERM or SIGINT.

    `prepare` returns settings, application and bound socket. When it raises ValueError or OSError,
    a setting cannot be used: that is said in a sentence, and the process exits with BAD_SETTINGS.
    """
    try:
        settings, app, bound = prepare()
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(BAD_SETTINGS) from None
    logs.configure(name, "api", settings.log_level)
    tracing.configure(name, "api", settings.otlp_endpoint)
    web = metrics.serve_http(settings.metrics_port, host=settings.grpc_host)
    _log.info("started", port=bound.getsockname()[1], metrics_port=web.port)
    try:
        uvicorn.Server(_config(app)).run(sockets=[bound])
    finally:
        bound.close()
        web.close()
        tracing.shutdown()
        _log.info("stopped")


def bind(host: str, port: int, variables: str) -> socket.socket:
    """Bind before serving, so that a port that is taken is said at once. Raises OSError."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        message = f"{variables}: read {host} and {port}, expected an address to listen on ({error})"
        raise OSError(message) from error


def _config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        # A proxy's word about who calls counts only where the site says so (trusted_proxies).
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
        h11_max_incomplete_event_size=HEADER_BYTES_MAX,
        lifespan="on",
    )


__all__ = ["BAD_SETTINGS", "HttpServer", "bind", "serve"]
