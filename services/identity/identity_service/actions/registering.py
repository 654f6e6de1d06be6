"""Accounts come to be: asked for, verified by e-mail; links to set a password; another address.

What would tell whether an address has an account is written down and looked at a moment later by
the timer `answer_asked`: the caller gets one answer, after the same work (ASVS 5.0 6.3.8).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from chassis.ids import new_id
from chassis.runtime import Work
from identity_service import codes, credentials
from identity_service.actions import limiting, passwords, sessions, telling
from identity_service.actions.limiting import Tries
from identity_service.actions.logging_in import (
    check_own_password,
    check_password_of,
    factor_tries,
)
from identity_service.actions.refusing import dead_link, refuse
from identity_service.actions.sessions import Origin
from identity_service.actions.telling import Secret
from identity_service.domain import throttling
from identity_service.domain.accounts import (
    LANGUAGES,
    email_key,
    email_problems,
    name_problems,
    prepared,
    user_name,
    user_name_key,
)
from identity_service.domain.clients import Problem
from identity_service.store import accounts, asked
from identity_service.store import codes as code_store
from identity_service.store import sessions as session_store
from identity_service.store.accounts import Account

EMAIL_LINK_LIVES: Final = timedelta(hours=24)
RESET_LINK_LIVES: Final = timedelta(minutes=30)
CREATE, RESET = "create_account", "reset_password"
VERIFY_EMAIL, CHANGE_EMAIL = "verify_email", "change_email"


def ask_for_account(
    work: Work, wanted: Mapping[str, str], password: str, origin: Origin
) -> datetime:
    """Write down that somebody wants an account; return until when a mailed link would live.

    `wanted`: first_name, last_name, email, language.
    """
    first, last, email = wanted["first_name"], wanted["last_name"], wanted["email"]
    # Counted first: weighing a password is the work of which somebody could ask for too much.
    limiting.count(work, [Tries(throttling.ASKS, (CREATE, origin.address))])
    refuse(
        [
            *name_problems("first_name", first),
            *name_problems("last_name", last),
            *email_problems("email", email),
            *passwords.problems(work, "password", password, (first, last, email)),
            *_language_problems(wanted["language"]),
        ]
    )
    content = {**wanted, "password_hash": credentials.hashed(prepared(password))}
    asked.add(work.session, work.keys, CREATE, content, work.clock.now())
    return work.clock.now() + EMAIL_LINK_LIVES


def create(work: Work, wanted: Mapping[str, str]) -> None:
    """Make the account that was asked for, or tell who has one already."""
    email, now = email_key(wanted["email"]), work.clock.now()
    hashed = accounts.email_hash(work.keys, email)
    if not limiting.may(work, Tries(throttling.MAILS, (CREATE, email))):
        return
    accounts.lock_names(work.session)
    known = accounts.find_by_email(work.session, work.keys, hashed)
    if known is not None and known.verify_time is not None:
        _tell_existing(work, known)
        return
    if known is not None:
        # Whoever asked first has not shown that the address is theirs.
        accounts.remove(work.session, known.account_id)
    name = _free_name(work, wanted["first_name"], wanted["last_name"])
    new = accounts.New(
        account_id=new_id(now),
        user_name=name,
        user_name_key=user_name_key(name),
        email=wanted["email"].strip(),
        email_hash=hashed,
        language=wanted["language"],
        password_hash=wanted["password_hash"],
        create_time=now,
    )
    accounts.add(work.session, work.keys, new)
    telling.record(work, new.account_id, "created")
    token = _keep_link(work, new.account_id, VERIFY_EMAIL, now + EMAIL_LINK_LIVES)
    secret = Secret(link_token=token, user_name=name)
    telling.mail(work, new.email, new.language, "verify_email", secret, now + EMAIL_LINK_LIVES)


def verify_email(work: Work, token: str, password: str) -> str:
    """Confirm the address of a new account; return its user name.

    The password is the one chosen at registering: a link alone would have whoever owns the address
    make an account valid that a stranger asked for, with a password that the stranger knows.
    Raises FAILED_PRECONDITION (rule `link`), UNAUTHENTICATED, LIMIT_EXCEEDED.
    """
    account = _account_of_link(work, VERIFY_EMAIL, token)[0]
    # Refused, the call is rolled back: the link stays good for the right password.
    check_password_of(work, account, VERIFY_EMAIL, password)
    accounts.change(work.session, account.account_id, verify_time=work.clock.now())
    telling.record(work, account.account_id, "verified")
    return account.user_name


def ask_for_reset(work: Work, login: str, origin: Origin) -> None:
    """Write down that somebody wants to set a new password."""
    limiting.count(work, [Tries(throttling.ASKS, (RESET, origin.address))])
    asked.add(work.session, work.keys, RESET, {"login": login[:254]}, work.clock.now())


def answer_reset(work: Work, content: Mapping[str, str]) -> None:
    """Mail a link to the account that was meant, if there is one."""
    login = content["login"]
    hashed = accounts.email_hash(work.keys, email_key(login))
    account = accounts.find_by_login(work.session, work.keys, user_name_key(login), hashed)
    if account is None:
        return
    if limiting.may(work, Tries(throttling.MAILS, (RESET, account.account_id))):
        mail_reset(work, account, "reset_password")


def mail_reset(work: Work, account: Account, kind: str) -> None:
    """Mail a link to set a new password."""
    expire = work.clock.now() + RESET_LINK_LIVES
    token = _keep_link(work, account.account_id, RESET, expire)
    telling.record(work, account.account_id, "reset_link_mailed")
    telling.mail_account(work, account, kind, Secret(link_token=token), expire)


def reset_password(work: Work, token: str, new_password: str) -> None:
    """Set a new password with a mailed link. A second factor stays (ASVS 5.0 6.4.3)."""
    account = _account_of_link(work, RESET, token)[0]
    _set_password(work, account, new_password)
    session_store.end(work.session, account.account_id, work.clock.now())
    accounts.forget_devices(work.session, account_id=account.account_id)
    whole = Tries(throttling.ACCOUNT, (account.account_id,))
    limiting.clear(work, [whole, factor_tries(account)])
    telling.record(work, account.account_id, "password_reset")


def change_password(
    work: Work, token: str, password: str, new_password: str, *, end_others: bool
) -> sessions.Opened:
    """Change the password of a session's account; the session gets another token."""
    opened = sessions.require(work, token)
    check_own_password(work, opened, password)
    _set_password(work, opened.account, new_password)
    if end_others:
        end_others_of(work, opened)
    telling.record(work, opened.account.account_id, "password_changed", opened.session.session_id)
    # No second factor was shown: what asks for both counts from when both were.
    return sessions.renew(work, opened, reauthenticate_time=opened.session.reauthenticate_time)


