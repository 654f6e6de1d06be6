"""Memory while it runs, and where the seconds went, as the platform's own metrics say."""

import os
import threading
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

import psutil
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

SAMPLE_SECONDS = 0.05
FAMILIES = ("handler_duration_seconds", "timer_duration_seconds")
SCRAPE_SECONDS = 5

Busy = dict[str, float]
"""Seconds by what was being done, for example `payments: post_receipts`."""


class PeakMemory:
    """The most resident memory of this process while the block runs."""

    def __init__(self) -> None:
        self.bytes = 0
        self._process = psutil.Process()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self.bytes = max(self.bytes, self._process.memory_info().rss)
            if self._stop.wait(SAMPLE_SECONDS):
                return


class Cpu(NamedTuple):
    """Seconds of processor time. Unlike wall time they hardly depend on what else runs."""

    ours: float
    database: float

    def since(self, before: "Cpu") -> "Cpu":
        """Return what was used after `before`."""
        return Cpu(self.ours - before.ours, self.database - before.database)


class CpuClock:
    """What processes have used, jobs that have ended included."""

    def __init__(self, ours: Callable[[], Iterable[int]], database_pid: int) -> None:
        """Take what tells our processes' ids, and the database server's first process."""
        self._ours = ours
        self._database_pid = database_pid
        self._seen: tuple[dict[int, float], dict[int, float]] = ({}, {})

    def __call__(self) -> Cpu:
        """Look."""
        ours, database = self._seen
        for pid in self._ours():
            _note(ours, psutil.Process(pid))
        server = psutil.Process(self._database_pid)
        for process in (server, *server.children(recursive=True)):
            _note(database, process)
        jobs = os.times()
        finished = jobs.children_user + jobs.children_system
        return Cpu(sum(ours.values()) + finished, sum(database.values()))


def _note(seen: dict[int, float], process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        seen[process.pid] = times.user + times.system


def busy_here(registry: CollectorRegistry) -> Busy:
    """Read the metrics of this process."""
    return _busy(family for family in registry.collect())


def busy_there(ports: Iterable[int]) -> Busy:
    """Read the metrics of other processes of this machine, summed."""
    summed: Busy = {}
    for port in ports:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/metrics", timeout=SCRAPE_SECONDS
        ) as answer:
            found = _busy(text_string_to_metric_families(answer.read().decode()))
        for what, seconds in found.items():
            summed[what] = summed.get(what, 0.0) + seconds
    return summed


def since(before: Mapping[str, float], after: Mapping[str, float]) -> Busy:
    """Return the seconds in between, the most first; what took none is left out."""
    spent = {what: seconds - before.get(what, 0.0) for what, seconds in after.items()}
    ordered = sorted(spent.items(), key=lambda item: -item[1])
    return {what: round(seconds, 4) for what, seconds in ordered if seconds > 0}


def _busy(families: Iterable[object]) -> Busy:
    found: Busy = {}
    for family in families:
        if getattr(family, "name", "") not in FAMILIES:
            continue
        for sample in getattr(family, "samples", ()):
            if not sample.name.endswith("_sum"):
                continue
            what = sample.labels.get("timer") or sample.labels["type"].rpartition(".")[2]
            key = f"{sample.labels['service']}: {what}"
            found[key] = found.get(key, 0.0) + sample.value
    return found
