"""`childsupport guideline FILE.json`: what the guidelines come to, as a table, JSON or PDF."""

import json
from pathlib import Path
from typing import Annotated

import typer

FILE_HELP = "The worksheet's input (docs/guideline.md)."


def guideline(
    file: Annotated[Path, typer.Argument(help=FILE_HELP)],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    pdf: Annotated[Path | None, typer.Option(help="Write the worksheet as PDF here.")] = None,
) -> None:
    """Compute child support by the guidelines, every line with the rule behind it."""
    import policy
    from case_service.domain.guidelines import GuidelineError, compute, result_json
    from case_service.domain.guidelines.form import make_form
    from case_service.guideline_files import read_guideline_file
    from launcher.guideline_print import print_form

    if as_json and pdf is not None:
        raise typer.BadParameter("one of --json and --pdf, not both")
    try:
        result = compute(read_guideline_file(file), policy.load())
    except GuidelineError as error:
        typer.echo(f"childsupport: {error}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(json.dumps(result_json(result), indent=2, ensure_ascii=False))
        return
    if pdf is not None:
        _write_pdf(pdf, make_form(result).content())
        typer.echo(f"{pdf}: {make_form(result).result}")
        return
    print_form(make_form(result))


def _write_pdf(target: Path, content: dict[str, object]) -> None:
    from case_service.guideline_pdf import render
    from chassis.clock import SystemClock

    try:
        target.write_bytes(render(content, SystemClock().now()))
    except OSError as error:
        typer.echo(f"childsupport: {target}: {error.strerror}", err=True)
        raise typer.Exit(2) from error
