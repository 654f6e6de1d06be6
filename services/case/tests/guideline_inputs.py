"""Inputs of worksheets, as a file would have them."""

import re
import shutil
from pathlib import Path
from typing import Any

import policy
from case_service.domain.guidelines import GuidelineResult, compute, read_input, result_json
from policy.lookup import DATA

LAW_OF_2024 = "2025-03-01"
LAW_OF_2023 = "2024-01-15"


def parent(gross: str = "0", days: str = "", **more: Any) -> dict[str, Any]:
    """One column: an income, days (A 265 and B 100 unless said), and whatever else."""
    given = {
        "gross_monthly": gross,
        "maintenance_paid": "0",
        "prior_born_support": "0",
        "child_care_paid": "0",
        "health_insurance_paid": "0",
    }
    return given | ({"days_per_year": days} if days else {}) | more


def family(
    a: dict[str, Any],
    b: dict[str, Any],
    children: int = 1,
    *,
    on: str = LAW_OF_2024,
    shared: bool = False,
    **more: Any,
) -> dict[str, Any]:
    a, b = {"days_per_year": "265"} | a, {"days_per_year": "100"} | b
    return {
        "effective_date": on,
        "children": children,
        "shared_parenting": shared,
        "parents": {"a": a, "b": b},
    } | more


def computed(given: dict[str, Any], law: policy.Policy | None = None) -> GuidelineResult:
    return compute(read_input(given), law or policy.load("kentucky"))


def answer(given: dict[str, Any], law: policy.Policy | None = None) -> dict[str, Any]:
    said: dict[str, Any] = result_json(computed(given, law))
    return said


def law_with(root: Path, rule_id: str, value: str) -> policy.Policy:
    """Kentucky's law with one setting changed, from its value on every day."""
    shutil.copytree(DATA, root / "data")
    changed = 0
    for file in (root / "data" / "kentucky").glob("*.toml"):
        entries = file.read_text().split("\n\n[[")
        for number, entry in enumerate(entries):
            if f'id = "ky.{rule_id}"' in entry:
                line = re.search(r"^value = .*$", entry, re.MULTILINE)
                assert line is not None
                entries[number] = entry.replace(line[0], f"value = {value}")
                changed += 1
        file.write_text("\n\n[[".join(entries))
    assert changed, rule_id
    return policy.load("kentucky", root / "data")
