"""Tokens, probes, documentation, and what happens when a service is away."""

import base64
import hashlib
import re
import socket
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest

from chassis.metrics import REGISTRY
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from intake_service import openapi
from intake_service.server import IntakeServer
from intake_service.service import interface

RAW = "application/octet-stream"


@pytest.fixture(scope="module")
def described():
    return openapi.describe(interface())


def test_a_token_is_got_by_form_or_by_basic_authentication(platform):
    client_id, secret = platform.client()
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        "scope": "withholding.remittances.read",
    }
    with platform.http() as client:
        answer = client.post("/oauth2/token", data=form)
        assert answer.status_code == 200
        body = answer.json()
        assert body["token_type"] == "Bearer"
        assert body["scope"] == "withholding.remittances.read"
        assert body["expires_in"] > 0
        assert answer.headers["cache-control"] == "no-store"
        basic = client.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(client_id, secret),
        )
        assert basic.status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"scope": "payments.read"}, 400, "invalid_scope"),
        ({"pad": "x" * 20_000}, 400, "invalid_request"),
    ],
)
def test_a_refused_token_says_why_as_the_standard_has_it(platform, change, status, error):
    client_id, secret = platform.client()
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
    }
    with platform.http() as client:
        answer = client.post("/oauth2/token", data=form | change)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_probes_answer_and_metrics_are_not_for_employers(platform):
    with platform.http() as client:
        assert client.get("/healthz").text == "ok\n"
        assert client.get("/readyz").text == "ok\n"
        client.get("/v1/submissions/x")
        assert client.get("/metrics").status_code == 404
    text = generate_latest(REGISTRY).decode()
    route = 'route="/v1/submissions/{submission_id}",status="401"'
    assert f"http_requests_total{{{route}}}" in text


def test_a_service_that_is_away_is_said_with_when_to_try_again(platform, employer, sample):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        away = f"127.0.0.1:{nobody.getsockname()[1]}"
    headers = dict(employer.headers) | {"idempotency-key": "k", "content-type": RAW}
    with (
        IntakeServer(identity_target=platform.identity_target, withholding_target=away) as door,
        httpx.Client(base_url=door.url, headers=headers, timeout=30) as client,
    ):
        answer = client.post("/v1/submissions", content=sample)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/unavailable"
        assert int(answer.headers["retry-after"]) > 0
        ready = client.get("/readyz")
        assert (ready.status_code, ready.text) == (503, "withholding: not serving\n")
        assert client.get("/healthz").status_code == 200


def test_every_other_error_is_a_problem_too(platform):
    with platform.http() as client:
        for method, path, status in (("GET", "/nowhere", 404), ("PUT", "/v1/submissions", 405)):
            answer = client.request(method, path)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["errors"] == []


def test_every_kind_of_problem_can_be_looked_up(platform, employer):
    kind = employer.get("/v1/submissions/x").json()["type"]
    answer = employer.get(kind)
    assert answer.status_code == 200
    assert answer.json()["remedy"]


def test_the_interface_describes_itself(platform):
    with platform.http() as client:
        described = client.get("/openapi.json").json()
    submit = described["paths"]["/v1/submissions"]["post"]
    assert set(submit["requestBody"]["content"]) == {
        "application/octet-stream",
        "multipart/form-data",
    }
    assert {"201", "400", "401", "409", "413", "422", "503"} <= set(submit["responses"])
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["description"]
            if path.startswith("/v1/"):
                assert "400" in operation["responses"]
                assert_answers_are_problems(operation["responses"])
    assert "HTTPValidationError" not in str(described)


def assert_answers_are_problems(responses):
    for status, response in responses.items():
        if int(status) >= 400:
            assert set(response["content"]) == {"application/problem+json"}
            content = response["content"]["application/problem+json"]
            assert content["examples"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_the_description_says_who_may_call(described):
    schemes = described["components"]["securitySchemes"]
    flow = schemes["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] in described["paths"]
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    asked = {
        (path, method): operation.get("security")
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }
    for (path, method), security in asked.items():
        scope = "withholding.remittances." + ("submit" if method == "post" else "read")
        assert scope in flow["scopes"]
        wanted = [{"oauth2": [scope]}, {"bearer": []}] if path.startswith("/v1/") else None
        assert security == wanted
    (key,) = [
        parameter
        for parameter in described["paths"]["/v1/submissions"]["post"]["parameters"]
        if parameter["in"] == "header"
    ]
    assert (key["name"], key["required"]) == ("Idempotency-Key", True)


@pytest.mark.parametrize(
    ("schema", "field", "enum", "prefix"),
    [
        ("Submission", "state", pb.SubmissionState, "SUBMISSION_STATE_"),
        ("Line", "state", pb.LineState, "LINE_STATE_"),
        ("Line", "reason", pb.SuspenseReason, "SUSPENSE_REASON_"),
        ("FileProblem", "severity", pb.ProblemSeverity, "PROBLEM_SEVERITY_"),
    ],
)
def test_words_are_listed_as_the_contract_has_them(described, schema, field, enum, prefix):
    said = described["components"]["schemas"][schema]["properties"][field]
    values = said.get("enum") or said["anyOf"][0]["enum"]
    contract = {name.removeprefix(prefix).lower() for name in enum.keys()}  # noqa: SIM118
    assert contract - {"unspecified"} <= set(values)
    assert set(said.get("examples", ())) <= set(values)


def test_the_description_is_kept_as_a_file(described):
    kept = Path(__file__).parents[1] / "openapi.json"
    command = "python -m intake_service.openapi services/intake/openapi.json"
    assert kept.read_text() == openapi.written(described), f"write it anew: {command}"


def test_the_documentation_needs_no_script_and_nobody_else(platform):
    with platform.http() as client:
        page = client.get("/docs")
        other = client.get("/healthz")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    style = re.search("<style>(.*)</style>", page.text).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "<script" not in page.text
    assert "://" not in page.text
    for word in ("/v1/submissions", "Idempotency-Key", "withholding.remittances.submit"):
        assert word in page.text
    assert "default-src 'none'" in other.headers["content-security-policy"]
