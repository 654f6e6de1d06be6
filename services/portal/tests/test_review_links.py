"""Where the portal's own links lead: never away from it."""

from typing import Any

import pytest
from starlette.requests import Request

from portal_service.door import chooser, signing_in
from portal_service.settings import PortalSettings
from web.site import Keeper, Site


@pytest.mark.parametrize(
    "back", ["//evil.example", "/m//evil.example", "/m/\\evil.example", "https://evil.example", ""]
)
@pytest.mark.parametrize("view", ["desktop", "mobile"])
def test_choosing_a_view_leads_nowhere_else(back: str, view: str) -> None:
    """OWASP ASVS 5.0, 3.7.2: a link of ours is no way to a page of somebody else's."""
    backends: Any = None
    settings = PortalSettings(service="portal", public_origin="https://portal.example")
    site = Site("portal", settings, backends, Keeper(), chooser.PAGES, [])
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/view/{view}",
        "path_params": {"view": view},
        "query_string": f"back={back}".encode(),
        "headers": [],
    }
    answer = chooser.set_view(site.visit(Request(scope)))
    assert answer.headers["location"] == "/log-in"


@pytest.mark.parametrize("way", [signing_in.log_out, signing_in.leave])
def test_who_goes_leaves_no_open_application_at_the_computer(way: Any) -> None:
    """OWASP ASVS 5.0, 14.3.1: the code in its cookie opens names, addresses and what is feared."""
    backends: Any = None
    settings = PortalSettings(service="portal", public_origin="https://portal.example")
    site = Site("portal", settings, backends, Keeper(), signing_in.PAGES, [])
    headers = [(b"cookie", b"__Host-apply=AAAAAA-BBBBBB"), (b"sec-fetch-site", b"same-origin")]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    answer = way(site.visit(Request(scope)))
    ended = [one for one in answer.headers.getlist("set-cookie") if "Max-Age=0" in one]
    assert any(one.startswith("__Host-apply=") for one in ended)
