"""What the commands print: tables that fit 80 columns, amounts in dollars, or one JSON object."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from google.type.date_pb2 import Date
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis.dates import to_date

PLAIN_WIDTH = 80
INDENT = 2


def page_console() -> Console:
    """As wide as the terminal; into a pipe as wide as a page."""
    piped = "COLUMNS" not in os.environ and not Console().is_terminal
    return Console(width=PLAIN_WIDTH if piped else None, highlight=False)


def money(cents: int, *, plain_zero: bool = True) -> str:
    """Return an amount in dollars, `-1,234.56`; zero as `0.00`, or nothing at all."""
    if not cents and not plain_zero:
        return ""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def iso(value: Date) -> str | None:
    """Return a day as it is written everywhere, None when unset."""
    day = to_date(value)
    return day.isoformat() if day else None


def shown_path(path: Path) -> Path:
    """Return a path as one types it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    amounts: Sequence[int] = (),
    wide: int | None = None,
    last_is_sum: bool = False,
) -> Table:
    """Return a table; `amounts`: columns that are set right; `wide`: the one that may wrap."""
    made = Table(box=None, padding=(0, 1), pad_edge=False, header_style="bold", show_edge=False)
    for number, head in enumerate(heads):
        made.add_column(
            head,
            justify="right" if number in amounts else "left",
            no_wrap=number != wide,
            ratio=1 if number == wide else None,
            overflow="fold",
        )
    listed = list(rows)
    for number, row in enumerate(listed, 1):
        style = "bold" if last_is_sum and number == len(listed) else None
        made.add_row(*(Text(cell) for cell in row), style=style)
    return made


def print_json(facts: Mapping[str, object]) -> None:
    """Print one JSON object."""
    print(json.dumps(facts, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    message = f"no JSON for {type(value).__name__}"
    raise TypeError(message)
