"""What the identity service can be told beyond what every service can."""

from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from chassis.runtime import Work
from chassis.settings import ServiceSettings
from identity_service.breached import check
from identity_service.store.sessions import Life

_THIS_MACHINE: Final = "localhost"
"""Browsers bind no passkey to an address such as 127.0.0.1."""


class IdentitySettings(ServiceSettings):
    """Settings of the identity service."""

    token_lifetime_seconds: int = Field(default=600, ge=30, le=3_600)
    """How long a token lives; a revoked client's tokens end within it."""
    signing_key_days: int = Field(default=30, ge=1, le=366)
    """How old a signing key becomes before the job `rotate_signing_keys` makes the next."""
    session_idle_minutes: int = Field(default=15, ge=2, le=60)
    """How long a session of an end user lives without being used."""
    session_hours: int = Field(default=12, ge=1, le=24)
    """How long it lives at the most."""
    reauthentication_minutes: int = Field(default=20, ge=1, le=60)
    """How long after showing the password a sensitive change may be made."""
    user_token_seconds: int = Field(default=120, ge=30, le=600)
    """How long a token that names an end user lives; a session's tokens end within it."""
    worker_token_seconds: int = Field(default=60, ge=10, le=600)
    """How long a token that names a worker lives; what an ended worker has ends within it."""
    require_second_factor: bool = False
    """Only a session that showed a second factor sees cases (ASVS 5.0 6.3.3)."""
    portal_origin: str = ""
    """Where parents log in, as browsers see it: https://host. Without it there are no passkeys."""
    passkey_rp_id: str = ""
    """The domain that passkeys are bound to: the origin's host (empty) or a domain above it."""
    breached_passwords_file: Path | None = None
    """Sorted SHA-1 of passwords that were stolen elsewhere, a line each (see breached.py)."""
    enrolment_flow: Literal["", "pin", "key"] = ""
    """How accounts come to see cases; empty: as the jurisdiction's rule says."""

    @model_validator(mode="after")
    def _passkeys_have_a_place(self) -> Self:
        parts = urlsplit(self.portal_origin)
        host = parts.hostname or ""
        if self.portal_origin and (
            (parts.scheme != "https" and not (parts.scheme == "http" and host == _THIS_MACHINE))
            or self.portal_origin != f"{parts.scheme}://{parts.netloc}"
        ):
            raise ValueError(
                "portal_origin: expected https://host (or http://localhost:port), nothing after it;"
                f" read {self.portal_origin!r}"
            )
        if self.passkey_rp_id and not f".{host}".endswith(f".{self.passkey_rp_id}"):
            raise ValueError(
                f"passkey_rp_id: expected {host or 'the host of portal_origin'} or a domain above"
                f" it; read {self.passkey_rp_id!r}"
            )
        return self

    @field_validator("breached_passwords_file")
    @classmethod
    def _can_be_searched(cls, file: Path | None) -> Path | None:
        if file is not None:
            check(file)
        return file

    @property
    def rp_id(self) -> str:
        """The domain that passkeys are bound to."""
        return self.passkey_rp_id or urlsplit(self.portal_origin).hostname or ""

    @property
    def session_life(self) -> Life:
        """How long sessions live."""
        return Life(
            timedelta(minutes=self.session_idle_minutes), timedelta(hours=self.session_hours)
        )


def settings_of(work: Work) -> IdentitySettings:
    """Return the settings of a unit of work as what they are here."""
    if not isinstance(work.settings, IdentitySettings):
        raise TypeError(f"identity runs with IdentitySettings, not {type(work.settings).__name__}")
    return work.settings
