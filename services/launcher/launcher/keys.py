"""Every service's data keys of an embedded platform: made once, kept beside its data."""

from pathlib import Path

from chassis.crypto import write_key_files
from launcher.registry import SERVICES


def provide_keys(directory: Path) -> None:
    """Make the key files unless they are there. Raises FileExistsError when only some are."""
    missing = [s for s in SERVICES if not key_file(directory, s).exists()]
    if len(missing) == len(SERVICES):
        write_key_files(directory, list(SERVICES))
    elif missing:
        message = f"{directory}: key files of {', '.join(missing)} are missing, others are there"
        raise FileExistsError(message)


def key_file(directory: Path, service: str) -> Path:
    """Return where a service's keys lie."""
    return directory / f"{service}.keys.json"
