"""Which account sees whose cases: one account for a participant, and exactly that one's cases."""

from dataclasses import dataclass

from chassis.errors import not_found
from chassis.runtime import Work
from identity_service.actions import registering, telling
from identity_service.actions.refusing import precondition, refuse
from identity_service.actions.sessions import Opened
from identity_service.domain.clients import Problem
from identity_service.settings import settings_of
from identity_service.store import accounts, enrolments, participants
from identity_service.store.accounts import Account
from identity_service.store.enrolments import Access
from identity_service.store.participants import Case, Participant

REASON_CHARACTERS_MAX = 500


@dataclass(frozen=True, slots=True)
class Grant:
    """A participant whose cases an account sees."""

    access: Access
    participant: Participant
    cases: tuple[Case, ...]


def give(work: Work, account: Account, participant_id: str) -> None:
    """Let an account see a participant's cases; another account that did sees them no more.

    Both addresses and the participant's letter box are told (NIST SP 800-63A-4 section 3.1.10).
    """
    now = work.clock.now()
    enrolments.lock_participant(work.session, participant_id)
    before = enrolments.granted_for(work.session, participant_id)
    if before is not None and before.account_id == account.account_id:
        return
    if before is not None:
        _take(work, before, "another account was enrolled")
    enrolments.grant(work.session, Access(account.account_id, participant_id, now))
    telling.record(work, account.account_id, "access_granted")
    telling.mail_account(work, account, "access_granted")
    participant = participants.find(work.session, participant_id)
    language = participant.language if participant else account.language
    telling.write_letter(work, participant_id, language, "access_granted")


def revoke(work: Work, participant_id: str, reason: str) -> None:
    """Take away whatever opens a participant's cases; again changes nothing."""
    if not 1 <= len(reason.strip()) <= REASON_CHARACTERS_MAX:
        refuse([Problem("reason", f"must have 1 to {REASON_CHARACTERS_MAX} characters")])
    if participants.find(work.session, participant_id) is None:
        raise not_found("participant", participant_id)
    enrolments.lock_participant(work.session, participant_id)
    enrolments.withdraw(work.session, participant_id)
    before = enrolments.granted_for(work.session, participant_id)
    if before is not None:
        _take(work, before, reason.strip())


def start_reset(work: Work, participant_id: str) -> None:
    """Have a link mailed to the account of a participant. Nobody here learns a password."""
    access = enrolments.granted_for(work.session, participant_id)
    if access is None:
        raise precondition("access", "no account sees this participant's cases")
    account = accounts.find(work.session, work.keys, access.account_id)
    if account is None:
        raise not_found("account", access.account_id)
    registering.mail_reset(work, account, "reset_started")


def grants(work: Work, opened: Opened) -> list[Grant]:
    """Return what a session sees, by participant number."""
    if settings_of(work).require_second_factor and not opened.session.second_factor:
        raise precondition(
            "second_factor", "set up an authenticator app, and log in with it, to see cases"
        )
    found: list[Grant] = []
    today = work.clock.today()
    for access in enrolments.granted(work.session, opened.account.account_id):
        participant = participants.find(work.session, access.participant_id)
        if participant is not None:
            cases = participants.cases_of(work.session, access.participant_id, today)
            found.append(Grant(access, participant, tuple(cases)))
    return sorted(found, key=lambda one: one.participant.participant_number)


def _take(work: Work, access: Access, reason: str) -> None:
    by = work.caller.person
    enrolments.end_access(
        work.session, work.keys, access.participant_id, work.clock.now(), by, reason
    )
    telling.record(work, access.account_id, "access_ended")
    account = accounts.find(work.session, work.keys, access.account_id)
    if account is not None:
        telling.mail_account(work, account, "access_ended")
