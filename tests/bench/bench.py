"""The bench's command: for each host and size a platform of its own, measured and checked."""

import argparse
import json
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import alone
import report
from rich.console import Console

from launcher.bench import baseline, journey, machine, population, watching
from launcher.bench.hosts import EMBEDDED, HOSTS, Say, running
from launcher.clients import Clients

ROOT = Path("var") / "bench"
SIZES = (1_000, 10_000)
CASES_A_PAYMENT = 2
"""Two paydays of one month are then paid by almost everybody once."""


def main(arguments: Sequence[str]) -> int:
    """Measure, print; returns the exit code: 0 only when every run's books balance."""
    options = _options(arguments)
    console = Console(stderr=options.json, highlight=False)
    started = time.monotonic()

    def say(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:6.1f} s[/]  {what}")

    hosts = HOSTS if options.host == "both" else (options.host,)
    results: list[report.Measured] = []
    found: machine.Machine | None = None
    for host in hosts:
        for payments in sorted(options.payments):
            say(f"[bold]{payments:,} payments, host: {host}[/]")
            try:
                found, measured = measure(host, payments, options.seed, say)
            except journey.BenchError as error:
                console.print(f"[bold red]bench: {error}[/]")
                return 1
            results.append(measured)
    if found is None:
        return 1
    if options.json:
        print(json.dumps(report.as_data(found, results), indent=2))
    else:
        report.render(found, results, console)
    return 0


def measure(
    name: str, payments: int, seed: int, say: Say
) -> tuple[machine.Machine, report.Measured]:
    """Measure one size on one host, on a platform that is made for it and removed afterwards."""
    ROOT.mkdir(parents=True, exist_ok=True)
    # Not mkdtemp: what it makes is closed to the user that PostgreSQL runs as.
    root = ROOT / f"{name}-{payments}-{os.getpid()}"
    root.mkdir()
    size = (payments, CASES_A_PAYMENT * payments)
    try:
        with running(name, root, say) as host:
            clients = Clients(host.platform.addresses, host.platform.administrator)
            try:
                say("measuring COPY")
                copied = baseline.measure(host.owner_url("payments"), host.watch, baseline.PAYMENTS)
                say("making the population known")
                began = time.monotonic()
                world = journey.prepare(host, clients, size, seed, root, say)
                setup_seconds = time.monotonic() - began
                say("measuring the job live")
                before = host.busy()
                files = journey.payday(world, journey.BUSINESS_DATE)
                stages = journey.live(world, files, journey.BUSINESS_DATE)
                busy = watching.since(before, host.busy())
                by_itself = None
                if name == EMBEDDED:
                    say("measuring each stage alone")
                    by_itself = alone.measure(world, say)
                books = journey.check_books(world, payments * (2 if by_itself else 1))
                say("measuring COPY again")
                again = baseline.measure(host.owner_url("payments"), host.watch, baseline.PAYMENTS)
                return machine.describe(host.url("payments"), host.amqp_url), report.Measured(
                    host=name,
                    payments=payments,
                    setup_seconds=setup_seconds,
                    live=stages,
                    busy=busy,
                    alone=by_itself,
                    baseline=copied.with_another(again),
                    peak_rss_bytes=host.watch.peak_rss_bytes(),
                    books=books,
                )
            finally:
                clients.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--payments", type=_sizes, default=list(SIZES), help="sizes, for example 1000,10000"
    )
    parser.add_argument("--host", choices=(*HOSTS, "both"), default="both")
    parser.add_argument("--seed", type=int, default=population.SEED)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(arguments)


def _sizes(text: str) -> list[int]:
    try:
        sizes = [int(part) for part in text.split(",")]
    except ValueError:
        sizes = []
    if not sizes or min(sizes) < 1:
        raise argparse.ArgumentTypeError(f"read {text!r}, expected numbers above 0: 1000,10000")
    return sizes
