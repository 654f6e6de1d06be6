"""What a day was measured at, for people."""

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

MOST_SHOWN: Final = 12


def render(found: Mapping[str, Any], console: Console) -> None:
    """Print the figures of a day."""
    machine = found["machine"]
    console.print(
        f"\n[bold]{found['payments']:,} payments, {found['cases']:,} cases[/] on "
        f"{machine['name']}: {machine['cores']} cores of {machine['cpu']}, "
        f"{machine['memory_mebibytes']:,} MiB, "
        f"PostgreSQL {machine['postgresql']}, RabbitMQ {machine['rabbitmq']}; load average before: "
        f"{found['load_average_before']}"
    )
    console.print(
        f"end to end [bold]{found['payments_per_second']:,.0f} payments/s[/], posting "
        f"{found['posting_payments_per_second']:,.0f}/s, largest process "
        f"{found['peak_rss_mb']:,.0f} MiB ({found['peak_rss_process']}), databases "
        f"{found['database_mb']:,.0f} MiB"
    )
    copied = found["copy_baseline"]
    console.print(
        f"COPY of a payment's 8 ledger rows, same run: {copied['payments_per_second']:,} "
        f"payments/s; a payment costs {found['cpu_ms_per_payment']:.3f} ms of processor time, "
        f"{copied['cpu_in_copies_per_payment']:.0f} times its COPY"
    )
    console.print(_stages(found))
    console.print(_shares("Processor time by process", found["cpu_seconds_by_process"], found))
    console.print(_shares("Seconds by what was done", found["busy_seconds"], found))
    if ratio := found["cost_ratio"]:
        console.print(
            f"Cost of a payment against a payday of {ratio['to_payments']:,} before: "
            f"{ratio['cpu']:.2f} by processor time, {ratio['wall']:.2f} by wall time"
        )
    if not found["findings"]:
        console.print("[bold green]The ledger verifies: every cent is where it should be.[/]")


def _stages(found: Mapping[str, Any]) -> Table:
    table = Table(title="Stages, as they ended", title_justify="left", title_style="italic")
    table.add_column("stage")
    for name in ("seconds", "CPU s: ours", "database", "broker"):
        table.add_column(name, justify="right")
    for name, seconds in found["seconds_by_stage"].items():
        cpu = found["cpu_seconds_by_stage"][name]
        used = [f"{cpu[kind]:.2f}" for kind in ("ours", "database", "broker")]
        table.add_row(name, f"{seconds:.2f}", *used)
    return table


def _shares(title: str, seconds: Mapping[str, float], found: Mapping[str, Any]) -> Table:
    table = Table(title=title, title_justify="left", title_style="italic")
    table.add_column("what")
    table.add_column("seconds", justify="right")
    table.add_column("µs a payment", justify="right")
    for name, used in list(seconds.items())[:MOST_SHOWN]:
        table.add_row(name, f"{used:.2f}", f"{1e6 * used / found['payments']:.0f}")
    return table
