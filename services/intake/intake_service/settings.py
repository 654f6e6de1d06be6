"""What the intake can be told."""

from pathlib import Path

from pydantic import Field, SecretStr

from chassis.settings import ServiceSettings

MAX_FILE_BYTES = 200_000_000
"""As much as withholding takes; refused here before it travels."""

PORT_MAX = 65_535


class IntakeSettings(ServiceSettings):
    """Settings of the intake. It keeps no database and no keys, so it needs to be told of none."""

    database_url: SecretStr = SecretStr("")
    keys_file: Path = Path()
    intake_host: str = "127.0.0.1"
    intake_port: int = Field(default=8080, ge=0, le=PORT_MAX)
    """0 takes a free port."""
    withholding_grpc_target: str = ""
    """Where withholding listens; identity's address is identity_grpc_target."""
    max_file_bytes: int = MAX_FILE_BYTES
