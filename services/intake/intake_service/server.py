"""Serving HTTP: in a thread of the embedded platform, or as a process of its own."""

import socket
import sys
import threading
from types import TracebackType
from typing import Self

import structlog
import uvicorn

from chassis import logs, metrics, tracing
from chassis.clock import stopwatch
from intake_service.service import build_app
from intake_service.settings import IntakeSettings

START_WAIT_S = 15.0
_LOOK_S = 0.02
DRAIN_S = 25
KEEP_ALIVE_S = 15
HEADER_BYTES_MAX = 32_768
BAD_SETTINGS = 2
"""Exit code of a process that was told something it cannot use."""

_log = structlog.get_logger()


class IntakeServer:
    """The intake in a thread, from `with` to its end."""

    def __init__(
        self,
        *,
        identity_target: str,
        withholding_target: str,
        port: int = 0,
        max_file_bytes: int | None = None,
    ) -> None:
        """Take where the services behind listen, and the port (0: a free one)."""
        given = {} if max_file_bytes is None else {"max_file_bytes": max_file_bytes}
        settings = IntakeSettings.from_environment(
            "intake",
            identity_grpc_target=identity_target,
            withholding_grpc_target=withholding_target,
            intake_port=port,
            **given,
        )
        self._socket = _bound(settings)
        self._server = uvicorn.Server(_config(settings))
        host, self.port = self._socket.getsockname()[:2]
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="intake"
        )

    def __enter__(self) -> Self:
        """Answer requests."""
        self._thread.start()
        gives_up_at = stopwatch() + START_WAIT_S
        while not self._server.started:
            self._thread.join(_LOOK_S)
            if not self._thread.is_alive() or stopwatch() > gives_up_at:
                self.close()
                raise RuntimeError(f"the intake did not start on {self.url}")
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


def serve() -> None:
    """Be the intake until SIGTERM or SIGINT, with settings from the environment.

    With a setting that cannot be used it says so in a sentence and exits with BAD_SETTINGS.
    """
    try:
        settings = IntakeSettings.from_environment("intake")
        config = _config(settings)
        bound = _bound(settings)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(BAD_SETTINGS) from None
    logs.configure("intake", "api", settings.log_level)
    tracing.configure("intake", "api", settings.otlp_endpoint)
    web = metrics.serve_http(settings.metrics_port, host=settings.grpc_host)
    _log.info("started", port=bound.getsockname()[1], metrics_port=web.port)
    try:
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        bound.close()
        web.close()
        tracing.shutdown()
        _log.info("stopped")


def _config(settings: IntakeSettings) -> uvicorn.Config:
    return uvicorn.Config(
        build_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
        h11_max_incomplete_event_size=HEADER_BYTES_MAX,
        lifespan="on",
    )


def _bound(settings: IntakeSettings) -> socket.socket:
    """Bind before serving, so that a port that is taken is said at once. Raises OSError."""
    place = (settings.intake_host, settings.intake_port)
    try:
        return socket.create_server(place)
    except OSError as error:
        read = f"{place[0]} and {place[1]}"
        raise OSError(
            f"INTAKE_HOST, INTAKE_PORT: read {read}, expected an address to listen on ({error})"
        ) from error
