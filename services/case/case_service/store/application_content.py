"""What an application says as JSON and back, by the types of its fields."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from typing import Any, get_args, get_origin, get_type_hints

from case_service.domain.applications import Content

PURPOSE = "application.content"


def to_json(content: Content) -> str:
    """Write all that an application says."""
    return json.dumps(asdict(content), default=date.isoformat)


def from_json(text: str) -> Content:
    """Read what `to_json` wrote; a field that did not exist then keeps its default."""
    read: Content = _read(Content, json.loads(text))
    return read


def _read(wanted: Any, value: Any) -> Any:
    if is_dataclass(wanted):
        return _read_record(wanted, value)
    if get_origin(wanted) is tuple:
        inner = get_args(wanted)[0]
        return tuple(_read(inner, item) for item in value)
    if value is None:
        return None
    options = [one for one in get_args(wanted) if one is not type(None)]
    if options:
        return _read(options[0], value)
    return date.fromisoformat(value) if wanted is date else value


def _read_record(wanted: Any, value: Mapping[str, Any]) -> Any:
    hints = get_type_hints(wanted)
    given = {f.name: _read(hints[f.name], value[f.name]) for f in fields(wanted) if f.name in value}
    return wanted(**given)
