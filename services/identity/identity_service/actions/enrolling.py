"""Kentucky's way (seeds 000, 001): the office enables it, the parent shows details, a PIN comes.

The PIN confirms the e-mail address at enrolment (NIST SP 800-63A-4 section 3.1.8: 24 hours, once);
it never logs anybody in.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal

from chassis.errors import PlatformError, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from identity_service import codes
from identity_service.actions import granting, limiting, sessions, telling
from identity_service.actions.limiting import Tries
from identity_service.actions.refusing import precondition, refuse
from identity_service.actions.sessions import Opened
from identity_service.actions.telling import Secret
from identity_service.domain import throttling
from identity_service.domain.accounts import email_key, email_problems
from identity_service.domain.clients import Problem
from identity_service.settings import settings_of
from identity_service.store import accounts, asked, enrolments, participants
from identity_service.store import codes as code_store
from identity_service.store.accounts import Account
from identity_service.store.apart import apart
from identity_service.store.enrolments import Enablement
from policy import load

PIN: Final = "pin"
PIN_ATTEMPTS_MAX: Final = 5
REQUEST: Final = "request_access"
Flow = Literal["pin", "key"]


def flow(work: Work) -> str:
    """Return the way that is offered: the setting's, else the jurisdiction's."""
    law = load(work.settings.jurisdiction)
    return settings_of(work).enrolment_flow or law.code("portal.enrolment", work.clock.today())


def require_flow(work: Work, wanted: Flow) -> None:
    """Refuse a way that is not offered here."""
    if (offered := flow(work)) != wanted:
        raise precondition("enrolment_flow", f"enrolment here goes by {offered}", flow=offered)


def enable(
    work: Work, participant_id: str, birth_date: date | None, email: str
) -> tuple[str, date]:
    """Record what a person said at the office or hotline; return number and first day."""
    participant = participants.find(work.session, participant_id)
    if participant is None:
        raise not_found("participant", participant_id)
    refuse(email_problems("email", email))
    if participant.birth_date_hash is None:
        raise precondition("birth_date", "no date of birth is on file: record it with the case")
    if birth_date is None or (
        participants.birth_date_hash(work.keys, birth_date) != participant.birth_date_hash
    ):
        refuse([Problem("birth_date", "must be the one on file")])
    today = work.clock.today()
    law = load(work.settings.jurisdiction)
    eligible_from = law.due_date("portal.eligible_after", today)
    hashed = accounts.email_hash(work.keys, email_key(email))
    by = work.caller.person
    new = Enablement(participant_id, hashed, today, by, eligible_from)
    enrolments.enable(work.session, new)
    return participant.participant_number, eligible_from


def ask(work: Work, token: str, shown: Mapping[str, str]) -> None:
    """Write down the details that an account shows: birth_date, participant_number, email."""
    require_flow(work, "pin")
    opened = sessions.require(work, token)
    account_id = opened.account.account_id
    limiting.count(work, [Tries(throttling.DETAILS, (account_id,))])
    content = {**shown, "account_id": account_id}
    asked.add(work.session, work.keys, REQUEST, content, work.clock.now())
    telling.record(work, account_id, "access_asked", opened.session.session_id)


def answer(work: Work, content: Mapping[str, str]) -> None:
    """Mail a PIN when all details match; else say that they do not, and not which."""
    account = accounts.find(work.session, work.keys, content["account_id"])
    if account is None:
        return
    participant_id = _match(work, account, content)
    if not participant_id:
        telling.mail_account(work, account, "access_not_matched")
        return
    pin, now = codes.new_pin(), work.clock.now()
    law = load(work.settings.jurisdiction)
    until = now + timedelta(hours=law.count("portal.pin_hours", work.clock.today()))
    code_store.drop(work.session, account.account_id, PIN)
    kept = code_store.Code(
        code_id=new_id(now),
        account_id=account.account_id,
        purpose=PIN,
        create_time=now,
        expire_time=until,
        slow_hash=codes.slow_hash(work.keys, PIN, pin),
        participant_id=participant_id,
    )
    # Looked up by account: a fingerprint of so short a code would be guessed from the database.
    code_store.add(work.session, work.keys, kept, b"")
    telling.record(work, account.account_id, "pin_mailed")
    telling.mail_account(work, account, "pin", Secret(code=pin), until)


def enter_pin(work: Work, token: str, pin: str) -> Opened:
    """Enter the PIN; the account sees the person's cases from now on."""
    require_flow(work, "pin")
    opened, now = sessions.require(work, token), work.clock.now()
    account = opened.account
    code = code_store.open_code(work.session, work.keys, account.account_id, PIN, now)
    may_try = False
    if code is not None:
        with apart(work.session) as session:
            may_try = code_store.count_try(session, code.code_id, PIN_ATTEMPTS_MAX)
    known = code.slow_hash if code is not None and may_try else ""
    if not codes.is_right(work.keys, PIN, known, pin) or code is None:
        raise _wrong_pin()
    if not code_store.use_by_id(work.session, code.code_id, now):
        raise _wrong_pin()
    granting.give(work, account, code.participant_id)
    return opened


def _wrong_pin() -> PlatformError:
    return precondition(
        "pin", "the PIN is wrong, was used or has ended; after five wrong ones ask for another"
    )


def _match(work: Work, account: Account, content: Mapping[str, str]) -> str:
    """Return the participant that all details fit; empty when one does not."""
    participant = participants.with_number(work.session, content["participant_number"].strip())
    if participant is None or not content["birth_date"]:
        return ""
    enabled = enrolments.enabled(work.session, participant.participant_id)
    born = participants.birth_date_hash(work.keys, date.fromisoformat(content["birth_date"]))
    given = accounts.email_hash(work.keys, email_key(content["email"]))
    own = accounts.email_hash(work.keys, email_key(account.email))
    fits = (
        enabled is not None
        and enabled.eligible_from <= work.clock.today()
        and born == participant.birth_date_hash
        and given == enabled.email_hash == own
    )
    return participant.participant_id if fits else ""
