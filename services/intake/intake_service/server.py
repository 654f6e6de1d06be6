"""The intake as a server: in a thread of the embedded platform, or as a process of its own."""

import socket
from typing import Any

from chassis.settings import ServiceSettings
from intake_service.service import build_app
from intake_service.settings import IntakeSettings
from web import serving

VARIABLES = "INTAKE_HOST, INTAKE_PORT"


class IntakeServer(serving.HttpServer):
    """The intake in a thread, from `with` to its end."""

    def __init__(
        self,
        *,
        identity_target: str,
        withholding_target: str,
        port: int = 0,
        max_file_bytes: int | None = None,
    ) -> None:
        """Take where the services behind listen, and the port (0: a free one)."""
        given = {} if max_file_bytes is None else {"max_file_bytes": max_file_bytes}
        settings = IntakeSettings.from_environment(
            "intake",
            identity_grpc_target=identity_target,
            withholding_grpc_target=withholding_target,
            intake_port=port,
            **given,
        )
        super().__init__(build_app(settings), _bound(settings), "intake")


def serve() -> None:
    """Be the intake until SIGTERM or SIGINT, with settings from the environment."""
    serving.serve("intake", _prepare)


def _prepare() -> tuple[ServiceSettings, Any, socket.socket]:
    settings = IntakeSettings.from_environment("intake")
    return settings, build_app(settings), _bound(settings)


def _bound(settings: IntakeSettings) -> socket.socket:
    return serving.bind(settings.intake_host, settings.intake_port, VARIABLES)
