"""The nameko side: a service class made of our entrypoints, run until told to stop."""

import signal
from types import FrameType

import eventlet
import structlog
from nameko.runners import ServiceRunner

from chassis import logs, metrics, topology, tracing, worker
from chassis.delivery import Delivery, Outcome, attempt
from chassis.health import NotReadyError, Readiness, database_at_head
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.timers import TimerState
from chassis.worker.consumer import RUNTIME, BusQueue
from chassis.worker.ticker import BusTimers

_log = structlog.get_logger()

MAX_WORKERS = 1
"""Handlers and timers of a process take turns; more throughput is more processes."""


def host(service: Service, settings: ServiceSettings) -> None:
    """Run the service's worker in this (patched) process until SIGTERM or SIGINT."""
    if settings.amqp_url is None:
        raise ValueError("setting amqp_url: read nothing, expected the address of a RabbitMQ")
    logs.configure(service.name, "worker", settings.log_level)
    tracing.configure(service.name, "worker", settings.otlp_endpoint)
    for sentence in topology.mismatches(service):
        _log.warning("topology_mismatch", detail=sentence)
    runtime = Runtime(service, settings)
    web = metrics.serve_http(
        settings.metrics_port,
        host=settings.grpc_host,
        ready=Readiness((database_at_head(runtime), _bus_ready)),
    )
    config = {
        "AMQP_URI": settings.amqp_url.get_secret_value(),
        "max_workers": MAX_WORKERS,
        RUNTIME: runtime,
    }
    runner = ServiceRunner(config)
    runner.add_service(nameko_service(runtime))

    def shut_down(_signal: int, _frame: FrameType | None) -> None:
        # A signal handler runs in the hub, where nothing may wait.
        eventlet.spawn_n(runner.stop)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, shut_down)
    _log.info(
        "worker_started",
        metrics_port=web.port,
        queues=[s.queue for s in topology.subscriptions_of(service.name)],
    )
    try:
        runner.start()
        _wait(runner)
    finally:
        web.close()
        runtime.close()
        tracing.shutdown()
    _log.info("worker_stopped")


def _bus_ready() -> None:
    if missing := worker.status().missing:
        raise NotReadyError(missing)


def _wait(runner: ServiceRunner) -> None:
    # A signal that arrives while the hub waits on a socket surfaces as InterruptedError here.
    ended = eventlet.spawn(runner.wait)
    while True:
        try:
            ended.wait()
        except InterruptedError:
            continue
        return


def nameko_service(runtime: Runtime) -> type:
    """Return the class that nameko hosts: one entrypoint per queue, one for the timers."""

    class Worker:
        name = runtime.service.name

        def consume(self, delivery: Delivery) -> Outcome:
            return attempt(runtime, delivery)

        def tick(self, timer: TimerState) -> bool:
            return timer.run()

    for subscription in topology.subscriptions_of(runtime.service.name):
        BusQueue.decorator(subscription.queue)(Worker.consume)
    BusTimers.decorator()(Worker.tick)
    return Worker
