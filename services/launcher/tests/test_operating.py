"""The command against a real database: first client, jobs, and what is wrong in one sentence."""

import os
import smtplib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from chassis.clock import SystemClock
from chassis.runtime import Runtime
from identity_service.service import SERVICE
from launcher import demo
from launcher.cli import app
from launcher.mailbox import mailbox
from launcher.ports import free_port

Run = Callable[..., Result]


@pytest.fixture
def run(runtime_for: Callable[..., Runtime], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command with the settings of an identity service of its own."""
    settings = runtime_for(SERVICE).settings
    url = settings.database_url.get_secret_value()
    monkeypatch.setenv("IDENTITY_DATABASE_URL", url)
    monkeypatch.setenv("IDENTITY_KEYS_FILE", str(settings.keys_file))
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_the_first_clients_secret_changes_only_when_asked(run: Run) -> None:
    made = run("bootstrap", "administrator")
    assert made.exit_code == 0
    again = run("bootstrap", "administrator")
    assert again.exit_code == 2
    assert again.output.startswith("childsupport: client administrator is there already")
    rotated = run("bootstrap", "administrator", "--rotate")
    assert rotated.exit_code == 0
    assert rotated.output != made.output


def test_a_job_runs_for_today_and_for_no_later_day(run: Run) -> None:
    today = SystemClock().today().isoformat()
    assert run("job", "identity", "rotate_signing_keys", "--date", today).exit_code == 0
    later = run("job", "identity", "rotate_signing_keys", "--date", "2999-01-01")
    assert later.exit_code == 2
    assert later.output == (
        f"childsupport: --date: read 2999-01-01, expected {today} (today) or a day before\n"
    )


def test_a_database_that_is_away_is_named_without_its_password(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql+psycopg://identity:hunter2@127.0.0.1:{free_port()}/identity"
    monkeypatch.setenv("IDENTITY_DATABASE_URL", url)
    answer = run("republish", "identity", "clients")
    assert answer.exit_code == 2
    assert answer.output.startswith("childsupport: database of identity cannot be reached: ")
    assert len(answer.output.splitlines()) == 1
    assert "hunter2" not in answer.output


def test_a_database_without_tables_is_not_called_away(
    run: Run, monkeypatch: pytest.MonkeyPatch, postgres_admin_url: str
) -> None:
    monkeypatch.setenv("IDENTITY_DATABASE_URL", postgres_admin_url)
    answer = run("bootstrap", "administrator")
    assert answer.exit_code == 2
    assert answer.output.startswith("childsupport: database of identity refused: ")
    assert "SQLSTATE 42P01" in answer.output


def test_the_intake_names_a_setting_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_PORT", "a lot")
    answer = CliRunner().invoke(app, ["run", "intake", "api"])
    assert answer.exit_code == 2
    assert "INTAKE_INTAKE_PORT (or INTAKE_PORT): expected a valid integer" in answer.output


def test_health_without_a_port_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("METRICS_PORT", raising=False)
    answer = CliRunner().invoke(app, ["health"])
    assert answer.exit_code == 2
    assert answer.output.startswith("childsupport: METRICS_PORT: read nothing, expected the port")


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
def test_nobody_else_reads_what_the_demonstration_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day itself is left out: it is long, and what it writes goes the same ways."""
    root = tmp_path / "somewhere" / "demo"

    def part_of_it(given: Path, **_: bool) -> int:
        demo._empty(given)
        (given / "platform.log").open("a").close()
        with mailbox(given / "files" / "mail") as port, smtplib.SMTP("127.0.0.1", port) as server:
            server.sendmail("a@example.org", ["b@example.org"], "there is something to read")
        return 0

    root.parent.mkdir()
    monkeypatch.setattr(demo, "run_demo", part_of_it)
    assert CliRunner().invoke(app, ["demo", "--data", str(root)]).exit_code == 0
    modes = {path: path.stat().st_mode & 0o777 for path in [root, *root.rglob("*")]}
    assert modes[root / "platform.log"] == 0o600
    assert modes[root / "files" / "mail" / "001.eml"] == 0o600
    assert not any(mode & 0o077 for mode in modes.values())
