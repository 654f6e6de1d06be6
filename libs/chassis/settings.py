"""Settings: from the environment, secrets also from files (NAME_FILE), never from code.

A setting `grpc_port` of the service `payments` is PAYMENTS_GRPC_PORT, else GRPC_PORT.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from chassis.topology import RETRY_DELAYS_MS


class ServiceSettings(BaseModel):
    """What every service can be told. A service adds its own in a subclass."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        # What was read may be a URL with a password: it stands in no error.
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    service: str
    """Name of the service."""
    database_url: SecretStr
    """PostgreSQL URL of the login that the service works with; it owns no table."""
    owner_database_url: SecretStr | None = None
    """PostgreSQL URL of the login that migrations run with."""
    amqp_url: SecretStr | None = None
    """RabbitMQ; without it events travel over the local bus."""
    retry_delays_ms: tuple[int, ...] = RETRY_DELAYS_MS
    """How long a failed event waits before each further attempt; the same for all services."""
    keys_file: Path
    """Path of the file with the service's data keys (see chassis.crypto)."""
    grpc_host: str = "127.0.0.1"
    grpc_port: int = 0
    """0 takes a free port."""
    grpc_threads: int = 8
    metrics_port: int = 0
    """Port of /metrics, /healthz and /readyz; 0 takes a free port."""
    identity_grpc_target: str = ""
    """Where the identity service listens, for the public keys that tokens are verified with."""
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    tls_ca_file: Path | None = None
    """With these three, servers ask callers for a certificate (mTLS) and clients show theirs."""
    allowed_callers: tuple[str, ...] = ()
    """Names (SAN) that a certificate may carry; empty allows every one that the CA signed."""
    data_dir: Path = Path("var")
    """Where files for the outside (ACH, registers, letters) are written."""
    jurisdiction: str = "kentucky"
    time_zone: str = "America/New_York"
    clock_start: datetime | None = None
    """For demonstrations and tests: the instant that the clock starts at."""
    max_database_connections: int = 10
    log_level: str = "INFO"
    otlp_endpoint: str = ""
    """OTLP over HTTP; empty keeps traces inside."""

    @classmethod
    def from_environment(cls, service: str, **given: Any) -> Self:
        """Read the settings of `service` from the environment; `given` wins over it.

        Raises ValueError: a sentence for each setting that is missing or wrong, with the name of
        the environment variable and what is expected, never with what was read.
        """
        values: dict[str, Any] = {"service": service}
        for field in cls.model_fields:
            value = lookup(service, field)
            if value is not None:
                values[field] = tuple(value.split(",")) if field in _LISTS else value
        try:
            return cls(**(values | given))
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
            sentences = "\n".join(cls._sentence(service, one) for one in wrong)
        # Outside the clause: what pydantic raised holds the values, and is no cause to be shown.
        raise ValueError(sentences)

    @classmethod
    def _sentence(cls, service: str, wrong: ErrorDetails) -> str:
        if not wrong["loc"]:
            return f"settings of {service}: {wrong['msg'].removeprefix('Value error, ')}"
        field = str(wrong["loc"][0])
        named = " (or ".join(_variables(service, field)) + ")"
        if wrong["type"] == "missing":
            meant = (cls.model_fields[field].description or "a value").removesuffix(".")
            return f"{named}: read nothing, expected: {meant}"
        return f"{named}: {wrong['msg'].replace('Input should be', 'expected')}"


_LISTS = frozenset({"allowed_callers", "retry_delays_ms"})


def _variables(service: str, field: str) -> tuple[str, str]:
    return f"{service}_{field}".upper(), field.upper()


def lookup(service: str, field: str) -> str | None:
    """Return one setting from the environment, or from the file that NAME_FILE names.

    Raises ValueError when there is a name and no such file.
    """
    for name in _variables(service, field):
        if (value := os.environ.get(name)) not in (None, ""):
            return value
        if file := os.environ.get(f"{name}_FILE"):
            try:
                return Path(file).read_text().strip()
            except (OSError, UnicodeError) as error:
                reason = getattr(error, "strerror", None) or "not text"
            # The name of the file is not told: somebody may have put the secret itself there.
            raise ValueError(f"{name}_FILE: cannot be read ({reason}), expected the path of a file")
    return None
