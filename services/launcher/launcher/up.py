"""`childsupport up`: the embedded platform, left running, with people who can sign in."""

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console

from chassis.clock import SystemClock
from launcher.demo_town import OPENS, open_town, staff
from launcher.embedded import EmbeddedPlatform
from launcher.mailbox import mailbox
from launcher.platform import ADDRESSES_FILE, ADMINISTRATOR_FILE, GRPC_PORTS, LOGINS_FILE
from launcher.ports import can_listen
from launcher.postgres import refuse_held
from launcher.tables import shown_path

INTAKE_PORT = 8080
SITE_PORTS = {"portal": 8081, "console": 8082}
HIGHEST_PORT = 65_535
PAYDAYS = 6
BEGUN_FILE = "demonstration.begun"
"""Stands in the folder while a demonstration is being filled in."""
CLOCK_FILE = "clock.json"
"""How far the clock of a demonstration is from the machine's, in seconds."""
BIN = Path(sys.executable).parent
COMMANDS = (
    ("worker code dana.reyes", "what a worker's authenticator app shows now"),
    ("ledger verify", "every balance computed again; what each service holds against it"),
    ("ledger as-of 2026-03-06", "every account as of a day, as known now and as known then"),
    ("case history 0000123456", "a case as its caseworker reads it"),
    ("statement account 0000123456", "owed, charged, paid; also history, arrears, payoff, record"),
    ("suspense list", "money that nobody could identify, by age"),
    ("sdu undistributed", "what is not sent out; also timeliness, ocse-34, bank"),
    ("receipts import FILE --kind lottery --settled DATE", "a file of collections"),
    ("bank returns FILE", "what the bank sends back; also paid, unmatched"),
)


def run_up(root: Path, *, empty: bool = False) -> None:
    """Start the platform, say how to use it, stop it cleanly on Ctrl-C or SIGTERM.

    A folder that is new is filled with the demonstration's families, unless `empty`.
    """
    console = Console(highlight=False, soft_wrap=True)
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)

    def say(what: str) -> None:
        console.print(f"  {what}", style="dim")

    if (root / BEGUN_FILE).exists():
        say("the demonstration was broken off here before it was whole: beginning anew")
        refuse_held(root / "postgres")
        shutil.rmtree(root)
    fresh = not (root / "postgres").exists()
    clock = _clock(root, demonstrate=fresh and not empty)
    if fresh and not empty:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        (root / BEGUN_FILE).touch()
    with ExitStack() as stack:
        mail_folder = root / "files" / "mail"
        platform = stack.enter_context(
            EmbeddedPlatform(
                root,
                clock=clock,
                intake_port=_port("INTAKE_PORT", INTAKE_PORT),
                site_ports={s: _port(f"{s.upper()}_WEB_PORT", p) for s, p in SITE_PORTS.items()},
                grpc_ports={s: _port(f"{s.upper()}_GRPC_PORT", p) for s, p in GRPC_PORTS.items()},
                smtp_port=stack.enter_context(mailbox(mail_folder)),
                say=say,
            )
        )
        if fresh and not empty:
            logins = [
                asdict(one) for one in open_town(platform, clock, mail_folder, say, paydays=PAYDAYS)
            ]
            logins += [asdict(one) for one in staff(platform, mail_folder, say)]
            _write_privately(root / LOGINS_FILE, json.dumps(logins, indent=1))
            _keep(root, clock)
            (root / BEGUN_FILE).unlink()
        _welcome(platform, root, clock, console)
        stop.wait()
        console.print("\nstopping: calls in flight end, then the bus, then PostgreSQL")
    console.print("stopped")


def _clock(root: Path, *, demonstrate: bool) -> SystemClock:
    """Return the machine's clock, or a demonstration's, which runs on from where it was set."""
    kept = root / CLOCK_FILE
    if demonstrate:
        return SystemClock(start=OPENS)
    clock = SystemClock()
    if kept.exists():
        clock.advance(timedelta(seconds=json.loads(kept.read_text())["seconds"]))
    return clock


def _keep(root: Path, clock: SystemClock) -> None:
    (root / CLOCK_FILE).write_text(json.dumps({"seconds": clock.ahead.total_seconds()}))


def _port(variable: str, usual: int) -> int:
    """Return the port of a variable, if nobody listens on it. Raises ValueError."""
    said = os.environ.get(variable, str(usual))
    if not said.isdecimal() or not 0 < int(said) <= HIGHEST_PORT:
        message = f"{variable}: read {said!r}, expected a port (1 to {HIGHEST_PORT})"
        raise ValueError(message)
    if not can_listen(int(said)):
        message = (
            f"{variable}: port {said} is taken (by another `childsupport up`?); choose a free one"
        )
        raise ValueError(message)
    return int(said)


def _write_privately(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)


def _welcome(platform: EmbeddedPlatform, root: Path, clock: SystemClock, console: Console) -> None:
    secret_file = root / ADMINISTRATOR_FILE
    _write_privately(secret_file, platform.administrator.secret)
    addresses = platform.addresses
    (root / ADDRESSES_FILE).write_text(json.dumps(dict(addresses.grpc)))
    url = addresses.intake_url
    console.print("\n[bold]The platform is running.[/] Ctrl-C stops it.\n")
    console.print(f"  parents' portal {addresses.portal_url}")
    console.print(f"  workers         {addresses.console_url}")
    console.print(f"  intake (HTTP)   {url}   documentation: {url}/docs")
    for service, target in addresses.grpc.items():
        console.print(f"  {service:<15} {target}   gRPC, with reflection and health")
    console.print(f"  data            {root}")
    console.print(f"  mail, letters   {shown_path(root / 'files')}/mail, …/letters")
    console.print(f"  its day         {clock.today():%B %-d, %Y}\n")
    _logins(root, console)
    console.print("[bold]From another program[/]: get a token, then call with it.\n")
    console.print(
        f"  curl -s {url}/oauth2/token -d grant_type=client_credentials \\\n"
        f"       -d client_id={platform.administrator.client_id} "
        f'-d client_secret="$(cat {secret_file})"\n'
    )
    console.print(
        '  grpcurl -plaintext -H "authorization: Bearer $TOKEN" '
        "-d '{\"page_size\": 10}' \\\n"
        f"       {addresses.grpc['case']} "
        "childsupport.case.v1.CaseReadService/ListCases\n"
    )
    _commands(root, console)


def _logins(root: Path, console: Console) -> None:
    file = root / LOGINS_FILE
    if not file.exists():
        return
    people: Sequence[dict[str, Any]] = json.loads(file.read_text())
    console.print("[bold]Who can sign in[/] (nobody is real; all have one password):\n")
    console.print(f"  password        {people[0]['password']}")
    for one in people:
        if "user_name" in one:
            console.print(f"  {one['user_name']:<15} parent")
        else:
            what = f"{one['roles'][0]}; app's secret {one['totp_secret']}"
            console.print(f"  {one['worker_id']:<15} {what}")
    console.print()


def _commands(root: Path, console: Console) -> None:
    ours = "childsupport" if shutil.which("childsupport") else shown_path(BIN / "childsupport")
    console.print("[bold]From another shell[/]:\n")
    for command, what in COMMANDS:
        line = f"{ours} {command} --data {shown_path(root)}"
        console.print(f"  {line}")
        console.print(f"      {what}", style="dim")
    console.print(f"\n  `{ours} COMMAND --help` says more of each.\n")
