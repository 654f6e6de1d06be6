"""What withholding can be told beside what every service can."""

from chassis.settings import ServiceSettings

MAX_FILE_BYTES = 200_000_000
"""About a million entries with one addendum: a hundred times Kentucky's busiest day."""


class WithholdingSettings(ServiceSettings):
    """Settings of withholding."""

    max_file_bytes: int = MAX_FILE_BYTES
    """A longer file is refused (LIMIT_EXCEEDED)."""
