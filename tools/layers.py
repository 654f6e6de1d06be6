"""Hold the layers of the house with import-linter: who may import whom.

The contracts are written for the packages that are in the tree, so a new service stands under them
from its first commit. `--show` prints them as an import-linter configuration.
"""

import argparse
import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINT_IMPORTS = Path(sysconfig.get_path("scripts")) / "lint-imports"

# What moves bytes between a process and the world. The rules of the law know nothing of it.
SQL = ("sqlalchemy", "psycopg", "alembic")
WIRE = ("grpc", "google", "childsupport")
BROKER = ("pika", "kombu", "amqp", "nameko", "eventlet")
WORLD = (*SQL, *WIRE, *BROKER, "fastapi", "starlette", "uvicorn", "requests", "httpx", "socket")

# The one place that knows all services.
COMPOSER = "launcher"
# Where a service may speak SQL.
SPEAKS_SQL = ("store", "migrations")


@dataclass(frozen=True, slots=True)
class Contract:
    """One import-linter contract: its name, kind and options (a tuple becomes a list)."""

    name: str
    kind: str
    options: dict[str, str | tuple[str, ...]]

    def section(self) -> str:
        lines = [
            f"[importlinter:contract:{self.name}]",
            f"name = {self.name}",
            f"type = {self.kind}",
        ]
        for option, value in self.options.items():
            text = value if isinstance(value, str) else "".join(f"\n    {item}" for item in value)
            lines.append(f"{option} = {text}")
        return "\n".join(lines) + "\n"


def forbid(
    name: str, sources: Sequence[str], targets: Sequence[str], *, directly: bool = False
) -> Contract | None:
    """Sources must not import targets, not even through others (unless `directly`)."""
    if not sources or not targets:
        return None
    options: dict[str, str | tuple[str, ...]] = {
        "source_modules": tuple(sources),
        "forbidden_modules": tuple(targets),
        "allow_indirect_imports": str(directly),
        "unmatched_ignore_imports_alerting": "none",
    }
    return Contract(name, "forbidden", options)


def packages(folder: Path) -> list[Path]:
    """Return the Python packages directly in `folder`; modules without a package end the run."""
    found = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name != "tests"]
    with_code = [path for path in found if any(path.glob("*.py"))]
    for path in with_code:
        if not (path / "__init__.py").exists():
            sys.exit(f"{path} has modules but no __init__.py")
    return with_code


def parts(package: Path) -> dict[str, str]:
    """Return a service's own modules and subpackages: name to full module name."""
    modules = [path.stem for path in package.glob("*.py") if path.stem != "__init__"]
    folders = [path.name for path in package.iterdir() if any(path.glob("*.py"))]
    return {name: f"{package.name}.{name}" for name in sorted({*modules, *folders})}


def contracts(libraries: list[str], services: dict[str, dict[str, str]]) -> list[Contract]:
    """Return the contracts for these packages; `services` maps each package to its parts."""
    apart = [name for name in services if name != COMPOSER]
    inner = {name: parts for name, parts in services.items() if name.endswith("_service")}
    domains = [parts["domain"] for parts in inner.values() if "domain" in parts]
    silent = [
        module
        for parts in inner.values()
        for part, module in parts.items()
        if part not in SPEAKS_SQL
    ]
    events = [
        module
        for parts in inner.values()
        for part, module in parts.items()
        if part in {"handlers", "jobs", "store"}
    ]
    lawful = [name for name in ("policy", "formats") if name in libraries]
    above = [name for name in ("chassis",) if name in libraries]
    found = [
        forbid("libs never import services", libraries, list(services)),
        forbid("law and formats are plain Python", lawful, (*above, *WORLD)),
        forbid(
            f"only the {COMPOSER} knows all services",
            apart,
            [COMPOSER] if COMPOSER in services else [],
        ),
        forbid("the domain does no I/O", domains, (*above, *WORLD)),
        forbid("SQL is spoken in the store only", silent, SQL, directly=True),
        forbid("handlers, jobs and stores make no calls", events, ("grpc",), directly=True),
    ]
    if len(apart) > 1:
        independent: dict[str, str | tuple[str, ...]] = {"modules": tuple(apart)}
        found.append(Contract("services never import each other", "independence", independent))
    if inner:
        order: dict[str, str | tuple[str, ...]] = {
            "layers": ("(service)", "(api) : (handlers) : (jobs)", "(store)", "(domain)"),
            "containers": tuple(inner),
        }
        found.append(Contract("wiring over use cases over store over domain", "layers", order))
    return [contract for contract in found if contract]


def homes(root: Path) -> list[Path]:
    """Return the folders that hold packages: libs, and one for each service."""
    return [root / "libs", *sorted(path for path in (root / "services").iterdir() if path.is_dir())]


def configuration(root: Path) -> str:
    """Return the whole import-linter configuration for the tree as it is."""
    libs, *service_homes = homes(root)
    libraries = [path.name for path in packages(libs)]
    services = {path.name: parts(path) for home in service_homes for path in packages(home)}
    roots = "".join(f"\n    {name}" for name in [*libraries, *services])
    head = f"[importlinter]\nroot_packages = {roots}\ninclude_external_packages = True\n"
    return "\n".join([head, *(contract.section() for contract in contracts(libraries, services))])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print the contracts; check nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree to check (default: this)")
    options = parser.parse_args()
    root: Path = options.root
    if options.show:
        sys.stdout.write(configuration(root))
        return 0
    importable = os.pathsep.join(str(home) for home in homes(root))
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "layers.ini"
        written.write_text(configuration(root), encoding="utf-8")
        check = (str(LINT_IMPORTS), "--config", str(written), "--no-cache")
        environment = {**os.environ, "PYTHONPATH": importable}
        return subprocess.run(check, cwd=root, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
