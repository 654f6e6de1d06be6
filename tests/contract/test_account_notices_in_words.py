"""What identity tells and what notification has words for are the same."""

import ast
from pathlib import Path

from notification_service.catalogue import LANGUAGES, catalogue
from notification_service.domain import account_notices

ACTIONS = Path(__file__).parents[2] / "services" / "identity" / "identity_service" / "actions"
MAILING = {
    "mail": 3,
    "mail_account": 2,
    "mail_reset": 2,
    "_mail": 2,
    "mail_worker": 2,
    "_mail_link": 2,
}
TELLING = {**MAILING, "write_letter": 3}
"""Functions that tell, and where the kind stands among their arguments."""


def kinds_told(*functions: str) -> set[str]:
    """Return the kinds that stand as words in calls of functions of identity."""
    found: set[str] = set()
    for path in ACTIONS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in functions and len(node.args) > TELLING[name]:
                kind = node.args[TELLING[name]]
                if isinstance(kind, ast.Constant):
                    found.add(str(kind.value))
    return found


def test_every_mail_has_words_and_every_word_a_mail() -> None:
    told = kinds_told(*MAILING)
    assert {"pin", "reset_started", "key_reminder", "email_changed"} <= told
    for language in LANGUAGES:
        words = catalogue(language)
        assert set(words.account_subjects) == told
        assert set(words.account_bodies) == told | {"end", "worker_end"}


def test_every_letter_has_words() -> None:
    assert kinds_told("write_letter") == set(account_notices.LETTERS)
