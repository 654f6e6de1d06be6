"""Compile pyproject.toml into the pinned requirements files (`make requirements`).

`requirements.txt` is what the image runs on, `requirements-dev.txt` what one works with,
`requirements-node.txt` the Node.js for a machine that has none. They hold for every platform and
Python that we support, and name no index: each machine uses its own.
"""

import os
import subprocess
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sysconfig.get_path("scripts")) / "uv"
COMPILE = (
    *("pip", "compile", "--quiet", "--upgrade"),
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--custom-compile-command", "make requirements"),
)
_ENVIRONMENT = {**os.environ, "UV_NO_PROGRESS": "1"}


def compile_to(name: str, *options: str) -> None:
    command = (str(UV), *COMPILE, *options, "--output-file", name, "pyproject.toml")
    subprocess.run(command, cwd=ROOT, check=True, env=_ENVIRONMENT)


def compile_node() -> None:
    """Pin Node.js alone: the rest of what its extra would bring is there already."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = tomllib.load(file)["project"]["optional-dependencies"]["node"]
    command = (str(UV), *COMPILE, "--output-file", "requirements-node.txt", "-")
    subprocess.run(
        command, cwd=ROOT, check=True, input="\n".join(wanted).encode(), env=_ENVIRONMENT
    )


def main() -> None:
    compile_to("requirements-dev.txt", "--extra", "dev")
    # The image gets exactly the versions that the tests ran with.
    compile_to("requirements.txt", "--constraint", "requirements-dev.txt")
    compile_node()


if __name__ == "__main__":
    main()
