"""Whether a password may be taken: by rule, and by the operator's list of stolen ones."""

from collections.abc import Collection

from chassis.runtime import Work
from identity_service.actions.refusing import refuse
from identity_service.breached import is_breached
from identity_service.domain.accounts import password_problems, prepared
from identity_service.domain.clients import Problem
from identity_service.settings import settings_of
from policy import load


def problems(work: Work, field: str, password: str, about: Collection[str]) -> list[Problem]:
    """Return what stands against a password. `about`: names and addresses of its owner."""
    law = load(work.settings.jurisdiction)
    shortest = law.count("portal.password_characters", work.clock.today())
    found = list(password_problems(field, password, about, shortest))
    if not found and is_breached(settings_of(work).breached_passwords_file, prepared(password)):
        found.append(
            Problem(
                field,
                "was stolen from another service and is on lists that thieves use: take another"
                " one, and change it wherever you use it",
            )
        )
    return found


def check(work: Work, field: str, password: str, about: Collection[str]) -> None:
    """Raise INVALID_FIELD for a password that may not be taken."""
    refuse(problems(work, field, password, about))
