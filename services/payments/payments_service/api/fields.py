"""Fields of requests, read the same way everywhere."""

import uuid

from chassis.errors import invalid_field


def given_id(value: str, field: str, *, required: bool = True) -> str:
    """Return an id in its usual form. Raises PlatformError (INVALID_FIELD) for another text."""
    if not value and not required:
        return ""
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise invalid_field(field, f"must be a UUID; read {value[:40]!r}") from None
