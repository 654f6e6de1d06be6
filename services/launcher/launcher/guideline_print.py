"""A guideline worksheet in the terminal."""

from rich.console import Console
from rich.table import Table

from case_service.domain.guidelines.form import Form, FormSheet

WIDTH_CHARACTERS_MIN = 100


def print_form(form: Form) -> None:
    """Print worksheets, notes, the rules applied and the result, at least 100 columns wide."""
    console = Console(highlight=False)
    if console.width < WIDTH_CHARACTERS_MIN:
        console = Console(highlight=False, width=WIDTH_CHARACTERS_MIN)
    console.print(f"[bold]{form.title}[/bold]")
    for name, value in form.head:
        console.print(f"  {name}: {value}", markup=False)
    for sheet in form.sheets:
        _print_sheet(console, sheet)
    console.print()
    for name, text in form.further:
        console.print(f"{name}: {text}", markup=False)
    for note in form.notes:
        console.print(f"Note: {note}", markup=False)
    console.print("\nRules applied beside the lines", style="bold")
    for rule in form.rules:
        console.print(f"  {rule.text}", markup=False)
        console.print(f"    {rule.citation}  {rule.rule}", markup=False, style="dim")
    console.print()
    if form.guideline:
        console.print(form.guideline, markup=False)
    console.print(form.result, style="bold", markup=False)


def _print_sheet(console: Console, sheet: FormSheet) -> None:
    table = Table(title=sheet.heading, title_justify="left", title_style="bold")
    table.add_column("", justify="right")
    table.add_column("Line")
    for column in (*sheet.columns, "Combined"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("Authority", style="dim")
    for line in sheet.lines:
        table.add_row(line.number, line.title, line.a, line.b, line.c, line.citation)
    console.print()
    console.print(table)
    for box, title, amount in sheet.boxes:
        console.print(f"  Box {box}: {amount}  {title}", markup=False)
