"""Prepare this checkout: `.venv`, the pinned packages, the project itself, the generated stubs.

Run by `make setup` with any Python that fits (standard library only). Each step leaves a stamp
with the hash of what it was made from, so a second run does only what has changed, and takes a
fraction of a second.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
COMMAND = VENV / "bin" / "childsupport"
STAMPS = VENV / "stamps"
REQUIREMENTS = ROOT / "requirements-dev.txt"
LOG = VENV / "setup.log"
PYTHON_MIN = (3, 11)
LOG_LINES_SHOWN = 30

PIP = (str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input")


class SetupError(Exception):
    """A step failed; the text is the sentence for the person at the keyboard."""


class CommandError(SetupError):
    """A program that a step runs ended with an error; the text ends with the last that it said."""


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Hold a lock on the checkout's folder: two makes at once must not build over each other."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is running in this checkout; waiting for it")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def say(text: str) -> None:
    sys.stderr.write(f"setup: {text}\n")
    sys.stderr.flush()


def digest(*parts: bytes) -> str:
    """Hash of the parts, each framed by its length so that two lists never look alike."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


def digest_tree(folder: Path, pattern: str) -> str:
    """Hash of the names and contents of the files under `folder` that fit `pattern`."""
    parts: list[bytes] = []
    for path in sorted(folder.rglob(pattern)):
        parts += [str(path.relative_to(folder)).encode(), path.read_bytes()]
    return digest(*parts)


def run(command: tuple[str, ...], environment: dict[str, str] | None = None) -> None:
    """Run quietly; what it says goes to `.venv/setup.log`."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n")
        log.flush()
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False
        )
    if done.returncode:
        said = LOG.read_text(encoding="utf-8", errors="replace").splitlines()
        tail = "\n".join(said[-LOG_LINES_SHOWN:])
        message = f"{tail}\n`{' '.join(command[:6])} …` ended with {done.returncode}; see {LOG}"
        raise CommandError(message)


def step(name: str, stamp: str, made_from: str, action: Callable[[], None]) -> None:
    """Run `action` unless its stamp says that it was already done for `made_from`."""
    mark = STAMPS / stamp
    if mark.exists() and mark.read_text(encoding="ascii") == made_from:
        return
    started = time.monotonic()
    say(f"{name} …")
    mark.unlink(missing_ok=True)
    action()
    STAMPS.mkdir(parents=True, exist_ok=True)
    mark.write_text(made_from, encoding="ascii")
    say(f"{name}: done in {time.monotonic() - started:.1f} s")


def make_venv() -> None:
    run_by = (sys.executable, "-m", "venv", "--clear", str(VENV))
    done = subprocess.run(run_by, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        message = (
            f"{sys.executable} could not make a virtual environment:\n{done.stdout}{done.stderr}"
            "On Debian and Ubuntu: apt-get install python3-venv. Or name another: PYTHON=…"
        )
        raise SetupError(message)


def venv_version() -> str:
    """Return the version of the environment's Python; empty when there is none or it is broken."""
    with contextlib.suppress(OSError):
        ask = (str(VENV_PYTHON), "-c", "import sys, pip; print(sys.version)")
        return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
    return ""


def install_requirements() -> None:
    """Install what is pinned: with uv, six times as fast as pip; with pip where uv cannot."""
    pinned = ("--require-hashes", "--only-binary", ":all:", "--requirement")
    environment = dict(os.environ)
    if index := environment.get("PIP_INDEX_URL") or pip_setting("index-url"):
        environment.setdefault("UV_DEFAULT_INDEX", index)
    target = ("--quiet", "--python", str(VENV_PYTHON), "--compile-bytecode")
    try:
        with tempfile.TemporaryDirectory() as folder:
            uv = Path(folder) / "uv.txt"
            uv.write_text(pinned_lines("uv"), encoding="utf-8")
            run((*PIP, "install", "--quiet", *pinned, str(uv)))
        run((str(UV), "pip", "install", *target, *pinned, str(REQUIREMENTS)), environment)
    except CommandError:
        say("uv could not install them here; once more with pip, which takes a minute")
        run((*PIP, "install", "--quiet", *pinned, str(REQUIREMENTS)))


def pip_setting(name: str) -> str:
    """Return a setting of pip's own configuration files; empty when there is none."""
    ask = (*PIP, "config", "get", f"global.{name}")
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()


def pinned_lines(package: str) -> str:
    """Return the package's entry in the requirements: its version and its hashes."""
    text = REQUIREMENTS.read_text(encoding="utf-8")
    found = re.search(rf"^{package}==.*\n(?:[ #].*\n)*", text, re.MULTILINE)
    if found is None:
        message = f"{REQUIREMENTS} does not name {package}; run `make requirements`"
        raise SetupError(message)
    return found.group()


def install_project() -> None:
    alone = ("--no-build-isolation", "--no-deps", "--editable", str(ROOT))
    run((*PIP, "install", "--quiet", *alone))


def make_stubs() -> None:
    run((str(VENV_PYTHON), str(ROOT / "tools" / "protos.py")))


def fetch_uswds() -> None:
    run((str(VENV_PYTHON), str(ROOT / "tools" / "uswds.py")))


def prepare_environment() -> str:
    """Make the virtual environment unless a working one is there. Returns its Python's version."""
    mark = STAMPS / "venv"
    if VENV_PYTHON.exists() and mark.exists():
        return mark.read_text(encoding="utf-8")
    if not venv_version():
        say(f"virtual environment with {sys.executable} …")
        make_venv()
    version = venv_version()
    STAMPS.mkdir(parents=True, exist_ok=True)
    mark.write_text(version, encoding="utf-8")
    return version


def prepare() -> None:
    version = prepare_environment()
    packages = digest(version.encode(), REQUIREMENTS.read_bytes())
    step("packages (half a minute the first time)", "packages", packages, install_requirements)

    if not COMMAND.exists():
        (STAMPS / "project").unlink(missing_ok=True)
    described = (ROOT / "pyproject.toml").read_bytes()
    project = digest(packages.encode(), described, str(ROOT).encode())
    step("the project", "project", project, install_project)

    if not (ROOT / "libs" / "contracts" / "childsupport").is_dir():
        (STAMPS / "protos").unlink(missing_ok=True)
    generator = (ROOT / "tools" / "protos.py").read_bytes()
    contract = digest_tree(ROOT / "protos", "*.proto")
    protos = digest(packages.encode(), contract.encode(), generator)
    step("stubs from the protos", "protos", protos, make_stubs)

    uswds = ROOT / "tools" / "uswds.py"
    if not (ROOT / "libs" / "web" / "uswds" / "css").is_dir():
        (STAMPS / "uswds").unlink(missing_ok=True)
    step("the U.S. Web Design System (npm)", "uswds", digest(uswds.read_bytes()), fetch_uswds)


def main() -> int:
    if sys.version_info < PYTHON_MIN:
        wanted = ".".join(map(str, PYTHON_MIN))
        say(f"Python {wanted} or newer is needed; this is {sys.version.split()[0]}")
        return 1
    try:
        with only_one_at_a_time():
            prepare()
    except SetupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
