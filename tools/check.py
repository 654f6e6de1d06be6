"""Run the gates and the tests (`make lint`, `make test`): quiet if well, one plain last line.

Each gate is a command; what it says is shown only if it fails. Two run at a time.
"""

import argparse
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sysconfig.get_path("scripts"))
RELEASED = ROOT / "protos" / "released.binpb"
AT_ONCE = 2
SITE_TESTS = ("tests/browser",)
PLATFORM_TESTS = ("tests/end_to_end", "tests/clients", "tests/faults")
LONG_SERVICES = ("payments", "case", "launcher")
"""Services whose tests take longer than a minute."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that must hold: its name, and the command that ends with 0 when it does."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the test suite that is run by itself: its name, and the folders it is in."""

    name: str
    paths: tuple[str, ...]


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def gates(descriptor: Path) -> list[Gate]:
    """Return all gates, the slowest first. `descriptor` is today's contract."""
    buf = ("--config", "buf.yaml", "--error-format", "text")
    compose = ("--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    found = [
        Gate("types (mypy)", tool("mypy")),
        Gate("layers (import-linter)", python("tools/layers.py")),
        Gate("style (ruff check)", tool("ruff", "check", "--quiet", ".")),
        Gate("format (ruff format)", tool("ruff", "format", "--check", "--quiet", ".")),
        Gate("our rules (ast-grep)", tool("ast-grep", "scan", "--error")),
        Gate("our rules' tests", tool("ast-grep", "test", "--skip-snapshot-tests")),
        Gate("contract (buf lint)", tool("buf", "lint", str(descriptor), *buf)),
        Gate("law (policy lint)", tool("childsupport", "policy", "lint")),
        Gate("image (hadolint)", tool("hadolint", "deploy/Dockerfile")),
        Gate("compose (schema)", tool("check-jsonschema", *compose)),
    ]
    if RELEASED.exists():
        against = ("--against", str(RELEASED.relative_to(ROOT)), "--against-config", "buf.yaml")
        breaking = tool("buf", "breaking", str(descriptor), *buf, *against)
        found.append(Gate("contract (buf breaking)", breaking))
    return found


def run_gate(gate: Gate) -> bool:
    """Run one gate and say how it went; return whether it holds."""
    started = time.monotonic()
    done = subprocess.run(
        gate.command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "FAILED" if done.returncode else "ok"
    line = f"{verdict:>6}  {gate.name}  {time.monotonic() - started:.1f} s\n"
    said = done.stdout if done.returncode else ""
    sys.stdout.write(line + said)
    sys.stdout.flush()
    return not done.returncode


def lint() -> list[str]:
    """Run every gate; return the names of those that do not hold."""
    with tempfile.TemporaryDirectory() as folder:
        descriptor = Path(folder) / "contract.binpb"
        make = python("tools/protos.py", "--descriptor", str(descriptor))
        if not run_gate(Gate("contract (protoc)", make)):
            return ["contract (protoc)"]
        todo = gates(descriptor)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            held = list(pool.map(run_gate, todo))
    return [gate.name for gate, holds in zip(todo, held, strict=True) if not holds]


def shares() -> list[Share]:
    """Return the parts that the suite is run in, the longest first.

    Two run at a time, each with servers of its own; who is done takes the next. The tests of one
    platform are one part, since it takes long to start.
    """
    return [
        Share("platform", tuple(name for name in PLATFORM_TESTS if (ROOT / name).exists())),
        Share("sites", SITE_TESTS),
        *(Share(name, (f"services/{name}",)) for name in LONG_SERVICES),
        Share("tests", _tested("tests", but=(*PLATFORM_TESTS, *SITE_TESTS))),
        Share("services", _tested("services", but=[f"services/{name}" for name in LONG_SERVICES])),
        Share("libs", ("libs",)),
    ]


def _tested(folder: str, *, but: Collection[str]) -> tuple[str, ...]:
    found = (path for path in (ROOT / folder).iterdir() if any(path.rglob("test_*.py")))
    return tuple(sorted({f"{folder}/{path.name}" for path in found} - set(but)))


def run_share(share: Share) -> bool:
    """Run one part of the suite, say what it says as it says it; return whether all passed."""
    started = time.monotonic()
    with subprocess.Popen(
        python("-m", "pytest", "-q", *share.paths),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        for line in running.stdout or ():
            sys.stdout.write(f"{share.name:>8} | {line}")
            sys.stdout.flush()
    sys.stdout.write(f"{share.name:>8} | took {time.monotonic() - started:.0f} s\n")
    return not running.returncode


def run_tests(paths: list[str]) -> list[str]:
    """Run pytest, over everything or over `paths`; its own words are the report."""
    if paths:
        done = subprocess.run(python("-m", "pytest", "-q", *paths), cwd=ROOT, check=False)
        return [f"tests (pytest ended with {done.returncode})"] if done.returncode else []
    todo = shares()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        passed = list(pool.map(run_share, todo))
    return [f"tests ({s.name})" for s, well in zip(todo, passed, strict=True) if not well]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("lint", "test"))
    parser.add_argument("paths", nargs="*", help="test only these; the gates are then left out")
    options = parser.parse_args()
    started = time.monotonic()
    failed = [] if options.paths else lint()
    if options.what == "test":
        failed += run_tests(options.paths)
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    verdict = f"FAILED: {', '.join(failed)}" if failed else "passed"
    sys.stdout.write(f"make {options.what}: {verdict} ({minutes} min {seconds} s)\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
