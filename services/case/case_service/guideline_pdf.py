"""The guideline worksheet as PDF."""

from datetime import datetime

from case_service import pdf

TEMPLATE = pdf.TEMPLATES / "guideline.typ"


def render(content: dict[str, object], at: datetime) -> bytes:
    """Return the worksheet as PDF; `content` is `Form.content()`. Raises pdf.RenderingError."""
    return pdf.render(TEMPLATE, content, at)
