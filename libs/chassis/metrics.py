"""What Prometheus reads of a process: one registry, one small HTTP server.

Names are the same in every service; the RPC, queue or type is a label. Nothing personal is a label.
"""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

rpc_requests = Counter(
    "rpc_requests_total",
    "RPCs answered, by method and status code.",
    ["method", "code"],
    registry=REGISTRY,
)
rpc_seconds = Histogram(
    "rpc_duration_seconds",
    "Time from the call's start to its answer.",
    ["method"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
rpc_in_flight = Gauge("rpc_in_flight", "RPCs being worked on.", ["method"], registry=REGISTRY)
refusals_not_audited = Counter(
    "refusals_not_audited_total",
    "Refused RPCs that were counted and not recorded: callers without a name, or about nobody.",
    ["method"],
    registry=REGISTRY,
)
handler_seconds = Histogram(
    "handler_duration_seconds",
    "Time to handle one event.",
    ["service", "type", "outcome"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
timer_seconds = Histogram(
    "timer_duration_seconds",
    "Time of one run of a timer.",
    ["service", "timer"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
timers_awaited = Gauge(
    "timers_awaited",
    "Timers that run, or have reason to think that there is work for them.",
    ["service"],
    registry=REGISTRY,
)
outbox_unsent = Gauge(
    "outbox_unsent", "Events written and not yet confirmed.", ["service"], registry=REGISTRY
)
outbox_oldest_seconds = Gauge(
    "outbox_oldest_seconds",
    "Age of the oldest event not yet confirmed.",
    ["service"],
    registry=REGISTRY,
)
outbox_published = Counter(
    "outbox_published_total", "Events confirmed by the bus.", ["service"], registry=REGISTRY
)
outbox_refused = Counter(
    "outbox_refused_total",
    "Times that the bus did not take an event: no queue for its type, or a full one.",
    ["service", "type"],
    registry=REGISTRY,
)
queue_depth = Gauge("queue_depth", "Messages waiting in a queue.", ["queue"], registry=REGISTRY)
parked = Gauge(
    "parked_messages", "Messages that were set aside for a person.", ["queue"], registry=REGISTRY
)

Probe = Callable[[], str]
"""Returns what is wrong, in words; empty when nothing is."""


class MetricsServer:
    """/metrics, /healthz and /readyz on a port of their own, in a thread of their own."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        """Take a bound server and begin to answer."""
        self._server = server
        self.port: int = server.server_address[1]
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering and give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def well() -> str:
    """The probe of a process that is well as long as it answers."""
    return ""


def serve_http(
    port: int, *, host: str = "127.0.0.1", live: Probe = well, ready: Probe = well
) -> MetricsServer:
    """Serve metrics and probes; port 0 takes a free one. A probe that finds fault answers 503."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            match self.path.partition("?")[0]:
                case "/metrics":
                    self._send(200, generate_latest(REGISTRY), CONTENT_TYPE_LATEST)
                case "/healthz":
                    self._probe(live)
                case "/readyz":
                    self._probe(ready)
                case _:
                    self._send(404, b"not here: /metrics /healthz /readyz\n")

        def _probe(self, probe: Probe) -> None:
            wrong = probe()
            self._send(503 if wrong else 200, (wrong or "ok").encode() + b"\n")

        def _send(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: probes come every few seconds."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        allow_reuse_address = True

    return MetricsServer(Server((host, port), Answer))
