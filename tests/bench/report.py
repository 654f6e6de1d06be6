"""What was measured, as data and as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from launcher.bench.baseline import Baseline
from launcher.bench.journey import Stages
from launcher.bench.machine import MEBIBYTE, Machine
from launcher.bench.watching import Busy, Cpu

MOST_BUSY = 8
TOTAL = "end to end"


@dataclass(frozen=True, slots=True)
class Measured:
    """One size on one host."""

    host: str
    payments: int
    setup_seconds: float
    live: Stages
    busy: Busy
    alone: Stages | None
    baseline: Baseline
    peak_rss_bytes: Mapping[str, int]
    books: Mapping[str, int]


def as_data(machine: Machine, results: Sequence[Measured]) -> dict[str, Any]:
    """Return everything as one object."""
    return {
        "machine": asdict(machine),
        "results": [_result(one) for one in results],
        "cost_ratios": [asdict(ratio) for ratio in cost_ratios(results)],
    }


@dataclass(frozen=True, slots=True)
class CostRatio:
    """The cost of a payment at one size against that at the smallest one, on one host."""

    host: str
    of: int
    to: int
    wall: float
    cpu: float


def cost_ratios(results: Sequence[Measured]) -> list[CostRatio]:
    """Return the ratios of the live runs."""
    found = []
    for host in dict.fromkeys(one.host for one in results):
        smallest, *larger = sorted(
            (one for one in results if one.host == host), key=lambda one: one.payments
        )
        for one in larger:
            fewer = one.payments / smallest.payments
            wall = one.live.total_seconds / smallest.live.total_seconds / fewer
            cpu = sum(one.live.total_cpu) / sum(smallest.live.total_cpu) / fewer
            found.append(CostRatio(host, one.payments, smallest.payments, wall, cpu))
    return found


def render(machine: Machine, results: Sequence[Measured], console: Console) -> None:
    """Print the tables."""
    console.print(f"\n[bold]Measured on[/] {machine}")
    for one in results:
        console.print(
            f"\n[bold]{one.payments:,} payments, host: {one.host}[/] "
            f"({one.books['ledger_rows']:,} ledger rows and {one.books['inbox_entries']:,} inbox "
            f"entries stand at the end; the books balance)"
        )
        console.print(
            f"COPY of a payment's 8 ledger rows, same server: {one.baseline.plain_per_second:,.0f} "
            f"payments/s without keys (= 100%), {one.baseline.keyed_per_second:,.0f} with"
        )
        console.print(
            f"Processor time of a payment, live: {_in_copies(one.live, one.baseline):.0f} times "
            "that of its COPY"
        )
        console.print(_stages("Live, as they followed each other", one.live, one.baseline))
        if one.alone:
            title = "Each stage alone, one thread, nothing beside it"
            console.print(_stages(title, one.alone, one.baseline))
        console.print(_peaks(one))
        busiest = list(one.busy.items())[:MOST_BUSY]
        told = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in busiest)
        console.print(f"Busiest in the live run: {told}")
    for ratio in cost_ratios(results):
        console.print(
            f"\nCost of a payment at {ratio.of:,} against {ratio.to:,} on the host {ratio.host}: "
            f"{ratio.wall:.2f} by wall time, {ratio.cpu:.2f} by processor time"
        )


def _stages(title: str, stages: Stages, baseline: Baseline) -> Table:
    table = Table(title=title, title_justify="left", title_style="italic")
    table.add_column("stage")
    for name in ("seconds", "payments/s", "of COPY", "CPU s: ours", "database"):
        table.add_column(name, justify="right")
    for name, seconds, cpu in _rows(stages):
        if name == TOTAL:
            table.add_section()
        rate = stages.payments / seconds if seconds else 0.0
        share = f"{100 * rate / baseline.plain_per_second:.1f}%"
        used = (f"{cpu.ours:.2f}", f"{cpu.database:.2f}")
        table.add_row(name, f"{seconds:.2f}", f"{rate:,.0f}", share, *used)
    return table


def _rows(stages: Stages) -> list[tuple[str, float, Cpu]]:
    rows = [(name, seconds, stages.cpu(name)) for name, seconds in stages.seconds.items()]
    return [*rows, (TOTAL, stages.total_seconds, stages.total_cpu)]


def _in_copies(stages: Stages, baseline: Baseline) -> float:
    """Return how many COPYs of its rows a payment costs, by processor time."""
    return sum(stages.total_cpu) / stages.payments / baseline.cpu_seconds_per_payment


def _peaks(one: Measured) -> str:
    largest = sorted(one.peak_rss_bytes.items(), key=lambda item: -item[1])
    told = ", ".join(f"{name} {rss // MEBIBYTE:,} MiB" for name, rss in largest)
    return f"Peak memory: {told}"


def _result(one: Measured) -> dict[str, Any]:
    return {
        "host": one.host,
        "payments": one.payments,
        "setup_seconds": round(one.setup_seconds, 2),
        "copy_payments_per_second": round(one.baseline.plain_per_second),
        "copy_with_keys_payments_per_second": round(one.baseline.keyed_per_second),
        "live_cpu_in_copies": round(_in_copies(one.live, one.baseline), 2),
        "live": _stages_data(one.live, one.baseline),
        "job_start_cpu_seconds": round(one.live.job_start_cpu_seconds, 3),
        "alone": _stages_data(one.alone, one.baseline) if one.alone else None,
        "busy_seconds": one.busy,
        "peak_rss_bytes": dict(one.peak_rss_bytes),
        "books": dict(one.books),
    }


def _stages_data(stages: Stages, baseline: Baseline) -> dict[str, dict[str, float]]:
    return {
        name: {
            "seconds": round(seconds, 4),
            "payments_per_second": round(stages.payments / seconds, 1),
            "ratio_to_copy": round(stages.payments / seconds / baseline.plain_per_second, 5),
            "cpu_seconds": round(cpu.ours, 3),
            "database_cpu_seconds": round(cpu.database, 3),
        }
        for name, seconds, cpu in _rows(stages)
    }
