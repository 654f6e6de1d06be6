"""What the console can be told."""

from pydantic import Field

from web.settings import WebSettings

DUE_SOON_DAYS = 5
DUE_SOON_DAYS_MAX = 60


class ConsoleSettings(WebSettings):
    """Settings of the console."""

    case_grpc_target: str = ""
    """Where the case service listens; the next two likewise."""
    payments_grpc_target: str = ""
    notification_grpc_target: str = ""
    due_soon_days: int = Field(default=DUE_SOON_DAYS, ge=0, le=DUE_SOON_DAYS_MAX)
    """How near its day an item is shown as due soon: ours (constructed), no rule of law."""
