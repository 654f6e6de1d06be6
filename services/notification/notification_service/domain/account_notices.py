"""What account holders are told: mails to an address, letters to a participant's address on file.

A mail about an account names no case and no amount; a letter with a key is read by its addressee
alone, so no list of letters shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from notification_service.domain.notices import Facts, Notice, Sentence
from notification_service.domain.wording import Catalogue, moment

LINKS: Mapping[str, str] = MappingProxyType(
    {
        "verify_email": "verify-email",
        "confirm_email": "confirm-email",
        "reset_password": "reset-password",
        "reset_started": "reset-password",
        "worker_invitation": "invitation",
        "worker_reset": "invitation",
    }
)
"""Where in the portal, or for a worker in the console, the link of a mail leads."""
_WORKER: Final = "worker_"
KEY_LETTER = "portal_key"
GRANTED_LETTER = "portal_access"
REMOVED_LETTER = "portal_factor_removed"
LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "portal_key": KEY_LETTER,
        "access_granted": GRANTED_LETTER,
        "second_factor_removed": REMOVED_LETTER,
    }
)
"""Kinds of letters by the kind of the notice."""
SECRET_LETTERS = (KEY_LETTER,)


@dataclass(frozen=True, slots=True)
class AccountMail:
    """A mail about an account, opened. `expire_time` is ISO, empty when nothing ends."""

    kind: str
    email: str
    language: str
    code: str = ""
    link_token: str = ""
    user_name: str = ""
    expire_time: str = ""


@dataclass(frozen=True, slots=True)
class AccountLetter:
    """A letter about an account, opened. `expire_on` is ISO, empty when nothing ends."""

    notice_id: str
    kind: str
    participant_id: str
    code: str
    expire_on: str
    letter_number: int


def is_for_worker(kind: str) -> bool:
    """True when a mail goes to a worker of the agency."""
    return kind.startswith(_WORKER)


def written(
    mail: AccountMail, catalogue: Catalogue, portal_url: str, phone: str, until: datetime | None
) -> tuple[str, str]:
    """Return subject and text of a mail. `until` is local time. Raises KeyError without words.

    `portal_url` is where its reader logs in: the portal, for a worker the console.
    """
    link = f"{portal_url}/{LINKS[mail.kind]}/{mail.link_token}" if mail.kind in LINKS else ""
    body = catalogue.account_bodies[mail.kind].format(
        link=link,
        code=mail.code,
        user_name=mail.user_name,
        until=moment(catalogue, until) if until else "",
        portal=portal_url,
        phone=phone,
    )
    end_kind = "worker_end" if is_for_worker(mail.kind) else "end"
    end = catalogue.account_bodies[end_kind].format(phone=phone)
    return catalogue.account_subjects[mail.kind], f"{body}\n\n{end}\n"


def letter(told: AccountLetter) -> Notice:
    """Return a letter as facts."""
    kind = LETTERS[told.kind]
    if kind == KEY_LETTER:
        sentences = (
            Sentence("portal_key", {"code": told.code}),
            Sentence("portal_key_until", {"expire_on": told.expire_on}),
            Sentence("portal_key_number", {"number": str(told.letter_number)}),
            Sentence("portal_not_you", {}),
        )
        facts = Facts(sentences, action="enter_key")
    else:
        facts = Facts((Sentence(kind, {}), Sentence("portal_not_you", {})))
    return Notice(
        kind=kind, about_id=told.notice_id, participant_id=told.participant_id, facts=facts
    )
