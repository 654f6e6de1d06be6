"""Readiness: what a process needs before it may be sent work."""

from collections.abc import Callable
from dataclasses import dataclass

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from chassis import migrate
from chassis.runtime import Runtime

Check = Callable[[], None]
"""Returns when the need is met; raises NotReadyError saying what is missing."""


class NotReadyError(Exception):
    """What a process still needs."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """All needs of a process. Called, it says what is missing; empty when nothing is."""

    checks: tuple[Check, ...]

    def __call__(self) -> str:
        """Ask every need; return what is missing, in one line."""
        missing: list[str] = []
        for check in self.checks:
            try:
                check()
            except NotReadyError as error:
                missing.append(str(error))
        return "; ".join(missing)


def database_at_head(runtime: Runtime) -> Check:
    """Return the check that the database answers and has every migration of this program."""
    url = runtime.settings.database_url.get_secret_value()
    scripts = ScriptDirectory.from_config(migrate.config(runtime.service, url))
    expected = frozenset(scripts.get_heads())

    def check() -> None:
        try:
            with runtime.engine.connect() as connection:
                found = frozenset(MigrationContext.configure(connection).get_current_heads())
        except SQLAlchemyError as error:
            raise NotReadyError(f"database: {type(error).__name__}") from error
        if found != expected:
            raise NotReadyError(
                f"database: at migration {_names(found)}, this program needs {_names(expected)}"
            )

    return check


def _names(revisions: frozenset[str]) -> str:
    return ", ".join(sorted(revisions)) or "none"
