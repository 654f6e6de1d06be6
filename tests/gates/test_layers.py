"""The layers: a clean tree holds, and each way to break them is seen."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {
    "libs/chassis/db.py": "import sqlalchemy\nimport grpc\n",
    "libs/policy/lookup.py": "import tomllib\n",
    "libs/formats/ach.py": "",
    "services/payments/payments_service/domain/allocation.py": "import policy.lookup\n",
    "services/payments/payments_service/store/ledger.py": (
        "import sqlalchemy\nimport payments_service.domain.allocation\n"
    ),
    "services/payments/payments_service/migrations/env.py": "import alembic\n",
    "services/payments/payments_service/api.py": (
        "import grpc\nimport childsupport\nimport chassis.db\n"
        "import payments_service.store.ledger\n"
    ),
    "services/payments/payments_service/handlers.py": "import payments_service.store.ledger\n",
    "services/payments/payments_service/service.py": (
        "import payments_service.api\nimport payments_service.handlers\n"
    ),
    "services/case/case_service/api.py": "import chassis.db\n",
    "services/launcher/launcher/cli.py": (
        "import psycopg\nimport payments_service.service\nimport case_service.api\n"
    ),
}
PAYMENTS = "services/payments/payments_service"
# One line added to one file: the contract that it breaks.
BREAKS = [
    ("libs/chassis/db.py", "import case_service", "libs never import services"),
    ("libs/policy/lookup.py", "import chassis", "law and formats are plain Python"),
    ("libs/formats/ach.py", "import google.protobuf", "law and formats are plain Python"),
    (f"{PAYMENTS}/handlers.py", "import case_service.api", "services never import each other"),
    (f"{PAYMENTS}/api.py", "import launcher", "only the launcher knows all services"),
    (f"{PAYMENTS}/domain/allocation.py", "import sqlalchemy", "the domain does no I/O"),
    (f"{PAYMENTS}/domain/allocation.py", "import childsupport", "the domain does no I/O"),
    (f"{PAYMENTS}/domain/allocation.py", "import chassis.db", "the domain does no I/O"),
    (f"{PAYMENTS}/api.py", "import sqlalchemy", "SQL is spoken in the store only"),
    (f"{PAYMENTS}/handlers.py", "import psycopg", "SQL is spoken in the store only"),
    (f"{PAYMENTS}/handlers.py", "import grpc", "handlers, jobs and stores make no calls"),
    (
        f"{PAYMENTS}/store/ledger.py",
        "import payments_service.api",
        "wiring over use cases over store over domain",
    ),
]


def plant(tree: Path) -> None:
    for name, text in CLEAN.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for folder in path.parents:
            if folder.parent in {tree / "libs", tree} or folder.parent.parent == tree / "services":
                break
            (folder / "__init__.py").touch()
        top = Path(*path.relative_to(tree).parts[: 2 if name.startswith("libs") else 3])
        (tree / top / "__init__.py").touch()


def check(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "layers.py", "--root", tree],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_clean_tree_holds(tmp_path: Path) -> None:
    plant(tmp_path)
    said = check(tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "8 kept, 0 broken" in said.stdout


@pytest.mark.parametrize(("file", "line", "contract"), BREAKS)
def test_each_forbidden_import_is_seen(file: str, line: str, contract: str, tmp_path: Path) -> None:
    plant(tmp_path)
    with (tmp_path / file).open("a") as code:
        code.write(f"{line}\n")
    said = check(tmp_path)
    assert said.returncode == 1
    assert f"{contract} BROKEN" in said.stdout


def test_modules_without_a_package_are_refused(tmp_path: Path) -> None:
    plant(tmp_path)
    (tmp_path / "libs" / "stray").mkdir()
    (tmp_path / "libs" / "stray" / "module.py").touch()
    said = check(tmp_path)
    assert said.returncode == 1
    assert "stray has modules but no __init__.py" in said.stderr
