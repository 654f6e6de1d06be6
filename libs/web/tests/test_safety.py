"""What every page of every site stands on: foreign forms, cookies, headers, local links."""

import re

import pytest
from starlette.requests import Request
from starlette.responses import Response

from web import csrf
from web.cookies import Cookies
from web.headers import CONTENT_POLICY
from web.settings import WebSettings

ORIGIN = "https://portal.example"


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/pay", "headers": raw})


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "cross-site"}, False),
        # A page on another host of the same State is not ours either.
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site", "origin": ORIGIN}, False),
        ({"origin": ORIGIN}, True),
        ({"origin": "https://evil.example", "host": "portal.example"}, False),
        ({"origin": "null", "host": "portal.example"}, False),
    ],
)
def test_a_form_of_another_site_is_told_by_what_the_browser_says(headers, ours):
    """OWASP ASVS 5.0, 3.5.3."""
    assert csrf.comes_from_here(request(**headers), ORIGIN) is ours


def test_a_forms_token_is_good_for_its_own_visitor_alone():
    """OWASP ASVS 5.0, 3.5.1."""
    token = csrf.token("one session")
    assert csrf.fits(token, "one session")
    assert not csrf.fits(token, "another session")
    assert not csrf.fits("", "one session")
    assert not csrf.fits(csrf.token(""), ""), "nobody's token fits nobody"


def test_cookies_over_https_are_bound_to_the_host_and_hidden_from_scripts():
    """OWASP ASVS 5.0, 3.3.1 to 3.3.4."""
    cookies = Cookies(request(cookie="sid=planted"), secure=True)
    assert not cookies.get("sid"), "only a __Host- cookie counts"
    cookies.set("sid", "made here")
    cookies.set("view", "")
    answer = Response()
    cookies.put_on(answer)
    made, ended = answer.headers.getlist("set-cookie")
    assert made.startswith("__Host-sid=")
    parts = set(made.split("; ")[1:])
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= parts
    assert not any(part.startswith(("Domain", "Max-Age", "expires")) for part in parts)
    assert "Max-Age=0" in ended


def test_nothing_runs_in_a_page_that_does_not_come_from_us():
    """OWASP ASVS 5.0, 3.4.3: strict, without exceptions."""
    allowed = set(re.findall(r"'[a-z-]+'", CONTENT_POLICY))
    assert allowed == {"'self'", "'none'"}
    assert CONTENT_POLICY.startswith("default-src 'none'")


@pytest.mark.parametrize("origin", ["http://portal.example", "ftp://localhost", "https://a.b/c"])
def test_a_site_is_not_served_without_https_but_on_this_machine(origin):
    with pytest.raises(ValueError, match="public_origin: expected https://host"):
        WebSettings(service="portal", public_origin=origin)
    assert WebSettings(service="portal", public_origin=ORIGIN).secure
    assert not WebSettings(service="portal", public_origin="http://localhost:8081").secure
