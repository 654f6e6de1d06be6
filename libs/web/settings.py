"""What a web site can be told."""

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from chassis.settings import ServiceSettings

PORT_MAX = 65_535
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class WebSettings(ServiceSettings):
    """Settings of a web site. It keeps no database and no keys, so it needs to be told of none."""

    database_url: SecretStr = SecretStr("")
    keys_file: Path = Path()
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=0, ge=0, le=PORT_MAX)
    """0 takes a free port."""
    public_origin: str = ""
    """What people type: https://host. Only a site on this machine may do with http."""
    client_id: str = ""
    """The site's client at identity."""
    client_secret: SecretStr = SecretStr("")
    """That client's secret."""
    trusted_proxies: int = Field(default=0, ge=0)
    """How many proxies of ours stand before it: that many addresses of x-forwarded-for count."""

    @model_validator(mode="after")
    def _origin_is_safe(self) -> Self:
        if self.public_origin:
            parts = urlsplit(self.public_origin)
            loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
            if (parts.scheme != "https" and not loopback) or parts.path not in {"", "/"}:
                raise ValueError("public_origin: expected https://host, or http on this machine")
        return self

    @property
    def secure(self) -> bool:
        """True when people come over https: cookies are then `__Host-` ones."""
        return self.public_origin.startswith("https://")
