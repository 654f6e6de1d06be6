"""The wiring of the console: its rooms, one after the other."""

import socket
from pathlib import Path
from typing import Any

from chassis.settings import ServiceSettings
from console_service import access, account, cases, door, team, worklist
from console_service.keeper import Sessions
from console_service.menu import home, menu
from console_service.settings import ConsoleSettings
from web import serving
from web.backends import Backends
from web.headers import Edge
from web.i18n import N_
from web.site import Site

NAME = "console"
SETTINGS = ConsoleSettings
VARIABLES = "CONSOLE_WEB_HOST, CONSOLE_WEB_PORT"
SCOPES = (
    "worker.only",
    "identity.console",
    "identity.enrolments.read",
    "identity.enrolments.write",
    "identity.workers.read",
    "identity.workers.write",
    "case.read",
    "case.write",
    "case.locations",
    "case.forms",
    "payments.read",
    "notification.read",
    "guideline.compute",
)
"""The most that the console may; a call for a worker may what the worker's roles allow of it."""
ROOMS = (door, worklist, cases, access, team, account)


def build_site(settings: ConsoleSettings) -> Site:
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
        title=N_("Caseworker console"),
        menu=menu,
        home=home,
        tells_details=True,
        languages={},
    )


def build_app(settings: ConsoleSettings) -> Edge:
    """Return the ASGI application. Raises ValueError for settings that are missing."""
    return build_site(settings).app()


def bound(settings: ConsoleSettings) -> socket.socket:
    """Take the console's address. Raises OSError when it is taken."""
    return serving.bind(settings.web_host, settings.web_port, VARIABLES)


def serve() -> None:
    """Be the console until SIGTERM or SIGINT, with settings from the environment."""
    serving.serve(NAME, _prepare)


def _prepare() -> tuple[ServiceSettings, Any, socket.socket]:
    settings = ConsoleSettings.from_environment(NAME)
    return settings, build_app(settings), bound(settings)
