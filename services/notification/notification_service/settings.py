"""What notification can be told beside what every service can."""

from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator

from chassis.runtime import Work
from chassis.settings import ServiceSettings

SMTP_PORT = 25


class NotificationSettings(ServiceSettings):
    """Settings of notification. Without `smtp_host` no mail is queued, and none is sent."""

    smtp_host: str = ""
    smtp_port: int = SMTP_PORT
    smtp_starttls: bool = False
    """Encrypt the connection, and check the server's certificate, before anything is said."""
    smtp_ca_file: Path | None = None
    """Whom to trust for that certificate; without it, whom the machine trusts."""
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    mail_from: str = "no-reply@childsupport.invalid"
    portal_url: str = "https://portal.childsupport.invalid"
    """Where the links in mail lead; no slash at the end."""
    console_url: str = "https://console.childsupport.invalid"
    """Where the links in workers' mail lead."""

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Self:
        if bool(self.smtp_user) != bool(self.smtp_password):
            raise ValueError("smtp_user and smtp_password: set both or neither")
        if self.smtp_user and not self.smtp_starttls:
            raise ValueError("smtp_starttls: must be true where smtp_user is set")
        return self

    @property
    def mail_is_on(self) -> bool:
        """Whether mail is sent at all."""
        return bool(self.smtp_host)


def settings_of(work: Work) -> NotificationSettings:
    """Return the settings of a unit of work of this service."""
    if not isinstance(work.settings, NotificationSettings):
        raise TypeError(f"settings of {work.settings.service}, expected those of notification")
    return work.settings
