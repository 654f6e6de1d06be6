"""A site as a process of its own, as a container runs it."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from launcher.ports import free_port

START_SECONDS = 30


def environment(town, site: str, **more: str) -> dict[str, str]:
    name = site.upper()
    settings = town.platform.sites[site]
    targets = {f"{s.upper()}_GRPC_TARGET": t for s, t in town.platform.addresses.grpc.items()}
    return {
        **os.environ,
        **targets,
        f"{name}_CLIENT_ID": site,
        f"{name}_CLIENT_SECRET": settings.client_secret.get_secret_value(),
        **more,
    }


@pytest.mark.parametrize("site", ["portal", "console"])
def test_site_runs_by_its_settings_says_when_it_is_ready_and_ends_on_sigterm(town, site):
    port = free_port()
    given = environment(
        town, site, WEB_PORT=str(port), PUBLIC_ORIGIN="https://support.example", LOG_LEVEL="ERROR"
    )
    command = (sys.executable, "-m", "launcher", "run", site, "api")
    with subprocess.Popen(command, env=given, stderr=subprocess.PIPE, text=True) as running:
        try:
            answer = wait_for(f"http://127.0.0.1:{port}/readyz", running)
            assert (answer.status_code, answer.text) == (200, "ok\n")
            page = httpx.get(f"http://127.0.0.1:{port}/log-in")
            assert page.status_code == 200
            assert "max-age" in page.headers["strict-transport-security"]
            made = page.headers.get_list("set-cookie")
            assert made
            assert all(one.startswith("__Host-") and "Secure" in one for one in made)
        finally:
            running.terminate()
            # uvicorn ends what is in flight, then lets the signal have its way.
            assert running.wait(30) in {0, -signal.SIGTERM}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"PUBLIC_ORIGIN": "http://support.example"}, "expected https://host"),
        ({"CASE_GRPC_TARGET": "", "PUBLIC_ORIGIN": "https://a.example"}, "CASE_GRPC_TARGET"),
    ],
)
def test_site_that_was_told_wrong_says_so_in_a_sentence(town, wrong, says):
    command = (sys.executable, "-m", "launcher", "run", "portal", "api")
    given = environment(town, "portal", **wrong)
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def wait_for(url: str, running: subprocess.Popen[str]) -> httpx.Response:
    gives_up_at = time.monotonic() + START_SECONDS
    while True:
        try:
            return httpx.get(url)
        except httpx.ConnectError:
            assert running.poll() is None, running.stderr and running.stderr.read()
            assert time.monotonic() < gives_up_at, "it did not start"
            time.sleep(0.1)
