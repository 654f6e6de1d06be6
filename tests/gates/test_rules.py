"""Our ast-grep rules: each has examples, and holds in the folders that it is meant for."""

import json
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
AST_GREP = str(Path(sysconfig.get_path("scripts")) / "ast-grep")
RULES = sorted(path.stem for path in (ROOT / "rules" / "python").glob("*.yml"))

DOMAIN = "services/payments/payments_service/domain/rules.py"
API = "services/payments/payments_service/api.py"
STORE = "services/payments/payments_service/store/ledger.py"
TEST = "services/payments/tests/test_rules.py"
# Per rule: where its bad examples must be found, and where the same text is allowed.
PLACES = {
    "no-abort-outside-interceptor": (
        [API, "libs/chassis/grpc/server.py"],
        ["libs/chassis/grpc/interceptors/errors.py", TEST],
    ),
    "no-clock-outside-clock": ([API, DOMAIN, "tools/x.py"], ["libs/chassis/clock.py", TEST]),
    "no-figure-of-law": ([DOMAIN], ["libs/policy/figures.py", API, TEST]),
    "no-float-in-domain": ([DOMAIN], [API, TEST]),
    "no-float-money": ([DOMAIN, API, "libs/formats/ach.py"], [TEST]),
    "no-print": ([API, "libs/policy/x.py"], ["services/launcher/launcher/demo.py", "tools/x.py"]),
    "no-publish-outside-bus": ([API, "libs/policy/x.py"], ["libs/chassis/relay.py", TEST]),
    "no-publish-outside-relay": (
        ["libs/chassis/topology.py", "libs/chassis/outbox.py"],
        ["libs/chassis/publisher.py", "libs/chassis/worker/republish.py", API],
    ),
    "no-rate-of-law": ([DOMAIN, API], ["libs/policy/x.py", TEST]),
    "no-raw-sql-outside-store": (
        [API, DOMAIN, "libs/policy/x.py"],
        [STORE, "libs/chassis/db.py", "services/case/case_service/migrations/versions/a.py", TEST],
    ),
    "no-swallowed-error": ([API, DOMAIN, TEST, "tools/x.py"], []),
}


def examples(rule: str) -> dict[str, list[str]]:
    return yaml.safe_load((ROOT / "rules" / "tests" / f"{rule}-test.yml").read_text())


def findings(tree: Path) -> set[tuple[str, str]]:
    """Return (rule, file) of everything that a scan of the tree reports."""
    shutil.copy(ROOT / "sgconfig.yml", tree)
    shutil.copytree(ROOT / "rules", tree / "rules")
    said = subprocess.run(
        [AST_GREP, "scan", "--json=compact"], cwd=tree, capture_output=True, text=True, check=False
    )
    return {(found["ruleId"], found["file"]) for found in json.loads(said.stdout)}


def test_every_rule_stands_with_its_places() -> None:
    assert sorted(PLACES) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_rule_catches_each_bad_example_and_passes_each_good_one(rule: str, tmp_path: Path) -> None:
    home = Path(PLACES[rule][0][0]).parent
    (tmp_path / home).mkdir(parents=True)
    bad, good = set(), set()
    for kind, names in (("invalid", bad), ("valid", good)):
        for number, text in enumerate(examples(rule)[kind]):
            name = str(home / f"{kind}_{number}.py")
            (tmp_path / name).write_text(text + "\n")
            names.add(name)
    found = {file for name, file in findings(tmp_path) if name == rule}
    assert bad - found == set()
    assert good & found == set()
    assert bad
    assert good


@pytest.mark.parametrize("rule", RULES)
def test_rule_holds_in_its_folders_only(rule: str, tmp_path: Path) -> None:
    forbidden_in, allowed_in = PLACES[rule]
    for place in (*forbidden_in, *allowed_in):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(examples(rule)["invalid"][0] + "\n")
    assert {file for name, file in findings(tmp_path) if name == rule} == set(forbidden_in)


def test_rules_own_tests_pass() -> None:
    said = subprocess.run(
        [AST_GREP, "test", "--skip-snapshot-tests"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
