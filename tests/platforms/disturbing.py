"""The demonstration's day with something done to the platform at each of its steps."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from days import Host, planted_world

from chassis.broker_queues import BrokerQueues
from launcher.clients import Clients
from launcher.cluster import ProcessPlatform
from launcher.day import run_day
from launcher.platform import Addresses, Administrator
from launcher.registry import service_named

SETTLE_SECONDS = 60

Action = Callable[[], None]


@dataclass
class Disturbed:
    """The day's driver: a Platform that lets a test do something at each step of the day."""

    host: Host
    platform: ProcessPlatform
    before_job: dict[str, Action] = field(default_factory=dict)
    """Done before the job of that name is run."""
    in_flight: dict[int, Action] = field(default_factory=dict)
    """Done when the day has acted for the n-th time (from 0) and its events are on their way."""
    at_rest: dict[int, Action] = field(default_factory=dict)
    """Done when those events have come to rest."""
    settle_with: Callable[[float], None] | None = None
    settled: int = 0

    @property
    def addresses(self) -> Addresses:
        return self.platform.addresses

    @property
    def administrator(self) -> Administrator:
        return self.platform.administrator

    def run_job(self, service: str, job: str, business_date: date) -> Mapping[str, int | str]:
        """Run a job in this process: it commits to the same database, two seconds sooner."""
        self.before_job.pop(job, lambda: None)()
        jobs = {j.name: j for j in service_named(service).jobs}
        with self.host.runtimes[service].work() as work:
            return jobs[job].run(work, business_date)

    def settle(self, timeout_seconds: float) -> None:
        step = self.settled
        self.settled += 1
        self.in_flight.pop(step, lambda: None)()
        (self.settle_with or self.platform.settle)(timeout_seconds)
        self.at_rest.pop(step, lambda: None)()

    def arm(self, point: str, *names: str) -> None:
        """Have processes kill themselves when they next pass a point of chassis.faults."""
        for name in names:
            (self.platform.root / "faults" / name).write_text(point)

    def run(self) -> None:
        """The demonstration's day."""
        clients = Clients(self.addresses, self.administrator)
        try:
            run_day(self, clients, planted_world(), lambda _: None)
        finally:
            clients.close()
        assert not self.in_flight, "the day has fewer steps"
        assert not self.at_rest, "the day has fewer steps"
        assert not self.before_job, "the day has no such job"

    def parked(self) -> dict[str, int]:
        with BrokerQueues(self.platform.amqp_url, self.platform.retry_policy) as broker:
            return broker.waiting()


FIRST_CASES, FILES, MORE_FILES, LATE_CASE, PAID = 2, 3, 4, 5, 6
"""Steps of the day: what has just been done when its events are in flight."""


def wait_until(condition: Callable[[], bool], within_seconds: float = 40.0) -> None:
    until = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < until, f"not within {within_seconds} s"
        time.sleep(0.02)
