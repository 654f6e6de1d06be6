"""The pinned requirements: complete, hashed, and the same on every machine."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
FILES = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(name: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE)
    return dict(found)


EXTRAS = PROJECT["optional-dependencies"]
WANTED = {
    FILES[0]: PROJECT["dependencies"],
    FILES[1]: [*PROJECT["dependencies"], *EXTRAS["dev"]],
    FILES[2]: EXTRAS["node"],
}


@pytest.mark.parametrize("name", FILES)
def test_requirements_hold_no_address_and_no_path(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "file:" not in text
    options = set(re.findall(r"(?:^|\s)(--?[a-z][a-z-]*)", text))
    assert options <= {"--hash", "-c"}
    assert not re.search(r"(?:^|\s)/\w", text)


@pytest.mark.parametrize("name", FILES)
def test_every_pin_carries_hashes(name: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", FILES)
def test_pins_satisfy_what_the_project_asks_for(name: str) -> None:
    pinned = pins(name)
    unmet = [
        str(requirement)
        for requirement in map(Requirement, WANTED[name])
        if not requirement.specifier.contains(pinned.get(requirement.name.lower(), "0"))
    ]
    assert unmet == [], "run `make requirements`"


def test_the_image_runs_on_the_versions_that_the_tests_run_on() -> None:
    assert pins(FILES[0]).items() <= pins(FILES[1]).items()
