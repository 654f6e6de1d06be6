"""The type of our ids, for values that are compared as parts of a row."""

from typing import Final

from sqlalchemy.dialects.postgresql import UUID

ID: Final = UUID(as_uuid=False)
