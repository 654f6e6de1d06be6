"""What the portal can be told."""

from web.settings import WebSettings

HOTLINE = "(800) 248-1163"
"""Of Kentucky's program: seeds 000 and 001."""
QUICK_EXIT = "https://www.weather.gov/"


class PortalSettings(WebSettings):
    """Settings of the portal."""

    case_grpc_target: str = ""
    """Where the case service listens; the next two likewise."""
    payments_grpc_target: str = ""
    notification_grpc_target: str = ""
    quick_exit: str = QUICK_EXIT
    """Where the quick exit leads: a page that anybody may have open."""
    hotline: str = HOTLINE
    """The program's telephone number, as it is read."""
