"""Letters as PDF/UA-1, by typst: data goes in as JSON, never as markup."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

TEMPLATES = Path(__file__).parent / "letters"
TEMPLATE = TEMPLATES / "letter.typ"
STANDARD: Literal["ua-1"] = "ua-1"

RenderingError = typst.TypstError


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with typst: a letter looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)


def render(content: dict[str, Any], at: datetime) -> bytes:
    """Return a letter as PDF. Raises RenderingError. The same twice gives the same bytes."""
    compiler = typst.Compiler(root=str(TEMPLATES), font_paths=_fonts())
    pdf = compiler.compile(
        input=str(TEMPLATE),
        format="pdf",
        pdf_standards=STANDARD,
        sys_inputs={"content": json.dumps(content)},
        timestamp=at.replace(microsecond=0),
    )
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst gave {type(pdf).__name__}, expected the bytes of one PDF")
    return pdf
