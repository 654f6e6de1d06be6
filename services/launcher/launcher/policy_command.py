"""`childsupport policy`: the law as people read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

policy_app = typer.Typer(no_args_is_help=True, help="The law: every rule, dated and cited.")

DATE_FORMATS = ["%Y-%m-%d"]
DEFAULT_STATE = "kentucky"

OnOption = Annotated[
    datetime | None,
    typer.Option("--on", formats=DATE_FORMATS, help="The day whose law is asked for; else today."),
]
StateOption = Annotated[str, typer.Option("--state", help="The State: a folder beside federal.")]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Another folder of law than the built-in one.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@policy_app.command("show")
def show(
    rule: Annotated[str, typer.Argument(help="Its id, for example fee.annual.")],
    on: OnOption = None,
    state: StateOption = DEFAULT_STATE,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a rule or table: value, validity, authority, source, confidence, history."""
    from launcher import policy_facts, policy_pages

    with _told():
        policy_pages.show(policy_facts.law(state, data), rule, _day(on), as_json=as_json)


@policy_app.command("list")
def list_rules(
    topic: Annotated[str, typer.Option("--topic", help="Only one subject, e.g. withholding.")] = "",
    on: OnOption = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Only what is still to be confirmed.")
    ] = False,
    state: StateOption = DEFAULT_STATE,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the rules and tables in force."""
    from launcher import policy_facts, policy_pages

    with _told():
        law = policy_facts.law(state, data)
        policy_pages.show_list(law, _day(on), topic, unverified=unverified, as_json=as_json)


@policy_app.command("diff")
def diff(
    first: Annotated[datetime, typer.Argument(formats=DATE_FORMATS)],
    second: Annotated[datetime, typer.Argument(formats=DATE_FORMATS)],
    state: StateOption = DEFAULT_STATE,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what begins, ends, changes or is renumbered between two days."""
    from launcher import policy_facts, policy_pages

    with _told():
        law = policy_facts.law(state, data)
        policy_pages.show_changes(law, first.date(), second.date(), as_json=as_json)


@policy_app.command("profile")
def profile(
    on: OnOption = None,
    state: StateOption = DEFAULT_STATE,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer the Intergovernmental Reference Guide's questions from the rules in force."""
    from launcher import policy_facts, policy_pages

    with _told():
        policy_pages.show_profile(policy_facts.law(state, data), _day(on), as_json=as_json)


@policy_app.command("lint")
def lint(data: DataOption = None) -> None:
    """Read and check all law: every State with its profile; exit code 2 at the first fault."""
    from launcher import policy_pages

    with _told():
        policy_pages.lint(data)


def _day(on: datetime | None) -> date:
    if on is not None:
        return on.date()
    from chassis.clock import SystemClock

    return SystemClock().today()


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be answered is one sentence on standard error, not a traceback."""
    from policy import PolicyError

    try:
        yield
    except (KeyError, ValueError, PolicyError) as error:
        typer.echo(f"childsupport: {error}", err=True)
        raise typer.Exit(2) from error
