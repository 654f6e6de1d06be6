"""The port to whoever charges cards and bank accounts, and a sandbox behind it.

A gateway is outside of our transactions: it may have charged when we never heard its answer. So
each payment has one key that it is charged under however often it is asked, and whose outcome can
be asked again. Card and account numbers never come here: the payer's browser gives them to the
gateway and gets a token.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from payments_service.settings import PaymentsSettings

CARD = 6
SANDBOX = "sandbox"


class GatewayTimeoutError(Exception):
    """No answer came: whether the payer was charged is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a payment. `code`: why it was declined; empty: it was approved."""

    reference: str
    code: str
    settles_on: date


@dataclass(frozen=True, slots=True)
class News:
    """A payment that the payer's bank took back. Numbers rise in the order of the news."""

    number: int
    key: str
    on: date
    code: str


class Gateway(Protocol):
    """Whoever charges. Every method raises GatewayTimeoutError when no answer comes."""

    def charge(self, key: str, cents: int, instrument: int, token: str, on: date) -> Answer:
        """Charge once under a key; the same key again gives the first answer again."""
        ...

    def look_up(self, key: str) -> Answer | None:
        """Return what became of a key; None when nothing was charged or declined under it yet."""
        ...

    def void(self, key: str) -> bool:
        """See to it that nothing will be charged under a key; False when it was charged already."""
        ...

    def news(self, after: int, on: date) -> list[News]:
        """Return what was taken back up to a day, after a number."""
        ...


def gateway_of(settings: PaymentsSettings) -> Gateway | None:
    """Return the gateway that the settings name; None when they name none."""
    if not settings.payment_gateway:
        return None
    return SandboxGateway(settings.data_dir / "gateway_sandbox")


class SandboxGateway:
    """A gateway that charges nobody. What it does is decided by the token.

    `declined`: declines. `answer_lost`: charges, and the answer is lost. `request_lost`: the first
    request is lost. `silent`: never answers a charge. `charged_back`: is taken back by the payer's
    bank five days after it settled. All else is approved. It keeps its books in files, so that it
    outlives the process and a transaction that is rolled back, as a real one does.
    """

    def __init__(self, folder: Path) -> None:
        """Keep the books in a folder, which is made when it is needed."""
        self._folder = folder

    def charge(self, key: str, cents: int, instrument: int, token: str, on: date) -> Answer:
        """Charge once under a key."""
        known = self._read(key)
        if known is not None:
            return _answer(known)
        if token == "silent" or (token == "request_lost" and self._first(key)):  # noqa: S105 - the sandbox's words
            raise GatewayTimeoutError(key)
        settles = on + timedelta(days=1 if instrument == CARD else 2)
        code = "insufficient_funds" if token == "declined" else ""  # noqa: S105 - the sandbox's words
        record = _Record(key, cents, token, code, settles.isoformat(), voided=False)
        charged = self._write(record)
        if token == "answer_lost":  # noqa: S105 - the sandbox's words
            raise GatewayTimeoutError(key)
        return _answer(charged)

    def look_up(self, key: str) -> Answer | None:
        """Return what became of a key."""
        known = self._read(key)
        return None if known is None or known.voided else _answer(known)

    def void(self, key: str) -> bool:
        """See to it that nothing will be charged under a key."""
        record = _Record(key, 0, "", "voided", date.min.isoformat(), voided=True)
        return self._write(record).voided

    def news(self, after: int, on: date) -> list[News]:
        """Return what was taken back; numbers follow the day and the key."""
        taken = [
            (date.fromisoformat(record.settles_on) + timedelta(days=5), record.key)
            for record in self.charges()
            if record.token == "charged_back"  # noqa: S105 - the sandbox's words
        ]
        told = [
            News(day.toordinal() * 10**6 + int(key[-5:], 16) % 10**6, key, day, "fraud_reported")
            for day, key in sorted(taken)
            if day <= on
        ]
        return [item for item in told if item.number > after]

    def charges(self) -> "list[_Record]":
        """Return everything that was charged."""
        found = [self._read(path.stem) for path in sorted(self._folder.glob("*.json"))]
        return [r for r in found if r is not None and not (r.code or r.voided)]

    def _first(self, key: str) -> bool:
        """Whether a key is seen for the first time."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            (self._folder / f"{key}.seen").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _read(self, key: str) -> "_Record | None":
        try:
            return _Record(**json.loads((self._folder / f"{key}.json").read_text()))
        except FileNotFoundError:
            return None

    def _write(self, record: "_Record") -> "_Record":
        """Keep the first record of a key; returns the one that is kept."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{record.key}.{os.getpid()}.draft"
        draft.write_text(json.dumps(asdict(record)))
        try:
            os.link(draft, self._folder / f"{record.key}.json")
        except FileExistsError:
            return self._read(record.key) or record
        finally:
            draft.unlink()
        return record


@dataclass(frozen=True, slots=True)
class _Record:
    """What the sandbox keeps of a key."""

    key: str
    cents: int
    token: str
    code: str
    settles_on: str
    voided: bool


def _answer(record: _Record) -> Answer:
    settles = date.fromisoformat(record.settles_on)
    return Answer(f"SBX-{record.key[-12:]}", record.code, settles)
