"""The second factor: codes of an authenticator app, and recovery codes in their place.

Apps tell codes by the machine's time, not by the clock of the business.
"""

import os
from dataclasses import dataclass
from typing import Final

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.runtime import Work
from identity_service import codes as making
from identity_service.actions import sessions, telling
from identity_service.actions.refusing import precondition
from identity_service.domain import codes, totp
from identity_service.store import accounts
from identity_service.store import codes as store
from identity_service.store.accounts import Account

RECOVERY: Final = "recovery"
RECOVERY_CODES: Final = 10
_GROUP: Final = 4
_ISSUER: Final = "Child Support"


@dataclass(frozen=True, slots=True)
class Proof:
    """A second factor as it was shown: one of the two."""

    totp_code: str = ""
    recovery_code: str = ""


def is_right(work: Work, account: Account, proof: Proof, machine: Clock) -> bool:
    """Check a second factor and use it up."""
    if proof.totp_code and account.totp_confirmed:
        now_s = int(machine.now().timestamp())
        step = totp.step_of(account.totp_secret, proof.totp_code, now_s, account.totp_step)
        # The statement decides: of two with the same code at once one is refused.
        return step is not None and accounts.use_totp_step(work.session, account.account_id, step)
    if proof.recovery_code:
        found = making.fingerprint(work.keys, RECOVERY, codes.normal(proof.recovery_code))
        now = work.clock.now()
        used = store.use(work.session, work.keys, RECOVERY, found, now, account.account_id)
        if used is not None:
            telling.mail_account(work, account, "recovery_code_used")
            telling.record(work, account.account_id, "recovery_code_used")
        return used is not None
    return False


def set_up(work: Work, token: str) -> tuple[str, str]:
    """Begin an authenticator app; return its secret and the URI for a QR code."""
    opened = sessions.require(work, token, recent=True)
    account = opened.account
    if account.totp_confirmed:
        raise precondition("totp", "an authenticator app is set up: remove it first")
    secret = os.urandom(totp.SECRET_BYTES)
    accounts.set_totp(work.session, work.keys, account.account_id, secret)
    return totp.base32(secret), totp.uri(secret, account.user_name, _ISSUER)


def confirm(work: Work, token: str, totp_code: str, machine: Clock) -> None:
    """Put the authenticator app into force with a code of it."""
    opened = sessions.require(work, token, recent=True)
    account = opened.account
    if account.totp_confirmed or not account.totp_secret:
        raise precondition("totp", "no authenticator app is being set up")
    step = totp.step_of(account.totp_secret, totp_code, int(machine.now().timestamp()), 0)
    if step is None:
        raise precondition("totp_code", "the code is not of this app: is its clock right?")
    accounts.change(work.session, account.account_id, totp_confirmed=True, totp_step=step)
    telling.record(work, account.account_id, "totp_added", opened.session.session_id)
    telling.mail_account(work, account, "totp_added")


def remove(work: Work, token: str) -> None:
    """Remove the authenticator app; one that is not there stays away."""
    opened = sessions.require(work, token, recent=True)
    account = opened.account
    if not account.totp_secret:
        return
    accounts.set_totp(work.session, work.keys, account.account_id, b"")
    telling.record(work, account.account_id, "totp_removed", opened.session.session_id)
    telling.mail_account(work, account, "totp_removed")


def create_recovery_codes(work: Work, token: str) -> list[str]:
    """Make recovery codes, told only here; earlier ones count no more."""
    opened = sessions.require(work, token, recent=True)
    account, now = opened.account, work.clock.now()
    store.drop(work.session, account.account_id, RECOVERY)
    made = [making.new_recovery_code() for _ in range(RECOVERY_CODES)]
    for one in made:
        kept = store.Code(new_id(now), account.account_id, RECOVERY, now, None)
        store.add(work.session, work.keys, kept, making.fingerprint(work.keys, RECOVERY, one))
    telling.record(work, account.account_id, "recovery_codes_made", opened.session.session_id)
    telling.mail_account(work, account, "recovery_codes_made")
    return [codes.shown(one, _GROUP) for one in made]
