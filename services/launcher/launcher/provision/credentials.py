"""The embedded server's passwords: random, made once, kept in one file that only we can read."""

import json
import os
from pathlib import Path

from launcher.provision.databases import new_password


class Credentials:
    """Role → password, kept in a file of mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passwords: dict[str, str] = {}
        if path.exists():
            self._passwords = json.loads(path.read_text(encoding="utf-8"))

    @property
    def known(self) -> bool:
        """Whether any password has been made yet."""
        return bool(self._passwords)

    def password_of(self, role: str) -> str:
        """The role's password; made and stored before its first use."""
        if role not in self._passwords:
            self._passwords[role] = new_password()
            self._store()
        return self._passwords[role]

    def _store(self) -> None:
        partial = self._path.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self._passwords, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)
