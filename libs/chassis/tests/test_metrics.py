"""The small web server of a process: metrics and probes."""

import urllib.error
import urllib.request

import pytest

from chassis import metrics


def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.fixture
def wrong():
    return {"ready": "database: away", "live": ""}


@pytest.fixture
def web(wrong):
    server = metrics.serve_http(0, live=lambda: wrong["live"], ready=lambda: wrong["ready"])
    yield server
    server.close()


def test_metrics_are_those_of_the_process(web):
    metrics.outbox_unsent.labels("payments").set(7)
    status, body = get(web.port, "/metrics")
    assert status == 200
    assert 'outbox_unsent{service="payments"} 7.0' in body
    assert "process_resident_memory_bytes" in body


def test_readiness_says_what_is_missing_and_liveness_does_not_care(web, wrong):
    assert get(web.port, "/readyz") == (503, "database: away\n")
    assert get(web.port, "/healthz") == (200, "ok\n")
    wrong["ready"] = ""
    assert get(web.port, "/readyz") == (200, "ok\n")
    wrong["live"] = "stuck"
    assert get(web.port, "/healthz") == (503, "stuck\n")


def test_anything_else_is_not_here(web):
    assert get(web.port, "/")[0] == 404
