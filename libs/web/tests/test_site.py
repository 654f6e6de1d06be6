"""What happens around a page function: who may come, what a form needs, what a failure shows."""

import re
from pathlib import Path

import httpx
import pytest
from starlette.responses import Response

from chassis.errors import PlatformError, invalid_field, not_found
from childsupport.common.v1.errors_pb2 import ErrorReason
from web import csrf, serving
from web.backends import Backends
from web.settings import WebSettings
from web.site import Keeper, Page, Site, Who
from web.visit import Person, Visit

GOOD, HALF = "a-session-in-force", "a-session-without-cases"
TEMPLATE = """{% extends "layout.html" %}{% import "forms.html" as f with context %}
{% block title %}Note{% endblock %}
{% block main %}<h1>Note</h1>{{ f.summary() }}
{% call f.form_("/note") %}{{ f.text("word", "Word") }}{{ f.submit("Send") }}{% endcall %}
{% endblock %}"""


class Two(Keeper):
    """Knows two sessions."""

    def person(self, visit: Visit, session_token: str) -> Person | None:
        if session_token not in {GOOD, HALF}:
            return None
        return Person(session_token, "Ann", "en", 900, lambda: "token")

    def admitted(self, person: Person) -> bool:
        return person.session_token == GOOD


def refusing(error: PlatformError):
    def show(_visit: Visit) -> Response:
        raise error

    return show


def note(visit: Visit) -> Response:
    return visit.render("note.html")


def take_note(visit: Visit) -> Response:
    visit.form.text("word", longest=5)
    if visit.form.errors:
        return note(visit)
    kept.append((visit.form.raw("word"), visit.form.request_id))
    return visit.redirect("/note", done="kept")


kept: list[tuple[str, str]] = []
R = ErrorReason
FAILURES = {
    "/gone": (not_found("case", "x"), 404),
    "/denied": (PlatformError(R.ERROR_REASON_PERMISSION_DENIED, "needs the scope case.read"), 404),
    "/field": (invalid_field("case_id", "must be a UUID"), 404),
    "/away": (PlatformError(R.ERROR_REASON_UNAVAILABLE, "payments is away"), 503),
    "/often": (PlatformError(R.ERROR_REASON_LIMIT_EXCEEDED, "later"), 429),
    "/broken": (PlatformError(R.ERROR_REASON_INTERNAL, "secret detail"), 500),
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "note.html").write_text(TEMPLATE)
    kept.clear()
    settings = WebSettings(
        service="test", identity_grpc_target="127.0.0.1:1", public_origin="http://localhost"
    )
    pages = [
        Page("/", note, who=Who.ANYBODY),
        Page("/note", note, take_note, mobile=True),
        Page("/mine", note, who=Who.LOGGED_IN),
        *(Page(path, refusing(error), who=Who.ANYBODY) for path, (error, _) in FAILURES.items()),
    ]
    return Site(
        "test", settings, Backends(settings, {}), Two(), pages, [tmp_path],
        messages={"kept": "Kept."}, title="Notes",
    )  # fmt: skip


@pytest.fixture
def client(site: Site):
    bound = serving.bind("127.0.0.1", 0, "PORT")
    with serving.HttpServer(site.app(), bound, "test") as server:
        base = f"http://localhost:{server.port}"
        with httpx.Client(base_url=base, follow_redirects=False) as opened:
            yield opened


def post(client: httpx.Client, session: str = GOOD, **fields: str):
    client.cookies.set("sid", session)
    token = fields.pop("_token", csrf.token(session))
    headers = {"sec-fetch-site": fields.pop("site", "same-origin")}
    return client.post("/note", data={"_token": token, **fields}, headers=headers)


def test_a_page_is_for_whom_it_is_for(client):
    asked = client.get("/note")
    assert (asked.status_code, asked.headers["location"]) == (303, "/log-in?next=/note")
    client.cookies.set("sid", "made up")
    ended = client.get("/note")
    assert ended.headers["location"].endswith("ended=1")
    assert 'sid=""' in ended.headers["set-cookie"], "a dead session's cookie goes"
    client.cookies.set("sid", HALF)
    assert client.get("/note").headers["location"] == "/enrol"
    assert client.get("/mine").status_code == 200


def test_a_form_is_taken_once_it_comes_from_here_with_its_own_token(client):
    assert post(client, word="hello", site="cross-site").status_code == 403
    assert post(client, word="hello", _token="").status_code == 403
    assert post(client, word="hello", _token=csrf.token("another's")).status_code == 403
    assert not kept
    done = post(client, word="hello", _request="01890a5d-ac96-774b-bcce-b302099a8057")
    assert (done.status_code, done.headers["location"]) == (303, "/note?done=kept")
    assert kept == [("hello", "01890a5d-ac96-774b-bcce-b302099a8057")]
    assert "Kept." in client.get("/note?done=kept").text
    assert "<script>alert" not in client.get("/note?done=<script>alert(1)</script>").text


def test_what_was_typed_comes_back_beside_what_is_wrong_with_it(client):
    refused = post(client, word="<b>much too long")
    assert refused.status_code == 422
    assert "<title>Error: Note" in re.sub(r"\s+", " ", refused.text)
    assert '<a href="#word">Word: This is too long.</a>' in refused.text
    assert 'value="&lt;b&gt;much too long"' in refused.text
    assert not kept


def test_more_than_a_page_takes_is_refused_before_it_is_read(client):
    assert post(client, word="x" * 300_000).status_code == 413
    assert not kept


@pytest.mark.parametrize("path", FAILURES)
def test_a_failure_is_said_plainly_and_tells_nothing_of_the_inside(client, path):
    error, status = FAILURES[path]
    shown = client.get(path)
    assert shown.status_code == status
    assert "<h1>" in shown.text
    assert error.detail not in shown.text


def test_every_answer_has_the_headers_also_when_there_is_no_page(client):
    for path in ("/", "/none", "/away"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
    style = re.search(r'href="(/static/[^"]+/web/site.css)"', client.get("/").text)[1]
    assert "immutable" in client.get(style).headers["cache-control"]
    assert client.get("/static/x/web/../../settings.py").status_code == 404


def test_the_mobile_view_has_its_own_address_for_the_same_page(client):
    client.cookies.set("sid", GOOD)
    assert "site--mobile" in client.get("/m/note").text
    assert client.get("/m/mine").status_code == 404
