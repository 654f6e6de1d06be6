"""The State of docs/policy.md is enough to be loaded, asked and profiled beside the federal law."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from launcher.cli import app
from policy import load
from policy.lookup import DATA

PAGE = Path(__file__).parents[3] / "docs" / "policy.md"
FILES = re.compile(
    r"^`(pretendia/[a-z_.]+)`[^\n]*\n\n```[a-z]+\n(.*?)^```", re.MULTILINE | re.DOTALL
)
RUNNER = CliRunner(env={"COLUMNS": "80"})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(DATA / "federal", tmp_path / "federal")
    files = FILES.findall(PAGE.read_text(encoding="utf-8"))
    assert len(files) == 7
    (tmp_path / "pretendia").mkdir()
    for name, text in files:
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(data: Path, *arguments: str) -> str:
    place = ["--data", str(data)]
    state = [] if arguments[0] == "lint" else ["--state", "pretendia"]
    answer = RUNNER.invoke(app, ["policy", *arguments, *place, *state])
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_the_new_state_answers_its_profile_by_its_own_and_federal_rules(data: Path) -> None:
    whole = json.loads(run(data, "profile", "--on", "2026-01-01", "--json"))
    assert (whole["state"], whole["answered"], whole["unanswered"]) == ("Pretendia", 3, 1)
    answers = {question["id"]: question for question in whole["questions"]}
    assert answers["Q12.3"]["answer"] == "$35.00 after the first $550.00."
    assert "Pretendia Code 9-101 (platform's own)" in answers["Q12.3"]["citations"]
    assert answers["Q7.10"]["answer"] == "Within 15 calendar days."
    assert answers["Q7.10"]["unverified"]
    assert answers["Q7.6"]["rules"] == ["us.withholding.remit"]
    earlier = json.loads(run(data, "profile", "--on", "2025-01-01", "--json"))
    assert earlier["questions"][3]["answer"] == "$25.00 after the first $550.00."
    assert earlier["questions"][3]["citations"][0] == "Pretendia Code 7-101 (platform's own)"
    assert "4 questions: 3 answered, 1 not." in run(data, "profile")


def test_its_guidelines_table_is_read_by_income(data: Path) -> None:
    law = load("pretendia", data)
    row = law.table("guidelines.table", date(2026, 1, 1)).row(10000)
    assert row.number("children_2") == 9000
    assert "10000, 6000, 9000" in run(data, "show", "guidelines.table")


def test_federal_limits_are_counted_by_its_calendar(data: Path) -> None:
    law = load("pretendia", data)
    assert law.due_date("sdu.disburse", date(2025, 12, 31)) == date(2026, 1, 5)
    assert law.due_date("sdu.disburse", date(2026, 11, 25)) == date(2026, 11, 27)


def test_its_law_is_linted_listed_and_compared(data: Path) -> None:
    assert run(data, "lint").startswith("Pretendia: ")
    assert "pt.withholding.contest" in run(data, "list", "--unverified")
    compared = run(data, "diff", "2025-12-31", "2026-01-01")
    assert "changes  pt.fee.annual" in compared
    assert "was $25.00" in compared
