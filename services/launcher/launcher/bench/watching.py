"""Who used what while it ran: processor time and memory of every process, seconds by work done."""

import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, NamedTuple, Self

import psutil
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

SAMPLE_SECONDS: Final = 0.5
FAMILIES: Final = ("handler_duration_seconds", "timer_duration_seconds")
SCRAPE_SECONDS: Final = 5
BENCH: Final = "bench"
"""The name of the process that measures: it plays the employers and their banks."""

Busy = dict[str, float]
"""Seconds by what was being done, for example `payments: post_receipts`."""


class Cpu(NamedTuple):
    """Seconds of processor time. Unlike wall time they hardly depend on what else runs."""

    ours: float
    database: float
    broker: float = 0.0

    def since(self, before: "Cpu") -> "Cpu":
        """Return what was used after `before`."""
        return Cpu(*(now - then for now, then in zip(self, before, strict=True)))


class Watch:
    """Every process of a platform, its servers included, as long as the block runs.

    A process is named by `names` (id to name); one of PostgreSQL by the database it works for.
    What has ended stays counted, up to the last look.
    """

    def __init__(self, names: Callable[[], Mapping[int, str]] = dict) -> None:
        """Take what names our processes by id; the others are recognised by their command."""
        self._names = names
        self._known: dict[int, tuple[float, str]] = {}
        self._cpu: dict[tuple[int, str], float] = {}
        self._rss: dict[str, int] = {}
        self._look = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def __call__(self) -> Cpu:
        """Look: what ours, the database and the broker have used."""
        sums = dict.fromkeys(("ours", "database", "broker"), 0.0)
        for name, seconds in self.cpu().items():
            sums[kind_of(name)] += seconds
        return Cpu(**sums)

    def cpu(self) -> dict[str, float]:
        """Return processor seconds by process."""
        self._sample()
        found: dict[str, float] = {}
        with self._look:
            for (_, name), seconds in self._cpu.items():
                found[name] = found.get(name, 0.0) + seconds
        return found

    def peak_rss_bytes(self) -> dict[str, int]:
        """Return the most resident memory of one process of each name."""
        self._sample()
        with self._look:
            return dict(self._rss)

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self) -> None:
        with self._look:
            names = self._names()
            here = psutil.Process()
            self._note(here, names.get(here.pid, BENCH))
            for process in self._others(here):
                with suppress(psutil.Error):
                    self._note(process, self._name(process, names))

    def _others(self, here: psutil.Process) -> Iterator[psutil.Process]:
        with suppress(psutil.Error):
            yield from here.children(recursive=True)

    def _name(self, process: psutil.Process, names: Mapping[int, str]) -> str:
        if process.pid in names:
            return names[process.pid]
        made, name = self._known.get(process.pid, (0.0, ""))
        if made != process.create_time() or not name:
            # A process of PostgreSQL says a moment after its start what it works for.
            name = _described(process.cmdline())
            if not name.startswith("postgres: ("):
                self._known[process.pid] = (process.create_time(), name)
        return name

    def _note(self, process: psutil.Process, name: str) -> None:
        times = process.cpu_times()
        self._cpu[process.pid, name] = times.user + times.system
        if not name.startswith("postgres"):
            # Of PostgreSQL's processes each counts the memory that all of them share.
            self._rss[name] = max(self._rss.get(name, 0), process.memory_info().rss)


def _described(command: list[str]) -> str:
    """Return a name for a process that is none of our roles."""
    said = " ".join(command)
    if said.startswith("postgres: "):
        database = said.removeprefix("postgres: ").split()
        return f"postgres: {database[1]}" if "[local]" in said else f"postgres: ({database[0]})"
    if "bin/postgres" in said:
        return "postgres: (postmaster)"
    if "beam" in said or "erl" in said or "epmd" in said or "rabbit" in said:
        return "rabbitmq"
    if "launcher" in command and "job" in command:
        return " ".join(["job:", *command[command.index("job") + 1 :][:2]])
    return "other"


def kind_of(name: str) -> str:
    """Return whose a process is: ours, the database's or the broker's."""
    if name.startswith("postgres"):
        return "database"
    return "broker" if name == "rabbitmq" else "ours"


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
