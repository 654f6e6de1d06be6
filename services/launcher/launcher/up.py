"""`childsupport up`: the embedded platform, left running."""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from shutil import which
from types import FrameType

from rich.console import Console

from launcher.embedded import EmbeddedPlatform
from launcher.platform import ADDRESSES_FILE, ADMINISTRATOR_FILE, GRPC_PORTS
from launcher.ports import can_listen
from launcher.tables import shown_path

INTAKE_PORT = 8080
HIGHEST_PORT = 65_535
BIN = Path(sys.executable).parent
COMMANDS = (
    ("ledger verify", "every balance computed again; what each service holds against it"),
    ("ledger as-of 2026-03-06", "every account as of a day, as known now and as known then"),
    ("case history 0000123456", "a case as its caseworker reads it"),
    ("statement account 0000123456", "owed, charged, paid; also history, arrears, payoff, record"),
    ("suspense list", "money that nobody could identify, by age"),
    ("sdu undistributed", "what is not sent out; also timeliness, ocse-34, bank"),
    ("receipts import FILE --kind lottery --settled DATE", "a file of collections"),
    ("bank returns FILE", "what the bank sends back; also paid, unmatched"),
)


def run_up(root: Path) -> None:
    """Start the platform, say how to use it, stop it cleanly on Ctrl-C or SIGTERM."""
    console = Console(highlight=False, soft_wrap=True)
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    platform = EmbeddedPlatform(
        root,
        intake_port=_port("INTAKE_PORT", INTAKE_PORT),
        grpc_ports={s: _port(f"{s.upper()}_GRPC_PORT", p) for s, p in GRPC_PORTS.items()},
        say=lambda what: console.print(f"  {what}", style="dim"),
    )
    with platform:
        _welcome(platform, root, console)
        stop.wait()
        console.print("\nstopping: calls in flight end, then the bus, then PostgreSQL")
    console.print("stopped")


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


def _welcome(platform: EmbeddedPlatform, root: Path, console: Console) -> None:
    secret_file = root / ADMINISTRATOR_FILE
    descriptor = os.open(secret_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(platform.administrator.secret)
    (root / ADDRESSES_FILE).write_text(json.dumps(dict(platform.addresses.grpc)))
    url = platform.addresses.intake_url
    console.print("\n[bold]The platform is running.[/] Ctrl-C stops it.\n")
    console.print(f"  intake (HTTP)   {url}   documentation: {url}/docs")
    for service, target in platform.addresses.grpc.items():
        console.print(f"  {service:<15} {target}   gRPC, with reflection and health")
    console.print(f"  data            {root}\n")
    console.print("[bold]From another program[/]: get a token, then call with it.\n")
    console.print(
        f"  curl -s {url}/oauth2/token -d grant_type=client_credentials \\\n"
        f"       -d client_id={platform.administrator.client_id} "
        f'-d client_secret="$(cat {secret_file})"\n'
    )
    console.print(
        '  grpcurl -plaintext -H "authorization: Bearer $TOKEN" '
        "-d '{\"page_size\": 10}' \\\n"
        f"       {platform.addresses.grpc['case']} "
        "childsupport.case.v1.CaseReadService/ListCases\n"
    )
    _commands(root, console)


def _commands(root: Path, console: Console) -> None:
    ours = "childsupport" if which("childsupport") else shown_path(BIN / "childsupport")
    console.print("[bold]From another shell[/]:\n")
    for command, what in COMMANDS:
        line = f"{ours} {command} --data {shown_path(root)}"
        console.print(f"  {line}")
        console.print(f"      {what}", style="dim")
    console.print(f"\n  `{ours} COMMAND --help` says more of each.\n")
