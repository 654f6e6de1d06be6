"""Reading the mail that the demonstration's mail server took, as its addressees would."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

_LINK = re.compile(r"https?://\S+?/(?P<kind>[a-z-]+)/(?P<token>[A-Za-z0-9_-]{20,})")
_PIN = re.compile(r"\b\d{4}[ -]?\d{4}\b")


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail that was sent."""

    to: str
    subject: str
    text: str

    @property
    def link(self) -> str:
        """Return the link that the mail tells its reader to open; empty without one."""
        found = _LINK.search(self.text)
        return found.group() if found else ""

    @property
    def token(self) -> str:
        """Return what the link ends with."""
        found = _LINK.search(self.text)
        return found["token"] if found else ""

    @property
    def pin(self) -> str:
        """Return the PIN that the mail tells; empty without one."""
        found = _PIN.search(self.text)
        return found.group() if found else ""


def mails(folder: Path, to: str = "") -> Sequence[Mail]:
    """Return the mails in a folder in the order in which they came; `to` picks an addressee."""
    found = []
    for file in sorted(folder.glob("*.eml")):
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        mail = Mail(str(message["to"]), str(message["subject"]), body.get_content() if body else "")
        if not to or mail.to == to:
            found.append(mail)
    return found
