"""What an operator got wrong is one sentence on standard error, not a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

WRONG = 2
"""The exit code."""


@contextmanager
def told(service: str = "the platform") -> Iterator[None]:
    """End the command with a sentence when what is done within cannot be done."""
    try:
        yield
    except Exception as error:
        from launcher.complaints import sentence

        said = sentence(error, service)
        if said is None:
            raise
        typer.echo(f"childsupport: {said}", err=True)
        raise typer.Exit(WRONG) from error
