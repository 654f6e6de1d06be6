"""Chromium for the sites' tests: found, or Debian's, installed where that needs no question."""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
PACKAGES = NAMES[:2]
"""Debian's. The headless shell is the same engine without windows: half the work for each page."""
INSTALL_SECONDS = 900
HOW_TO_INSTALL = (
    "Chromium is not installed, and without it no page can be tested. Install the package chromium"
    " (Debian: `apt-get install chromium`; Fedora: `dnf install chromium`) or put one on PATH"
)


def provide_chromium() -> Path:
    """Return the program; installs it with apt if we are root, else says how to (RuntimeError)."""
    found = _found()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Chromium is not installed: installing it with apt-get (once; a minute or two)")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ("apt-get", "update", "-qq"),
            *(("apt-get", "install", "-y", "-qq", "--no-install-recommends", p) for p in PACKAGES),
        ):
            if _found() is None:
                subprocess.run(
                    command,
                    check=False,
                    env=quiet,
                    timeout=INSTALL_SECONDS,
                    stdout=subprocess.DEVNULL,
                )
        found = _found()
    if found is None:
        raise RuntimeError(HOW_TO_INSTALL)
    return found


def _found() -> Path | None:
    return next((Path(path) for name in NAMES if (path := shutil.which(name))), None)
