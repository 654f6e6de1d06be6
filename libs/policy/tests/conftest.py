from collections.abc import Callable
from pathlib import Path

import pytest

import policy

WORDS = '[words]\n\n[text."us.fee.annual"]\nparent = "a"\nworker = "b"\nauditor = "c"\n'
QUOTED = {"unit", "calendar", "succeeds", "confidence", "authority"}


def rule_text(rule_id: str, **changes: str | None) -> str:
    """A good [[rule]] as TOML, with changes; None leaves the key out."""
    keys: dict[str, str | None] = {
        "title": '"A title"',
        "unit": '"cents"',
        "value": "100",
        "effective_from": "2020-01-01",
        "authority": '"42 USC 1"',
        "source": '"a book"',
        "confidence": '"verified_text"',
    }
    for key, value in changes.items():
        keys[key] = f'"{value}"' if key in QUOTED and value is not None else value
    lines = [f"{key} = {value}" for key, value in keys.items() if value is not None]
    return "\n".join(["[[rule]]", f'id = "{rule_id}"', *lines, "", ""])


class World:
    """A small federal folder and a State's, for a test to add to or to spoil."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder, name, prefix in (("federal", "Union", "us"), ("pretend", "Pretend", "pt")):
            self.write(f"{folder}/jurisdiction.toml", f'name = "{name}"\nprefix = "{prefix}"')
            self.write(f"{folder}/texts.toml", WORDS.replace("us.", f"{prefix}."))
        self.write("federal/rules.toml", rule_text("us.fee.annual"))

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def write_rules(self, *rules: str) -> None:
        self.write("pretend/rules.toml", "".join(rules))

    def load(self) -> policy.Policy:
        return policy.load("pretend", self.root)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def rule() -> Callable[..., str]:
    return rule_text


@pytest.fixture(scope="session")
def kentucky() -> policy.Policy:
    return policy.load()
