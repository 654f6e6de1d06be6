"""The command: what an operator gets wrong is one sentence, with what there is to choose from."""

import fcntl
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from launcher.cli import app
from launcher.demo import MARKER
from launcher.platform import GRPC_PORTS
from launcher.ports import free_port

RUNNER = CliRunner()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "payment", "api"], "no service 'payment'; there are: identity, case, payments"),
        (["job", "case", "nothing", "--date", "2026-03-06"], "case has no job 'nothing'"),
        (["republish", "case", "dogs"], "there are: participants, cases"),
        (["migrate", "case"], "setting CASE_OWNER_DATABASE_URL (or CASE_OWNER_DATABASE_URL_FILE)"),
        (["provision"], "setting ADMIN_DATABASE_URL"),
    ],
)
def test_a_slip_is_one_sentence(
    arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CASE_OWNER_DATABASE_URL", "ADMIN_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    answer = RUNNER.invoke(app, arguments)
    assert answer.exit_code == 2
    assert sentence in answer.output
    assert "Traceback" not in answer.output


def test_a_missing_setting_is_named_and_no_password_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASE_DATABASE_URL", "postgresql+psycopg://case:hunter2@db/case")
    for name in ("KEYS_FILE", "KEYS_FILE_FILE", "CASE_KEYS_FILE", "CASE_KEYS_FILE_FILE"):
        monkeypatch.delenv(name, raising=False)
    answer = RUNNER.invoke(app, ["republish", "case", "cases"])
    assert answer.exit_code == 2
    assert "CASE_KEYS_FILE (or KEYS_FILE): read nothing" in answer.output
    assert "hunter2" not in answer.output
    assert "Traceback" not in answer.output


def test_a_role_that_does_not_exist_is_refused_with_those_that_do() -> None:
    answer = RUNNER.invoke(app, ["run", "case", "clerk"])
    assert answer.exit_code == 2
    assert "expected one of api, worker, relay" in answer.output


def test_health_of_a_process_that_is_not_there() -> None:
    answer = RUNNER.invoke(app, ["health", "1"])
    assert answer.exit_code == 1
    assert "http://127.0.0.1:1/readyz" in answer.output


def test_the_command_itself_imports_nothing_that_a_worker_must_patch_first() -> None:
    """Eventlet cannot patch what has made its locks already: such a worker hangs."""
    code = "import sys, launcher.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert "typer" in imported
    assert not imported & {"sqlalchemy", "psycopg", "pydantic", "grpc", "structlog", "kombu"}


def test_a_platform_that_cannot_come_up_says_why_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> str:
        answer = RUNNER.invoke(app, ["up", "--data", str(tmp_path)])
        assert answer.exit_code == 2
        return str(answer.stderr.splitlines()[-1])

    for service in GRPC_PORTS:
        monkeypatch.setenv(f"{service.upper()}_GRPC_PORT", str(free_port()))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("INTAKE_PORT", str(taken.getsockname()[1]))
        assert "INTAKE_PORT: port " in refused()
    monkeypatch.setenv("INTAKE_PORT", "http")
    assert "INTAKE_PORT: read 'http', expected a port" in refused()
    monkeypatch.setenv("INTAKE_PORT", str(free_port()))
    (tmp_path / "postgres").mkdir()
    with (tmp_path / "postgres" / "holder.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "postgres: in use by process" in refused()


def test_a_demonstration_empties_no_folder_that_a_platform_runs_in(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / MARKER).touch()
    with (tmp_path / "postgres" / "holder.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = RUNNER.invoke(app, ["demo", "--data", str(tmp_path)])
    assert answer.exit_code == 2
    assert "postgres: in use by process" in answer.stderr
    assert (tmp_path / MARKER).exists()
