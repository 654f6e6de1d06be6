"""RabbitMQ's programs: found, or installed where that needs no question."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MORE_PATH: Final = "/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/sbin:/opt/homebrew/sbin"
DEBIAN_WRAPPER: Final = "rabbitmq-script-wrapper"
BEHIND_DEBIAN_WRAPPER: Final = Path("/usr/lib/rabbitmq/bin")
POLICY: Final = Path("/usr/sbin/policy-rc.d")
START_NOTHING: Final = "#!/bin/sh\nexit 101\n"
INSTALL_SECONDS: Final = 900
ERLANG_SECONDS: Final = 30
HOW_TO_INSTALL: Final = (
    "RabbitMQ is not installed, and without it nothing that needs a broker can be tested. Install "
    "the package rabbitmq-server (Debian, Ubuntu: `apt-get install rabbitmq-server`; Fedora: "
    "`dnf install rabbitmq-server`; macOS: `brew install rabbitmq`)"
)


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one installation. `epmd`: Erlang's name server."""

    server: Path
    control: Path
    epmd: Path


def find_programs() -> Programs | None:
    """The installed programs, or None.

    Debian's `rabbitmq-server` changes to the user `rabbitmq` and to the system's directories; the
    program behind it is taken instead, which runs as whoever starts it.
    """
    found = _which("rabbitmq-server")
    if found is None:
        return None
    directory = found.resolve().parent
    if found.resolve().name == DEBIAN_WRAPPER:
        directory = BEHIND_DEBIAN_WRAPPER
    server, control = directory / "rabbitmq-server", directory / "rabbitmqctl"
    epmd = _which("epmd") or _epmd_of_erlang()
    if epmd is None or not server.exists() or not control.exists():
        return None
    return Programs(server, control, epmd)


def provide_programs() -> Programs:
    """The installed programs; installs them with apt if we are root, else says how to.

    Raises RuntimeError with exactly what to install.
    """
    programs = find_programs()
    if programs is not None:
        return programs
    if os.geteuid() != 0 or _which("apt-get") is None:
        raise RuntimeError(HOW_TO_INSTALL)
    print("RabbitMQ is not installed: installing it with apt-get (once; a minute or two)")
    _install_with_apt()
    programs = find_programs()
    if programs is None:
        raise RuntimeError(
            f"apt-get installed rabbitmq-server, but it is not found. {HOW_TO_INSTALL}"
        )
    return programs


def _which(program: str) -> Path | None:
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{MORE_PATH}")
    return None if found is None else Path(found)


def _epmd_of_erlang() -> Path | None:
    erlang = _which("erl")
    if erlang is None:
        return None
    say_root = ["-noshell", "-eval", "io:format(code:root_dir()), halt()."]
    root = subprocess.run(
        [str(erlang), *say_root],
        check=True,
        capture_output=True,
        text=True,
        timeout=ERLANG_SECONDS,
    ).stdout
    return next(iter(sorted(Path(root).glob("erts-*/bin/epmd"))), None)


def _install_with_apt() -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with _no_service_starts():
        for words in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", "rabbitmq-server"],
        ):
            done = subprocess.run(
                words,
                check=False,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=INSTALL_SECONDS,
            )
            if done.returncode != 0:
                raise RuntimeError(f"`{' '.join(words)}` failed:\n{done.stdout}\n{HOW_TO_INSTALL}")


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Keep the package from starting the system's node; a policy that is there already decides."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text(START_NOTHING, encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
