"""Files for the outside: whole or not at all, on disk before it is said, for their owner alone."""

import os
from collections.abc import Iterable
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def write_file(folder: Path, name: str, chunks: Iterable[bytes]) -> None:
    """Write a file beside its place and rename it into it; when this returns, it is on disk.

    Writing it again replaces it. The folder is made where there is none.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    # Two processes that write the same file must not write into one draft.
    draft = folder / f".{name}.{os.getpid()}"
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / name)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Bring the name itself to disk: a power cut after the rename could take it back."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
