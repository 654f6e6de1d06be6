"""What the case service can be told beside what every service can."""

from chassis.runtime import Work
from chassis.settings import ServiceSettings

MAX_DOCUMENT_BYTES = 10_000_000
"""A dozen photographed pages; the portal says so before it takes a file."""


class CaseSettings(ServiceSettings):
    """Settings of the case service."""

    max_document_bytes: int = MAX_DOCUMENT_BYTES
    """A longer document is refused (LIMIT_EXCEEDED)."""
    clamd_host: str = ""
    """Where ClamAV's clamd listens; without it documents are kept and shown as not scanned."""
    clamd_port: int = 3310
    clamd_timeout_seconds: float = 30.0
    message_retention_days: int = 0
    """Closed conversations are deleted so many days after their last message; 0 keeps them all."""
    appointment_soon_days: int = 14
    """An appointment is among a party's tasks so many days before it."""
    rejected_task_days: int = 60
    """A change that was rejected is among a party's tasks for so many days."""
    dispute_second_person: bool = False
    """Whether every answer to a dispute needs somebody else's confirmation."""


def settings_of(work: Work) -> CaseSettings:
    """Return the settings of a unit of work of this service."""
    if not isinstance(work.settings, CaseSettings):
        raise TypeError(f"settings of {work.settings.service}, expected those of case")
    return work.settings