def end_others_of(work: Work, opened: sessions.Opened, only: str = "") -> int:
    """End the other sessions of an account, or one of them; return how many were ended."""
    account_id, own = opened.account.account_id, opened.session.session_id
    now = work.clock.now()
    ended = session_store.end(work.session, account_id, now, only=only or None, but=own)
    if ended:
        telling.record(work, account_id, "sessions_ended", own)
    return ended


def ask_for_email(work: Work, token: str, email: str) -> None:
    """Mail a link to a new address, and word of it to the old one."""
    opened = sessions.require(work, token, recent=True)
    refuse(email_problems("email", email))
    account, now = opened.account, work.clock.now()
    limiting.count(work, [Tries(throttling.MAILS, (CHANGE_EMAIL, account.account_id))])
    telling.record(work, account.account_id, "email_change_asked", opened.session.session_id)
    telling.mail_account(work, account, "email_change_asked")
    hashed = accounts.email_hash(work.keys, email_key(email))
    other = accounts.find_by_email(work.session, work.keys, hashed)
    if other is not None and other.verify_time is not None:
        _tell_existing(work, other)
        return
    expire = now + EMAIL_LINK_LIVES
    link = _keep_link(work, account.account_id, CHANGE_EMAIL, expire, email.strip())
    secret = Secret(link_token=link)
    telling.mail(work, email.strip(), account.language, "confirm_email", secret, expire)


def confirm_email(work: Work, token: str) -> None:
    """Change the address to the one that the link was mailed to; tell both."""
    account, email = _account_of_link(work, CHANGE_EMAIL, token)
    hashed = accounts.email_hash(work.keys, email_key(email))
    accounts.lock_names(work.session)
    other = accounts.find_by_email(work.session, work.keys, hashed)
    if other is not None and other.verify_time is not None:
        raise dead_link()
    if other is not None:
        accounts.remove(work.session, other.account_id)
    accounts.change_email(work.session, work.keys, account.account_id, email, hashed)
    code_store.drop(work.session, account.account_id, RESET)
    telling.record(work, account.account_id, "email_changed")
    for address in (account.email, email):
        telling.mail(work, address, account.language, "email_changed")


def _set_password(work: Work, account: Account, new_password: str) -> None:
    about = (account.user_name, account.email)
    passwords.check(work, "new_password", new_password, about)
    hashed = credentials.hashed(prepared(new_password))
    accounts.change(work.session, account.account_id, password_hash=hashed)
    # Who took the account over for a moment may have asked for another address: that ends too.
    for purpose in (RESET, CHANGE_EMAIL):
        code_store.drop(work.session, account.account_id, purpose)
    telling.mail_account(work, account, "password_changed")


def _account_of_link(work: Work, purpose: str, token: str) -> tuple[Account, str]:
    """Use up a link; return its account, and the address that it confirms."""
    found = codes.fingerprint(work.keys, purpose, token)
    used = code_store.use(work.session, work.keys, purpose, found, work.clock.now())
    if used is None:
        raise dead_link()
    account = accounts.find(work.session, work.keys, used.account_id, lock=True)
    if account is None:
        raise dead_link()
    return account, used.email


def _tell_existing(work: Work, account: Account) -> None:
    secret = Secret(user_name=account.user_name)
    telling.mail_account(work, account, "account_exists", secret)


def _keep_link(work: Work, account_id: str, purpose: str, expire: datetime, email: str = "") -> str:
    """Make a link, the only one of its purpose; return its token."""
    token, now = codes.new_token(), work.clock.now()
    code_store.drop(work.session, account_id, purpose)
    kept = code_store.Code(new_id(now), account_id, purpose, now, expire, email=email)
    code_store.add(work.session, work.keys, kept, codes.fingerprint(work.keys, purpose, token))
    return token


def _free_name(work: Work, first_name: str, last_name: str) -> str:
    number = 1
    while accounts.is_taken(
        work.session, user_name_key(name := user_name(first_name, last_name, number))
    ):
        number += 1
    return name


def _language_problems(language: str) -> list[Problem]:
    if language in LANGUAGES:
        return []
    return [Problem("language", f"must be of {', '.join(LANGUAGES)}; read {language[:8]!r}")]
