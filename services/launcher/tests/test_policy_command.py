"""`childsupport policy`: pages that fit a terminal, data for programs, one sentence for a slip."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from launcher.cli import app
from policy import load

WIDTH = 80
RUNNER = CliRunner(env={"COLUMNS": str(WIDTH)})


def said(*arguments: str) -> str:
    answer = RUNNER.invoke(app, ["policy", *arguments])
    assert answer.exit_code == 0, answer.output
    assert all(len(line) <= WIDTH for line in answer.output.splitlines())
    return " ".join(answer.output.split())


def facts(*arguments: str) -> Any:
    answer = RUNNER.invoke(app, ["policy", *arguments, "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


def test_a_rule_is_shown_with_both_numbers_of_its_statute() -> None:
    page = said("show", "lien.trigger", "--on", "2026-01-01")
    assert "ky.lien.trigger on 2026-01-01" in page
    assert "value 1 month's support unit months_of_support valid 2000-01-01 to no end" in page
    assert "authority KRS 205.745(1); IRG Q9.36 authority KRS 15.820(1)" in page
    assert "(since 2025-07-01)" in page
    assert "confidence verified in the text of the law" in page
    assert load().rule("lien.trigger", date(2026, 1, 1)).checksum in page


def test_history_and_what_stands_under_a_rule_are_shown() -> None:
    page = said("show", "fee.annual", "--on", "2026-01-01")
    assert "stands over us.fee.annual" in page
    assert "2018-10-01 to 2025-07-01 $35.00 2025-07-01 to no end $35.00" in page
    assert "2018-10-01 to no end $35.00 us.fee.annual" in page
    history = facts("show", "ky.criminal.flagrant_arrears")["history"]
    assert [line["value"] for line in history] == ["$1,000.00", "$2,500.00"]


def test_a_table_is_shown_with_its_rows() -> None:
    assert "and 47 more" in said("show", "distribution.hierarchy")
    assert len(facts("show", "distribution.hierarchy")["rows"]) == 59


def test_rules_are_listed_by_topic_and_by_what_is_unverified() -> None:
    page = said("list", "--topic", "admin_offset", "--on", "2026-01-01")
    assert "ky.admin_offset.unassigned_minimum $500.00 IRG Q9.8" in page
    assert "5 in force on 2026-01-01." in page
    unsure = facts("list", "--unverified", "--on", "2026-01-01")["entries"]
    assert "ky.modification.claimed_change" in {entry["id"] for entry in unsure}
    assert {entry["confidence"] for entry in unsure} == {"unverified"}


def test_two_days_are_compared() -> None:
    page = said("diff", "2025-06-30", "2025-07-01")
    assert "renumbered ky.lien.trigger was 1 month's support (KRS 205.745(1)" in page
    assert "begins ky.modification.claimed_change is 10%" in page
    assert "changes ky.agency.name was Division of Child Support Enforcement" in page
    parenting = "ky.guidelines.parenting_time.minimum_days"
    change = {c["id"]: c for c in facts("diff", "2024-07-14", "2024-07-15")["changes"]}[parenting]
    assert (change["before"]["value"], change["after"]["value"]) == (
        "73 calendar days",
        "88 calendar days",
    )
    assert facts("diff", "2026-01-01", "2026-01-02")["changes"] == []


def test_the_profile_answers_from_the_rules_and_counts() -> None:
    page = said("profile", "--on", "2026-01-01")
    assert "Q7.10 Contesting a withholding In writing, within 10 calendar days" in page
    assert "176 questions: 168 answered, 8 not." in page
    whole = facts("profile", "--on", "2026-01-01")
    assert (whole["answered"], whole["unanswered"]) == (168, 8)
    questions = {question["id"]: question for question in whole["questions"]}
    assert questions["Q12.3"]["rules"] == ["ky.fee.annual", "us.fee.threshold", "ky.fee.method"]
    assert "KRS 15.810(4)" in questions["Q12.3"]["citations"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "fee.anual"], "no rule has the id 'fee.anual'; did you mean us.fee.annual"),
        (["show", "xyzzy"], "no rule has the id 'xyzzy'"),
        (["show", "license.trigger_older"], "is not in force on"),
        (["list", "--topic", "moon"], "no topic 'moon'; there are: admin_hearing, "),
        (["profile", "--state", "ohio"], "no State 'ohio' in the policy; there are: kentucky"),
        (["profile", "--state", "federal"], "no State 'federal'"),
        (["show", "fee.annual", "--on", "soon"], "does not match the format"),
        (["lint", "--data", "nowhere"], "no State's law in nowhere"),
    ],
)
def test_a_slip_is_one_sentence(arguments: list[str], sentence: str) -> None:
    answer = RUNNER.invoke(app, ["policy", *arguments], env={"COLUMNS": "400"})
    assert answer.exit_code == 2
    assert sentence.replace("admin_hearing", "admin_offset") in answer.output
    assert "Traceback" not in answer.output


def test_lint_reads_all_law_and_names_a_fault(tmp_path: Path) -> None:
    assert "Kentucky:" in said("lint")
    for folder in ("federal", "pretend"):
        (tmp_path / folder).mkdir()
        prefix = folder[:2]
        (tmp_path / folder / "jurisdiction.toml").write_text(
            f'name = "{folder}"\nprefix = "{prefix}"'
        )
        (tmp_path / folder / "texts.toml").write_text("[words]\n[text]\n")
    (tmp_path / "pretend" / "rules.toml").write_text('[[rule]]\nid = "pr.a"\ntitle = "x"')
    answer = RUNNER.invoke(app, ["policy", "lint", "--data", str(tmp_path)])
    assert answer.exit_code == 2
    assert "pretend/rules.toml: pr.a: missing effective_from" in answer.output
