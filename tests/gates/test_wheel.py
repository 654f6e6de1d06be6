"""What is shipped: every file of every package, and nothing that it imports is missing."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = [
    ROOT / name for name in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
]
# Imported through another declared package, which promises it as its own.
COMES_WITH = {"pydantic": "pydantic-settings", "amqp": "kombu", "markupsafe": "jinja2"}


def in_tree() -> list[Path]:
    return [package for package in PACKAGES if package.is_dir()]


def shipped_files() -> set[str]:
    """Return the files that a wheel of this tree must hold, by their names in it."""
    found = set()
    for package in in_tree():
        for path in package.rglob("*"):
            inside = path.relative_to(package.parent)
            if path.is_file() and not {"tests", "__pycache__"} & set(inside.parts):
                found.add(str(inside))
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> dict[str, str]:
    """Return the outside packages that shipped code imports, each with a file that does."""
    ours = {package.name for package in PACKAGES}
    found: dict[str, str] = {}
    for package in in_tree():
        if package.name == "childsupport":
            continue
        for path in package.rglob("*.py"):
            if "tests" in path.relative_to(package).parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names = [node.module]
                for name in names:
                    top = name.split(".")[0]
                    if top not in ours and top not in sys.stdlib_module_names:
                        found.setdefault(top, str(path.relative_to(ROOT)))
    return found


def test_wheel_holds_every_file_of_every_package_and_no_test(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps",
         "--wheel-dir", tmp_path, ROOT],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert shipped_files() - held == set()
    assert "childsupport/payments/v1/payments_service_pb2_grpc.py" in held
    assert [name for name in held if "tests" in Path(name).parts] == []


def test_every_package_in_the_tree_is_shipped() -> None:
    homes = [ROOT / "libs", *(path for path in (ROOT / "services").iterdir() if path.is_dir())]
    found = {init.parent for home in homes for init in home.glob("*/__init__.py")}
    assert {path for path in found if path.name != "tests"} <= set(PACKAGES)


def test_every_import_of_shipped_code_is_a_declared_dependency() -> None:
    declared = {
        normal(re.split(r"[\[<>=~! ]", line)[0]) for line in PROJECT["project"]["dependencies"]
    }
    providers = packages_distributions()
    undeclared = {
        name: user
        for name, user in imported().items()
        if not {normal(owner) for owner in providers.get(name, [])} & declared
        and COMES_WITH.get(name) not in declared
    }
    assert undeclared == {}
