"""`childsupport form KIND DATA.json --pdf OUT`: a form of the agency as PDF."""

from pathlib import Path
from typing import Annotated

import typer

FILE_HELP = "The form's data (docs/forms.md)."
KIND_HELP = "subpoena, income_request, application, review_right or genetic_test."


def form(
    kind: Annotated[str, typer.Argument(help=KIND_HELP)],
    file: Annotated[Path, typer.Argument(help=FILE_HELP)],
    *,
    pdf: Annotated[Path, typer.Option(help="Write the form as PDF here.")],
) -> None:
    """Make a form of the agency; of one with a sheet for each person, OUT-1.pdf, OUT-2.pdf …."""
    import policy
    from case_service import forms_pdf
    from case_service.domain.forms import KINDS, FormError
    from chassis.clock import SystemClock

    if kind not in KINDS:
        raise typer.BadParameter(f"{kind!r}: expected one of {', '.join(KINDS)}")
    try:
        raw = forms_pdf.read_form_file(file)
        made = forms_pdf.render(kind, raw, policy.load(), SystemClock().now())
    except FormError as error:
        for violation in error.violations:
            typer.echo(f"childsupport: {violation.field}: {violation.expected}", err=True)
        raise typer.Exit(2) from error
    for number, one in enumerate(made, start=1):
        target = pdf.with_stem(f"{pdf.stem}-{number}") if len(made) > 1 else pdf
        _write(target, one.pdf)
        typer.echo(f"{target}: {one.title}")


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        typer.echo(f"childsupport: {target}: {error.strerror}", err=True)
        raise typer.Exit(2) from error
