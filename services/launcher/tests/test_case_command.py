"""`childsupport case`: a case read over gRPC from running services, as a page and as JSON."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from case_service.actions import clocks
from case_service.actions.telling import tell
from case_service.api.imports import CaseImports
from case_service.service import SERVICE as CASE
from chassis.dates import from_date
from chassis.grpc.server import build_server
from chassis.ids import derived_id
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import case_service_pb2 as pb
from identity_service.registration import bootstrap_client
from identity_service.service import SERVICE as IDENTITY
from launcher.cli import app
from launcher.console import ADMINISTRATOR

NUMBER = "0000123456"
CASE_ID = derived_id("test", "case")
LONG = "Donaudampfschifffahrtsgesellschaft" * 4
Run = Callable[..., Any]


def people() -> Iterator[pb.Participant]:
    for role, first_name in (("obligor", "John"), ("obligee", "Jane"), ("child", "Jim")):
        yield pb.Participant(
            participant_id=derived_id("test", role),
            first_name=first_name,
            last_name="Doe",
            protected=role == "obligee",
        )


def family() -> pb.ImportCasesRequest:
    case = pb.Case(
        case_id=CASE_ID,
        case_number=NUMBER,
        case_type=pb.CASE_TYPE_IV_D,
        assistance_status=pb.ASSISTANCE_STATUS_NEVER,
        obligor_id=derived_id("test", "obligor"),
        obligee_id=derived_id("test", "obligee"),
        county_fips="21073",
        opened_on=from_date(date(2025, 2, 1)),
        members=[
            pb.CaseMember(participant_id=derived_id("test", "child"), role=pb.CASE_ROLE_CHILD)
        ],
    )
    return pb.ImportCasesRequest(participants=list(people()), cases=[case])


def fill(runtime: Runtime) -> None:
    """Put into the case: two clocks that run, one that was met, and happenings of two years."""
    with runtime.work() as work:
        CaseImports().ImportCases(iter([family()]), work)
        clocks.start(work, CASE_ID, "locate", date(2026, 3, 1))
        clocks.start(work, CASE_ID, "open_case", date(2026, 2, 1))
        clocks.start(work, CASE_ID, "order_copy", date(2026, 2, 1))
        clocks.stop(work, CASE_ID, "order_copy", date(2026, 2, 3))
    with runtime.work(Caller("ann")) as work:
        for on, limit in ((date(2025, 12, 31), "earlier\x1b[2J"), (date(2026, 3, 5), LONG)):
            facts = {"limit": limit, "due_on": "2025-12-30"}
            tell(work, CASE_ID, "clock_late", on=on, citation="45 CFR 303.2(b)", **facts)


@pytest.fixture
def run(
    runtime_for: Callable[..., Runtime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run the command against an identity and a case service of its own."""
    with ExitStack() as stack:
        identity = runtime_for(IDENTITY)
        with identity.work() as work:
            secret = bootstrap_client(work, ADMINISTRATOR) or ""
        server = build_server(identity)
        server.start()
        stack.callback(server.drain, 1.0)
        target = f"127.0.0.1:{server.port}"
        runtime = runtime_for(CASE, identity_grpc_target=target)
        fill(runtime)
        case_server = build_server(runtime)
        case_server.start()
        stack.callback(case_server.drain, 1.0)
        monkeypatch.setenv("IDENTITY_GRPC_TARGET", target)
        monkeypatch.setenv("CASE_GRPC_TARGET", f"127.0.0.1:{case_server.port}")
        (tmp_path / "administrator.secret").write_text(secret)
        yield lambda *arguments: CliRunner().invoke(
            app, ["case", *arguments, "--data", str(tmp_path)]
        )


def dense(lines: list[str]) -> str:
    """Return a page without the blanks that fill its columns."""
    return "".join(f"{line.strip()}\n" for line in lines)


def said(answer: Any) -> str:
    """Return the last line of standard error: before it stands what the servers log."""
    return str(answer.stderr.splitlines()[-1])


def test_a_history_reads_by_year_in_eighty_columns(run: Run) -> None:
    answer = run("history", NUMBER)
    assert answer.exit_code == 0, answer.stdout
    lines = answer.stdout.splitlines()
    assert lines[0] == f"Case {NUMBER}  IV-D, open since 2025-02-01"
    assert "office   Franklin (21073)" in [line.rstrip() for line in lines]
    assert max(map(len, lines)) <= 80
    assert lines.index("2025") < lines.index("2026")
    assert "Jane Doe (protected: tell nobody where)" in answer.stdout
    assert "RED    13 days over" in answer.stdout
    assert "green  70 days left" in answer.stdout
    assert "due 2026-05-15, since 2026-03-01, 6% used\n" in dense(lines)
    assert "45 CFR 303.3(b)(3)" in answer.stdout
    assert "Dec 31  Done late: earlier [2J. It was due on 2025-12-30." in answer.stdout
    assert "ann, 45 CFR 303.2(b), recorded 2026-03-06" in answer.stdout
    assert "".join(line.strip() for line in lines).count(LONG) == 1


def test_a_part_of_a_history_newest_first_as_json(run: Run) -> None:
    answer = run("history", NUMBER, "--json", "--newest-first", "--until", "2026-03-05")
    found = json.loads(answer.stdout)
    assert [entry["on"] for entry in found["history"]] == ["2026-03-05", "2025-12-31"]
    assert [(c["kind"], c["color"]) for c in found["clocks"]] == [
        ("open_case", "red"),
        ("locate", "green"),
    ]
    searched = json.loads(run("history", NUMBER, "--json", "--text", "EARLIER").stdout)
    assert [entry["on"] for entry in searched["history"]] == ["2025-12-31"]


def test_clocks_with_those_that_are_over(run: Run) -> None:
    assert "done in time" not in run("clocks", NUMBER).stdout
    answer = run("clocks", NUMBER, "--all")
    assert "over   done in time  Send the parties the order" in answer.stdout
    states = [
        c["state"] for c in json.loads(run("clocks", NUMBER, "--all", "--json").stdout)["clocks"]
    ]
    assert states == ["met", "running", "running"]


def test_what_cannot_be_answered_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = run("history", "0000000000")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert said(unknown) == "childsupport: no case has the number 0000000000"
    (tmp_path / "administrator.secret").unlink()
    missing = run("clocks", NUMBER)
    assert missing.exit_code == 2
    assert said(missing).startswith("childsupport: no secret to ask with: neither CLIENT_SECRET")
    monkeypatch.setenv("CLIENT_SECRET", "wrong")
    wrong = run("clocks", NUMBER)
    assert wrong.exit_code == 2
    assert said(wrong).startswith("childsupport: ")


def test_a_platform_that_is_away_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_GRPC_TARGET", "127.0.0.1:1")
    monkeypatch.setenv("CLIENT_SECRET", "any")
    answer = CliRunner().invoke(app, ["case", "clocks", NUMBER])
    assert answer.exit_code == 2
    assert "nobody answers; is the platform running?" in answer.output
    assert "127.0.0.1:1" in answer.output
    assert len(answer.output.splitlines()) == 1
