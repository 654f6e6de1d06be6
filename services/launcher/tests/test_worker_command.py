"""`childsupport worker` and `childsupport audit` against a running identity service."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from chassis.clock import SteppedClock
from chassis.grpc.server import build_server
from chassis.runtime import Runtime
from identity_service.registration import bootstrap_client
from identity_service.service import SERVICE as IDENTITY
from identity_service.store.audit import Sought
from launcher import audit_reading
from launcher.cli import app
from launcher.console import ADMINISTRATOR

Run = Callable[..., Any]
DANA = (
    *("worker", "add", "dana.reyes", "--name", "Dana Reyes", "--email", "dana@agency.example"),
    *("--role", "caseworker", "--role", "payments-worker", "--office", "21073"),
)


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    return runtime_for(IDENTITY)


@pytest.fixture
def run(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    with ExitStack() as stack:
        with runtime.work() as work:
            secret = bootstrap_client(work, ADMINISTRATOR) or ""
        server = build_server(runtime)
        server.start()
        stack.callback(server.drain, 1.0)
        monkeypatch.setenv("IDENTITY_GRPC_TARGET", f"127.0.0.1:{server.port}")
        (tmp_path / "administrator.secret").write_text(secret)
        yield lambda *arguments: CliRunner().invoke(app, [*arguments, "--data", str(tmp_path)])


def test_a_worker_is_added_reset_and_ended_and_no_password_is_told(
    run: Run, runtime: Runtime
) -> None:
    added = run(*DANA, "--json")
    assert added.exit_code == 0, added.output
    facts = json.loads(added.stdout)
    assert (facts["state"], facts["roles"]) == ("invited", ["caseworker", "payments-worker"])
    assert set(facts) == {"worker", "name", "roles", "offices", "state", "link_until"}
    with runtime.work() as work:
        mailed = work.session.scalar(
            text("SELECT count(*) FROM outbox WHERE type LIKE '%Notices%'")
        )
    assert mailed == 1
    listed = run("worker", "list").stdout
    assert "dana.reyes" in listed
    assert "invited, link until" in listed
    assert max(map(len, listed.splitlines())) <= 80
    assert run("worker", "reset", "dana.reyes").exit_code == 0
    ended = run("worker", "end", "dana.reyes", "--reason", "left the agency", "--json")
    assert json.loads(ended.stdout)["state"] == "ended"
    assert run("worker", "list").stdout == "There are no workers.\n"
    assert "ended" in run("worker", "list", "--ended").stdout


def test_the_demonstrations_workers_have_their_apps_in_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 6238 appendix B: SHA-1, 94287082 at second 59, of which an app shows the last six."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    logins = [{"user_name": "maria"}, {"worker_id": "dana.reyes", "totp_secret": secret}]
    clock = SteppedClock(datetime.fromtimestamp(59.5, UTC))
    monkeypatch.setattr("launcher.worker_pages.SystemClock", lambda: clock)

    def code(worker_id: str, *more: str) -> Any:
        command = ["worker", "code", worker_id, "--data", str(tmp_path), *more]
        return CliRunner().invoke(app, command)

    nowhere = code("dana.reyes")
    assert (nowhere.exit_code, "only a demonstration keeps" in nowhere.stderr) == (2, True)
    (tmp_path / "logins.json").write_text(json.dumps(logins))
    assert code("dana.reyes").stdout == "287082  good for 1 s; it can be used once\n"
    assert json.loads(code("dana.reyes", "--json").stdout)["code"] == "287082"
    unknown = code("maria")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "maria: no worker of this demonstration; there is dana.reyes" in unknown.stderr


def test_what_cannot_be_is_one_sentence(run: Run) -> None:
    assert run(*DANA).exit_code == 0
    again = run(*DANA)
    assert again.exit_code == 2
    assert "worker_id: is or was another worker's" in again.stderr
    unknown = run("worker", "end", "nobody.here", "--reason", "x")
    assert (unknown.exit_code, "nobody.here" in unknown.stderr) == (2, True)


def test_the_audit_says_who_made_the_worker(
    run: Run, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*DANA).exit_code == 0
    found = run("audit", "--subject", "dana.reyes").stdout.splitlines()
    assert len(found) == 1
    assert (
        "administrator  childsupport.identity.v1.WorkerAccountService/CreateWorker  OK" in found[0]
    )
    assert run("audit", "--caller", "nobody").stdout == "nothing is recorded that fits\n"
    settings = runtime.settings
    monkeypatch.setenv("IDENTITY_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("IDENTITY_KEYS_FILE", str(settings.keys_file))
    (read,) = audit_reading.read("identity", Sought(subject="dana.reyes"), limit=10)
    assert (read.caller, read.outcome) == ("administrator", "OK")
    lines = run("audit", "--method", "CreateWorker", "--json").stdout.splitlines()
    assert [json.loads(one)["subjects"] for one in lines] == [
        ["worker_id=dana.reyes", "office_ids=21073"]
    ]
