"""Ids as callers send them."""

import uuid


def is_id(text: str) -> bool:
    """Whether a text could be the id of something; one that is none names nothing."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
