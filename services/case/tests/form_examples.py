"""The examples of docs/forms.md, which tests read so that the page stays true."""

import json
import re
from pathlib import Path
from typing import Any

_PAGE = Path(__file__).parents[3] / "docs" / "forms.md"
_EXAMPLE = re.compile(r"^## (\w+)\n.*?```json\n(.*?)```", re.DOTALL | re.MULTILINE)


def examples() -> dict[str, dict[str, Any]]:
    """Return the example of each form, by kind."""
    return {kind: json.loads(text) for kind, text in _EXAMPLE.findall(_PAGE.read_text())}
