"""Requests that no browser makes: what they state is not believed."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from web import csrf, serving
from web.cookies import Cookies
from web.settings import WebSettings
from web.site import Keeper, Page, Site, Who
from web.visit import Visit

ORIGIN = "https://portal.example"


class NoBackends:
    """A site without services behind it."""

    def close(self) -> None: ...


def taken(visit: Visit) -> Response:
    return PlainTextResponse("taken")


def site(tmp_path: Path, **settings: Any) -> Site:
    given = WebSettings(service="portal", public_origin="http://localhost:1", **settings)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "error.html").write_text("{{ kind }}")
    backends: Any = NoBackends()
    pages = [Page("/form", taken, taken, who=Who.ANYBODY, body_max=1_000)]
    return Site("portal", given, backends, Keeper(), pages, [tmp_path])


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    bound = serving.bind("127.0.0.1", 0, "TEST")
    with serving.HttpServer(site(tmp_path).app(), bound, "test") as server:
        yield server.port


def answer(port: int, *lines: str, body: bytes = b"") -> bytes:
    """Send bytes as they are; return all that comes back."""
    head = "\r\n".join(["POST /form HTTP/1.1", "Host: localhost", "Connection: close", *lines])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode() + b"\r\n\r\n" + body)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_body_in_chunks_does_not_hide_behind_a_small_length(port: int) -> None:
    """ASVS 5.0 4.2.1 and 5.2.1: the length counts for nothing then (RFC 9112 section 6.3)."""
    kind = "Content-Type: application/x-www-form-urlencoded"
    chunk = b"a=" + b"x" * 0xFFE
    chunked = b"1000\r\n" + chunk + b"\r\n0\r\n\r\n"
    both = ("Content-Length: 5", "Transfer-Encoding: chunked")
    said = answer(port, kind, *both, body=chunked)
    assert said.startswith(b"HTTP/1.1 413")
    assert said.endswith(b"too_big"), "refused before it was read"


def test_an_origin_that_is_none_is_foreign_and_no_defect(port: int) -> None:
    """ASVS 5.0 16.5.3: whoever writes nonsense gets an answer, and us no alarm."""
    said = answer(port, "Origin: http://[", "Content-Length: 0")
    assert said.startswith(b"HTTP/1.1 403")
    scope = {"type": "http", "headers": [(b"origin", b"https://[::1")]}
    assert not csrf.comes_from_here(Request(scope), ORIGIN)


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["198.51.100.7, 192.0.2.1"], "192.0.2.1"),
        # A proxy may append a line instead of a word: the visitor's own line stands before it.
        (["198.51.100.7", "192.0.2.1"], "192.0.2.1"),
        ([], "203.0.113.9"),
    ],
)
def test_nobody_chooses_the_address_that_tries_are_counted_for(
    tmp_path: Path, lines: list[str], address: str
) -> None:
    """ASVS 5.0 6.3.1 and 15.3.4: by the proxy's word, however it says it (RFC 9110 section 5.3)."""
    headers = [(b"x-forwarded-for", line.encode()) for line in lines]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/form",
        "headers": headers,
        "client": ("203.0.113.9", 1),
    }
    visit = site(tmp_path, trusted_proxies=1).visit(Request(scope))
    assert visit.address == address


@pytest.mark.parametrize("value", ["\u4e2d", "AAAA\x00", "a\r\nset-cookie: sid=x", "\x7f"])
def test_what_no_header_can_carry_becomes_no_cookie_and_no_defect(value: str) -> None:
    """ASVS 5.0 1.2.2 and 16.5.3: a code that somebody typed goes into a cookie."""
    cookies = Cookies(Request({"type": "http", "headers": []}), secure=True)
    cookies.set("apply", value)
    assert not cookies.get("apply")
    answer = Response()
    cookies.put_on(answer)
    (ended,) = answer.headers.getlist("set-cookie")
    assert "Max-Age=0" in ended
