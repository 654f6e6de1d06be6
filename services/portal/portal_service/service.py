"""The wiring of the portal: its rooms, one after the other."""

import socket
from pathlib import Path
from typing import Any

from chassis.settings import ServiceSettings
from portal_service import account, desk, door, money, public
from portal_service.keeper import Sessions
from portal_service.menu import home, menu
from portal_service.settings import PortalSettings
from web import serving
from web.backends import Backends
from web.headers import Edge
from web.i18n import N_
from web.site import Site

NAME = "portal"
SETTINGS = PortalSettings
VARIABLES = "PORTAL_WEB_HOST, PORTAL_WEB_PORT"
SCOPES = (
    "identity.accounts",
    "case.party",
    "case.apply",
    "payments.party",
    "notification.party",
    "guideline.compute",
)
"""What the portal's client may: nothing in its own name but accounts, applying and computing."""
ROOMS = (door, account, money, desk, public)


def build_site(settings: PortalSettings) -> Site:
    """Return the site. Raises ValueError for settings that are missing."""
    backends = Backends(
        settings,
        {
            "case": settings.case_grpc_target,
            "payments": settings.payments_grpc_target,
            "notification": settings.notification_grpc_target,
        },
    )
    return Site(
        name=NAME,
        settings=settings,
        backends=backends,
        keeper=Sessions(),
        pages=[page for room in ROOMS for page in room.PAGES],
        folders=[Path(__file__).parent],
        messages={code: text for room in ROOMS for code, text in room.MESSAGES.items()},
        title=N_("Kentucky Child Support"),
        menu=menu,
        home=home,
    )


def build_app(settings: PortalSettings) -> Edge:
    """Return the ASGI application. Raises ValueError for settings that are missing."""
    return build_site(settings).app()


def bound(settings: PortalSettings) -> socket.socket:
    """Take the portal's address. Raises OSError when it is taken."""
    return serving.bind(settings.web_host, settings.web_port, VARIABLES)


def serve() -> None:
    """Be the portal until SIGTERM or SIGINT, with settings from the environment."""
    serving.serve(NAME, _prepare)


def _prepare() -> tuple[ServiceSettings, Any, socket.socket]:
    settings = PortalSettings.from_environment(NAME)
    return settings, build_app(settings), bound(settings)
