"""`childsupport demo`: two employers' files in, families paid, every cent explained."""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from chassis.clock import stopwatch
from launcher.clients import Clients
from launcher.day import BUSINESS_DATE, run_day
from launcher.embedded import EmbeddedPlatform
from launcher.mailbox import mailbox
from launcher.postgres import refuse_held
from launcher.render import files_by_folder, render
from launcher.report import gather, unaccounted
from launcher.tables import shown_path
from launcher.world import read_world

NINE_IN_THE_MORNING = datetime(
    BUSINESS_DATE.year,
    BUSINESS_DATE.month,
    BUSINESS_DATE.day,
    9,
    tzinfo=ZoneInfo("America/New_York"),
)
MARKER = "made-by-childsupport-demo"

Say = Callable[[str], None]


def run_demo(root: Path, *, as_json: bool, why: bool = False) -> int:
    """Run the demonstration in `root`, which is emptied first; returns the exit code.

    0 only when the ledger balances and every line is accounted for.
    """
    console = Console(stderr=as_json, highlight=False)
    started = stopwatch()

    def say(what: str) -> None:
        console.print(f"[dim]{stopwatch() - started:6.1f} s[/]  {what}")

    with _alone(root):
        _empty(root)
        report = _day(root, say)
    wrong = unaccounted(report)
    report["seconds"] = round(stopwatch() - started, 2)
    report["unaccounted"] = wrong
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        render(report, console, why=why)
        _closing(report, root, wrong, console)
    return 1 if wrong else 0


def _day(root: Path, say: Say) -> dict[str, Any]:
    with (
        mailbox(root / "files" / "mail") as smtp_port,
        EmbeddedPlatform(
            root, clock_start=NINE_IN_THE_MORNING, smtp_port=smtp_port, say=say
        ) as platform,
    ):
        clients = Clients(platform.addresses, platform.administrator)
        try:
            world = read_world()
            submitted = run_day(platform, clients, world, say)
            say("asking every service what became of the day")
            return gather(clients, world, submitted, platform.addresses.data_dir)
        finally:
            clients.close()


def _closing(report: dict[str, Any], root: Path, wrong: list[str], console: Console) -> None:
    console.print(f"\n[bold]Files[/] in {root}", soft_wrap=True)
    for name in files_by_folder(report["files"]):
        console.print(f"  files/{name}")
    console.print()
    if wrong:
        console.print("[bold red]Not every cent has its place:[/]")
        for sentence in wrong:
            console.print(f"  {sentence}")
        return
    count = len(report["lines"])
    console.print(
        f"[bold green]The books hold and all {count} lines are accounted for.[/] "
        f"{report['seconds']} s.\n"
        "`childsupport demo --why` prints every rule's sentence under the cents that it moved, "
        "`--json` the same as data.\nTo go on with these families:\n"
        f'  make up ARGS="--data {shown_path(root)}"'
    )


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the folder: a second demonstration would empty it under the first."""
    root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with root.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{root}: another demonstration is running there; wait for its end"
            raise ValueError(message) from None
        yield


def _empty(root: Path) -> None:
    """Remove what the last demonstration left; never a folder that is not its own."""
    marker = root / MARKER
    if root.exists():
        if any(root.iterdir()) and not marker.exists():
            message = f"{root} is not empty and was not made by a demonstration; move it away"
            raise ValueError(message)
        refuse_held(root / "postgres")
        shutil.rmtree(root)
    root.mkdir(mode=0o700)
    marker.touch()
