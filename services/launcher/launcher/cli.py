"""The `childsupport` command. Imports little: a worker is patched before all that it runs."""

import json
import os
import urllib.request
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from launcher.audit_command import audit
from launcher.bank_command import bank_app
from launcher.bench_command import bench_app
from launcher.case_command import case_app
from launcher.form_command import form
from launcher.guideline_command import guideline
from launcher.ledger_command import ledger_app
from launcher.money_command import receipts_app, suspense_app
from launcher.policy_command import policy_app
from launcher.sdu_command import sdu_app
from launcher.statement_command import statement_app
from launcher.told import told
from launcher.worker_command import worker_app

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A child support platform that explains every cent.",
)
parked_app = typer.Typer(no_args_is_help=True, help="Messages that no handler could take.")
app.add_typer(parked_app, name="parked")
app.add_typer(bench_app, name="bench")
app.add_typer(case_app, name="case")
app.add_typer(policy_app, name="policy")
app.add_typer(ledger_app, name="ledger")
app.add_typer(statement_app, name="statement")
app.add_typer(sdu_app, name="sdu")
app.add_typer(receipts_app, name="receipts")
app.add_typer(bank_app, name="bank")
app.add_typer(suspense_app, name="suspense")
app.add_typer(worker_app, name="worker")
app.command()(guideline)
app.command()(form)
app.command()(audit)

VAR = Path("var")
DOORS = {
    "intake": "intake_service.server",
    "portal": "portal_service.service",
    "console": "console_service.service",
}
"""What speaks HTTP: no database, no worker, one role."""
HEALTH_SECONDS = 5
METRICS_PORT = "METRICS_PORT"

PRIVATE = 0o077
"""What others may do with a file that we make: nothing. Logs, mail and letters name people."""

ServiceArgument = Annotated[str, typer.Argument(help="identity, case, payments, …")]


DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder that everything is kept in.")
]


@app.command()
def demo(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Print the sentence of every rule under its cents.")
    ] = False,
    data: DataOption = VAR / "demo",
) -> None:
    """Take two employers' files through the whole platform and explain every cent."""
    os.umask(PRIVATE)
    from launcher.demo import run_demo

    with told():
        raise typer.Exit(run_demo(data.absolute(), as_json=as_json, why=why))


@app.command()
def up(
    *,
    data: DataOption = VAR / "up",
    empty: Annotated[
        bool, typer.Option("--empty", help="Begin with nothing: no families, today's date.")
    ] = False,
) -> None:
    """Start the platform with the demonstration's families and leave it running until Ctrl-C."""
    os.umask(PRIVATE)
    from launcher.up import run_up

    with told():
        run_up(data.absolute(), empty=empty)


@app.command()
def run(
    service: ServiceArgument, role: Annotated[str, typer.Argument(help="api, worker or relay.")]
) -> None:
    """Be one role of one service, with settings from the environment."""
    os.umask(PRIVATE)
    if service in DOORS and role == "api":
        from chassis.garbage import collect_seldom

        collect_seldom()
        with told():
            import_module(DOORS[service]).serve()
        return
    if role == "worker":
        from chassis import worker

        worker.patch()
    from launcher import roles

    if role not in roles.ROLES:
        raise typer.BadParameter(f"{role!r}: expected one of {', '.join(roles.ROLES)}")
    with told(service):
        roles.ROLES[role](service)


@app.command()
def migrate(service: ServiceArgument) -> None:
    """Bring a service's database to its newest migration."""
    from launcher import roles

    with told(service):
        roles.run_migrations(service)


@app.command()
def job(
    service: ServiceArgument,
    name: Annotated[str, typer.Argument(help="The job, for example disburse.")],
    on: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="The business date.")
    ],
) -> None:
    """Run a job for a business date; prints what it did. Safe to run again."""
    from launcher import roles

    with told(service):
        done = roles.run_job(service, name, on.date())
    typer.echo(json.dumps(done))


@app.command()
def republish(
    service: ServiceArgument,
    kind: Annotated[str, typer.Argument(help="What to say again, for example cases.")],
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only what changed on or after this day."),
    ] = None,
) -> None:
    """Say the state of every thing of a kind again, as events; prints how many."""
    from launcher import roles

    with told(service):
        typer.echo(roles.run_republish(service, kind, since.date() if since else None))


@app.command()
def bootstrap(
    client_id: Annotated[str, typer.Argument(help="Id of the first client.")],
    *,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Give a client that is there a new secret.")
    ] = False,
) -> None:
    """Make the client that everything else is made with; prints its secret, once."""
    from launcher import roles

    with told("identity"):
        typer.echo(roles.run_bootstrap(client_id, rotate=rotate))


@app.command("site-clients")
def site_clients() -> None:
    """Give the portal and the console their clients, with the secrets of their settings."""
    from launcher import roles

    with told("identity"):
        for line in roles.run_site_clients():
            typer.echo(line)


@app.command()
def provision() -> None:
    """Make a database and two logins per service on the server that ADMIN_DATABASE_URL names."""
    from launcher import roles

    with told():
        for line in roles.run_provision():
            typer.echo(line)


@app.command()
def health(
    port: Annotated[
        int | None, typer.Argument(envvar=METRICS_PORT, help="Where /readyz answers.")
    ] = None,
) -> None:
    """Ask a process of this container whether it is ready; exit code 1 when it is not."""
    with told():
        if port is None:
            message = f"{METRICS_PORT}: read nothing, expected the port where /readyz answers"
            raise ValueError(message)
    url = f"http://127.0.0.1:{port}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=HEALTH_SECONDS) as answer:
            typer.echo(answer.read().decode())
    except OSError as error:
        typer.echo(f"{url}: {error}", err=True)
        raise typer.Exit(1) from error


@parked_app.command("list")
def parked_list(service: ServiceArgument) -> None:
    """List the messages that no handler of a service could take."""
    from launcher import parking

    with told(service):
        parking.print_list(service)


@parked_app.command("show")
def parked_show(service: ServiceArgument, message_id: str) -> None:
    """Show one of them, with its content; secrets are left out."""
    from launcher import parking

    with told(service):
        parking.print_one(service, message_id)


@parked_app.command("replay")
def parked_replay(
    service: ServiceArgument,
    message_id: Annotated[str, typer.Argument(help="An id, or all.")],
) -> None:
    """Give one of them, or all, back to their queue; prints how many."""
    from launcher import parking

    with told(service):
        typer.echo(parking.replay(service, message_id))


def main() -> None:
    """Run the command."""
    app()
