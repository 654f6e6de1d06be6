"""Guideline inputs from files: JSON, read strictly and within a bound."""

import json
from pathlib import Path

from case_service.domain.guidelines import GuidelineError, GuidelineInput, read_input

FILE_BYTES_MAX = 1_000_000


def read_guideline_file(path: Path) -> GuidelineInput:
    """Read an input file. Raises GuidelineError (a ValueError) naming what is wrong with it."""
    try:
        with path.open("rb") as stream:
            content = stream.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise GuidelineError(str(path), error.strerror or "an error", "cannot be read") from error
    if len(content) > FILE_BYTES_MAX:
        raise GuidelineError(
            str(path), f"more than {FILE_BYTES_MAX} bytes", "an input file is not larger"
        )
    try:
        raw = json.loads(content, object_pairs_hook=_without_twice)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GuidelineError(str(path), str(error), "expected JSON in UTF-8") from error
    return read_input(raw)


def _without_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise GuidelineError(name, "the field twice", "each field stands once in its object")
        found[name] = value
    return found
