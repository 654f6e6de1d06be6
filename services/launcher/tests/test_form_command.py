"""`childsupport form`: a PDF, or one for each person; a slip is a sentence for each field."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from launcher.cli import app

RUNNER = CliRunner()
PLACE = {"line1": "1 Example Street", "city": "Frankfort", "state": "KY", "zip_code": "40601"}


def person(name: str) -> dict[str, Any]:
    return {
        "to": {"name": name, "address": PLACE},
        "at": "2026-03-24T09:30",
        "place": "Example Laboratory",
        "place_address": PLACE,
    }


def written(folder: Path, data: Any) -> Path:
    path = folder / "data.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def test_a_form_is_written(tmp_path: Path) -> None:
    target = tmp_path / "out.pdf"
    data = written(tmp_path, {"date": "2026-03-06"})
    done = RUNNER.invoke(app, ["form", "application", str(data), "--pdf", str(target)])

    assert done.exit_code == 0
    assert target.read_bytes().startswith(b"%PDF")
    assert done.stdout == f"{target}: Application for Child Support Services\n"


def test_each_person_has_a_file(tmp_path: Path) -> None:
    data = written(tmp_path, {"date": "2026-03-06", "people": [person("A"), person("B")]})
    target = tmp_path / "test.pdf"
    done = RUNNER.invoke(app, ["form", "genetic_test", str(data), "--pdf", str(target)])

    assert done.exit_code == 0
    assert sorted(p.name for p in tmp_path.glob("*.pdf")) == ["test-1.pdf", "test-2.pdf"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "childsupport: date: must be said"),
        ({"date": "2026-03-06", "hue": 1}, "childsupport: hue: unknown field"),
        ([], "childsupport: form: expected an object"),
        ("{", "expected JSON in UTF-8"),
    ],
)
def test_a_slip_is_told_in_a_sentence(tmp_path: Path, data: Any, sentence: str) -> None:
    file = written(tmp_path, data)
    done = RUNNER.invoke(app, ["form", "application", str(file), "--pdf", str(tmp_path / "x.pdf")])

    assert done.exit_code == 2
    assert sentence in done.stderr
    assert not (tmp_path / "x.pdf").exists()


def test_unknown_kinds_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    file = written(tmp_path, {"date": "2026-03-06"})
    kind = RUNNER.invoke(app, ["form", "poem", str(file), "--pdf", str(tmp_path / "x.pdf")])
    assert kind.exit_code == 2
    missing = RUNNER.invoke(
        app, ["form", "application", str(tmp_path / "none"), "--pdf", str(tmp_path / "x.pdf")]
    )
    assert "cannot be read" in missing.stderr
    nowhere = tmp_path / "no" / "x.pdf"
    done = RUNNER.invoke(app, ["form", "application", str(file), "--pdf", str(nowhere)])
    assert done.exit_code == 2
    assert "No such file" in done.stderr
