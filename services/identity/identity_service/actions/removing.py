"""The way back for a parent who lost app, passkeys and recovery codes.

One person at an office, to whom the parent has shown who they are, asks; another person confirms.
Then every second factor is gone, all sessions end, a link to set a new password goes to the
account's address, and word of it to that address and to the letter box on file (NIST SP 800-63B-4
section 4.2; ASVS 5.0 6.4.4). Nobody at the office learns or sets anything that logs in.
"""

from datetime import datetime, timedelta
from typing import Final

from chassis.errors import not_found
from chassis.runtime import Work
from identity_service.actions import granting, limiting, registering, second_factors, telling
from identity_service.actions.logging_in import factor_tries
from identity_service.actions.refusing import precondition, refuse
from identity_service.domain.clients import Problem
from identity_service.store import accounts, codes, enrolments, participants, passkeys
from identity_service.store import removals as store
from identity_service.store import sessions as session_store
from identity_service.store.accounts import Account
from identity_service.store.removals import Removal

LIVES: Final = timedelta(days=7)
"""How long a removal waits for the second person. Constructed: no standard says."""


def has_second_factor(work: Work, account: Account) -> bool:
    """True when an account has an authenticator app or a passkey."""
    return account.totp_confirmed or passkeys.count(work.session, account.account_id) > 0


def waiting(work: Work, participant_id: str) -> Removal | None:
    """Return the removal that waits for another person, while it can be confirmed."""
    found = store.waiting(work.session, work.keys, participant_id)
    return found if found is not None and found.expire_time > work.clock.now() else None


def ask(work: Work, participant_id: str, reason: str) -> datetime:
    """Ask for the second factor to be taken away; return until when it can be confirmed."""
    if not 1 <= len(reason.strip()) <= granting.REASON_CHARACTERS_MAX:
        text = f"must have 1 to {granting.REASON_CHARACTERS_MAX} characters"
        refuse([Problem("reason", text)])
    enrolments.lock_participant(work.session, participant_id)
    account = _account(work, participant_id)
    if not has_second_factor(work, account):
        raise precondition("second_factor", "the account has no second factor: reset the password")
    if waiting(work, participant_id) is not None:
        raise precondition("removal", "a removal waits already: another person confirms it")
    now, by = work.clock.now(), work.caller.person
    store.settle(work.session, participant_id, store.REJECTED, by, now)
    expire = now + LIVES
    new = Removal(participant_id, account.account_id, reason.strip(), by, now, expire)
    store.ask(work.session, work.keys, new)
    telling.record(work, account.account_id, "second_factor_removal_asked")
    telling.mail_account(work, account, "second_factor_asked")
    return expire


def confirm(work: Work, participant_id: str) -> None:
    """Take the second factor away, as somebody else asked."""
    removal, account = _open(work, participant_id)
    by, now, account_id = work.caller.person, work.clock.now(), account.account_id
    if by == removal.asked_by:
        raise precondition("two_people", "another person than who asked for it confirms it")
    store.settle(work.session, participant_id, store.CONFIRMED, by, now)
    accounts.set_totp(work.session, work.keys, account_id, b"")
    passkeys.remove(work.session, account_id)
    for purpose in (second_factors.RECOVERY, registering.CHANGE_EMAIL):
        codes.drop(work.session, account_id, purpose)
    session_store.end(work.session, account_id, now)
    accounts.forget_devices(work.session, account_id=account_id)
    limiting.clear(work, [factor_tries(account)])
    telling.record(work, account_id, "second_factor_removed")
    telling.mail_account(work, account, "second_factor_removed")
    participant = participants.find(work.session, participant_id)
    language = participant.language if participant else account.language
    telling.write_letter(work, participant_id, language, "second_factor_removed")
    registering.mail_reset(work, account, "reset_started")


def reject(work: Work, participant_id: str) -> None:
    """Reject the removal; who asked may take it back so."""
    _, account = _open(work, participant_id)
    by, now = work.caller.person, work.clock.now()
    store.settle(work.session, participant_id, store.REJECTED, by, now)
    telling.record(work, account.account_id, "second_factor_removal_rejected")


def _open(work: Work, participant_id: str) -> tuple[Removal, Account]:
    enrolments.lock_participant(work.session, participant_id)
    removal = waiting(work, participant_id)
    if removal is None:
        raise precondition("removal", "no removal waits, or its days are over: ask again")
    account = _account(work, participant_id)
    if account.account_id != removal.account_id:
        raise precondition("removal", "another account sees the cases now: ask again")
    return removal, account


def _account(work: Work, participant_id: str) -> Account:
    access = enrolments.granted_for(work.session, participant_id)
    if access is None:
        raise precondition("access", "no account sees this participant's cases")
    account = accounts.find(work.session, work.keys, access.account_id, lock=True)
    if account is None:
        raise not_found("account", access.account_id)
    return account
