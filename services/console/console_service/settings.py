"""What the console can be told."""

from web.settings import WebSettings


class ConsoleSettings(WebSettings):
    """Settings of the console."""

    case_grpc_target: str = ""
    """Where the case service listens; the next two likewise."""
    payments_grpc_target: str = ""
    notification_grpc_target: str = ""
