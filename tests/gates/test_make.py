"""The Makefile: what it offers is what it explains, and it says what is missing."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
NEEDS_NO_SETUP = {"setup", "clean", "help"}


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def phony() -> set[str]:
    return set(" ".join(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)).split())


def test_help_lists_every_target_with_a_sentence() -> None:
    said = make("help")
    assert said.returncode == 0
    listed = dict(re.findall(r"^  make ([a-z-]+) +(\S.+)$", said.stdout, re.MULTILINE))
    assert set(listed) == phony()
    assert {"setup", "demo", "up", "test", "lint", "format", "bench", "clean"} <= set(listed)


def test_help_is_what_make_alone_says() -> None:
    assert make().stdout == make("help").stdout


def test_every_target_sets_up_first() -> None:
    rules = dict(re.findall(r"^([a-z-]+):([^#\n]*)##", MAKEFILE, re.MULTILINE))
    assert {name for name, needs in rules.items() if "setup" not in needs.split()} == NEEDS_NO_SETUP


def test_without_a_fitting_python_set_up_says_what_to_install() -> None:
    said = make("setup", "PYTHON=/nowhere/python3")
    assert said.returncode != 0
    assert "no Python 3.11 or newer with venv was found (tried: /nowhere/python3)" in said.stderr
    assert "make setup PYTHON=" in said.stderr


def test_build_server_runs_the_tests_of_make() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    text = script.read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert re.search(r"^set -eu$", text, re.MULTILINE)
    assert re.search(r"^exec make test$", text, re.MULTILINE)
