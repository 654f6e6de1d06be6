"""`childsupport receipts` and `suspense`: a file taken in and suspense read, over gRPC."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis.grpc.server import build_server
from chassis.runtime import Runtime
from identity_service.registration import bootstrap_client
from identity_service.service import SERVICE as IDENTITY
from launcher.cli import app
from launcher.console import ADMINISTRATOR
from payments_service.jobs import TIMERS
from payments_service.service import SERVICE as PAYMENTS

Run = Callable[..., Any]
ROUNDS_MAX = 100


@pytest.fixture
def run(
    runtime_for: Callable[..., Runtime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run the command against an identity and a payments service of its own; then its timers."""
    with ExitStack() as stack:
        identity = runtime_for(IDENTITY)
        with identity.work() as work:
            secret = bootstrap_client(work, ADMINISTRATOR) or ""
        server = build_server(identity)
        server.start()
        stack.callback(server.drain, 1.0)
        target = f"127.0.0.1:{server.port}"
        runtime = runtime_for(PAYMENTS, identity_grpc_target=target)
        payments = build_server(runtime)
        payments.start()
        stack.callback(payments.drain, 1.0)
        monkeypatch.setenv("IDENTITY_GRPC_TARGET", target)
        monkeypatch.setenv("PAYMENTS_GRPC_TARGET", f"127.0.0.1:{payments.port}")
        (tmp_path / "administrator.secret").write_text(secret)

        def invoke(*arguments: str) -> Any:
            answer = CliRunner().invoke(app, [*arguments, "--data", str(tmp_path)])
            settle(runtime)
            return answer

        yield invoke


def settle(runtime: Runtime) -> None:
    for _ in range(ROUNDS_MAX):
        busy = False
        for timer in TIMERS:
            with runtime.work() as work:
                busy = timer.run(work) or busy
        if not busy:
            return
    raise AssertionError("the timers never came to rest")


def import_(run: Run, file: Path, *more: str) -> Any:
    kind = ("--kind", "check-list", "--settled", "2026-03-05", "--sender", "Synth Diner")
    return run("receipts", "import", str(file), *kind, *more)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the template as it is printed, saved."""
    answer = CliRunner().invoke(app, ["receipts", "template", "check-list"])
    path = tmp_path / "list.csv"
    path.write_text(answer.stdout)
    return path


def test_the_template_is_taken_and_what_nobody_knows_is_listed(run: Run, file: Path) -> None:
    answer = import_(run, file)
    assert answer.exit_code == 0, answer.output
    assert "Taken." in answer.stdout
    again = import_(run, file)
    assert "taken before" in again.stdout
    listed = json.loads(run("suspense", "list", "--json").stdout)
    (item,) = listed["receipts"]
    assert (item["amount_cents"], item["sender"], item["days"]) == (12_550, "Synth Diner", 1)
    page = run("suspense", "list").stdout
    assert max(map(len, page.splitlines())) <= 80
    assert "125.50" in page
    shown = run("suspense", "show", item["receipt_id"]).stdout
    assert "0000123456" in shown
    assert "900-12-3456" not in shown
    assert "3456" not in shown.replace("0000123456", "")


def test_a_file_that_is_wrong_is_refused_with_line_field_and_rule(run: Run, file: Path) -> None:
    file.write_text(file.read_text().replace("1001,0000123456,900-12-3456", "1001,123,12"))
    answer = import_(run, file)
    assert answer.exit_code == 1
    words = " ".join(answer.stdout.split())
    assert "Refused: nothing of the file is posted." in words
    assert "Record 2, line, ssn" in words
    assert "nine digits" in words
    assert json.loads(import_(run, file, "--json").stdout)["taken"] is False
    assert json.loads(run("suspense", "list", "--json").stdout)["receipts"] == []


def test_what_an_operator_gets_wrong_is_one_sentence(run: Run, tmp_path: Path) -> None:
    missing = import_(run, tmp_path / "nothing.csv")
    assert missing.exit_code == 2
    unknown = run("suspense", "show", "x")
    assert unknown.exit_code == 2
    by_hand = CliRunner().invoke(app, ["receipts", "template", "federal-offset"])
    assert by_hand.exit_code == 2
