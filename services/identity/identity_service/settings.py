"""What the identity service can be told beyond what every service can."""

from pydantic import Field

from chassis.runtime import Work
from chassis.settings import ServiceSettings


class IdentitySettings(ServiceSettings):
    """Settings of the identity service."""

    token_lifetime_seconds: int = Field(default=600, ge=30, le=3_600)
    """How long a token lives; a revoked client's tokens end within it."""
    signing_key_days: int = Field(default=30, ge=1, le=366)
    """How old a signing key becomes before the job `rotate_signing_keys` makes the next."""


def settings_of(work: Work) -> IdentitySettings:
    """Return the settings of a unit of work as what they are here."""
    if not isinstance(work.settings, IdentitySettings):
        raise TypeError(f"identity runs with IdentitySettings, not {type(work.settings).__name__}")
    return work.settings
