"""`childsupport bench`: the platform's speed on this machine, measured and checked."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from launcher.told import told

bench_app = typer.Typer(no_args_is_help=True, help="Measure the platform on this machine.")

SEED = 20260306
FOLDER = Path("var") / "bench"


@bench_app.command("day")
def day(
    *,
    payments: Annotated[int, typer.Option(min=1, help="Payments of the payday.")] = 10_000,
    cases: Annotated[
        int | None, typer.Option(min=1, help="Cases of the State; by default as many as payments.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another State.")] = SEED,
    prefill_lines: Annotated[
        int, typer.Option(min=0, help="Ledger lines that are there before the payday.")
    ] = 0,
    hot_account: Annotated[
        bool, typer.Option("--hot-account", help="Every fifth payment is of one obligor.")
    ] = False,
    posting_workers: Annotated[
        int, typer.Option(min=1, max=16, help="Processes that post; they share the lanes.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Take a day's payments from employers' files to families paid, on RabbitMQ and PostgreSQL.

    Every role is a process. The servers are embedded ones, unless ADMIN_DATABASE_URL and AMQP_URL
    name others. Ends with the proof of the ledger; exit code 1 when a cent is off.
    """
    with told():
        from rich.console import Console

        from chassis.clock import stopwatch
        from launcher.bench import day as bench_day
        from launcher.bench.render import render

        console = Console(stderr=True, highlight=False)
        started = stopwatch()

        def say(what: str) -> None:
            console.print(f"[dim]{stopwatch() - started:6.1f} s[/]  {what}")

        asked = bench_day.Asked(
            payments, cases or payments, seed, prefill_lines, hot_account, posting_workers
        )
        try:
            found = bench_day.measure(asked, FOLDER.absolute() / f"day-{os.getpid()}", say)
        except (RuntimeError, TimeoutError) as error:
            typer.echo(f"childsupport bench: {error}", err=True)
            raise typer.Exit(1) from error
        if as_json:
            print(json.dumps(found, indent=2))
        else:
            render(found, Console(highlight=False))
        for finding in found["findings"]:
            typer.echo(f"childsupport bench: {finding}", err=True)
        raise typer.Exit(1 if found["findings"] else 0)
