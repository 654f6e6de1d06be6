"""`childsupport guideline`: a table, JSON or a PDF; a slip is one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from launcher.cli import app

RUNNER = CliRunner()
PARENT = {
    "maintenance_paid": "0",
    "prior_born_support": "0",
    "child_care_paid": "0",
    "health_insurance_paid": "0",
}


@pytest.fixture
def given() -> dict[str, Any]:
    return {
        "effective_date": "2025-03-01",
        "children": 2,
        "shared_parenting": True,
        "parents": {
            "a": PARENT | {"gross_monthly": "3000.00", "days_per_year": "265"},
            "b": PARENT | {"gross_monthly": "2000.00", "days_per_year": "100"},
        },
    }


@pytest.fixture
def file(tmp_path: Path, given: dict[str, Any]) -> Path:
    path = tmp_path / "family.json"
    path.write_text(json.dumps(given))
    return path


def test_json_has_lines_payer_and_steps(file: Path) -> None:
    done = RUNNER.invoke(app, ["guideline", str(file), "--json"])
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert (said["obligation_cents"], said["payer"]) == (27_575, "b")
    assert said["lines"]["6B"] == "40.0000"
    assert said["lines"]["13B"] == "100"
    assert said["lines"]["14B"] == "15"
    assert said["lines"]["15B"] == "165.45"
    for step in said["steps"]:
        assert {"rule", "citation", "inputs", "result"} <= set(step)


def test_people_get_a_worksheet_with_citations(file: Path) -> None:
    done = RUNNER.invoke(app, ["guideline", str(file)])
    assert done.exit_code == 0
    assert "KRS 403.2122(4)" in done.stdout
    assert "$165.45" in done.stdout
    assert done.stdout.rstrip().endswith("Parent B pays Parent A $275.75 a month.")


def test_pdf_is_written(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "worksheet.pdf"
    done = RUNNER.invoke(app, ["guideline", str(file), "--pdf", str(target)])
    assert done.exit_code == 0
    assert target.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "expected JSON in UTF-8"),
        ("[]", "input: read []; expected a JSON object"),
        ('{"children": 1, "children": 2}', "children: read the field twice"),
        ("[" * 100_000, "expected JSON in UTF-8"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(file: Path, content: str, sentence: str) -> None:
    file.write_text(content)
    done = RUNNER.invoke(app, ["guideline", str(file)])
    assert done.exit_code == 2
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_a_field_that_breaks_a_rule_is_named(file: Path, given: dict[str, Any]) -> None:
    given["parents"]["b"]["days_per_year"] = "300"
    file.write_text(json.dumps(given))
    done = RUNNER.invoke(app, ["guideline", str(file), "--json"])
    assert done.exit_code == 2
    assert "parents.b.days_per_year: read 300 days" in done.output


def test_no_file_and_nowhere_to_write(file: Path, tmp_path: Path) -> None:
    missing = RUNNER.invoke(app, ["guideline", str(tmp_path / "none.json")])
    assert (missing.exit_code, "cannot be read" in missing.output) == (2, True)
    nowhere = RUNNER.invoke(app, ["guideline", str(file), "--pdf", str(tmp_path / "no" / "x.pdf")])
    assert (nowhere.exit_code, "No such file" in nowhere.output) == (2, True)
    both = RUNNER.invoke(app, ["guideline", str(file), "--json", "--pdf", str(tmp_path / "x.pdf")])
    assert both.exit_code == 2


def test_the_example_of_the_docs_computes(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "guideline.md").read_text()
    example = page.split("```json\n")[1].split("```")[0]
    path = tmp_path / "example.json"
    path.write_text(example)
    done = RUNNER.invoke(app, ["guideline", str(path), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["obligation_cents"] == 35_995
