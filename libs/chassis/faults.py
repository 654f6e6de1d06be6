"""For tests only: places where a process may be told to die, so that a crash is always the same.

CHILDSUPPORT_FAULT names a file. When a place is passed whose name stands in that file, the file is
removed (the process that takes over lives) and the process kills itself, as a power cut would.
Without the setting a place costs one comparison; outside pytest the setting stops the process.
"""

import os
import signal
from pathlib import Path

_SETTING = "CHILDSUPPORT_FAULT"
_file = Path(os.environ[_SETTING]) if os.environ.get(_SETTING) else None
if _file is not None and "PYTEST_CURRENT_TEST" not in os.environ:
    raise RuntimeError(f"{_SETTING} is set outside a test: it kills the process; unset it")


def point(name: str) -> None:
    """Pass a place; the process ends here if a test has asked for it."""
    if _file is not None and _file.exists() and _file.read_text().strip() == name:
        _file.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
