"""Passkeys (WebAuthn level 3): the authenticator is held, and unlocked by who holds it.

User verification is required at every step, so that a passkey counts as both factors (NIST SP
800-63B-4 section 3.1.7; phishing-resistant by the origin that it signs). A challenge is random,
lives 5 minutes, belongs to one session or one browser, and is gone with its first answer, right or
wrong. An authenticator that counts must count up; one that does not is a copy, and its owner is
told (ASVS 5.0 6.5.5, 6.7.2).
"""

import json
import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import structlog
import webauthn
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from chassis.auth import unauthenticated
from chassis.errors import PlatformError
from chassis.ids import new_id
from chassis.runtime import Work
from identity_service import codes
from identity_service.actions import limiting, logging_in, sessions, telling
from identity_service.actions.limiting import Tries
from identity_service.actions.refusing import precondition, refuse
from identity_service.actions.sessions import Opened, Origin
from identity_service.domain import throttling
from identity_service.domain.clients import Problem
from identity_service.settings import settings_of
from identity_service.store import accounts
from identity_service.store import passkeys as store
from identity_service.store.accounts import Account
from identity_service.store.apart import apart
from identity_service.store.passkeys import Challenge, Passkey

CHALLENGE_LIVES: Final = timedelta(minutes=5)
CHALLENGE_BYTES: Final = 32
CREDENTIAL_ID_BYTES_MAX: Final = 1_023
"""WebAuthn level 3 section 7.1."""
PASSKEYS_MAX: Final = 10
NAME_CHARACTERS_MAX: Final = 60
_NAME: Final = "Child Support"
_MS_PER_S: Final = 1_000

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Site:
    """Where passkeys are good: the portal's origin, and the domain that they are bound to."""

    origin: str
    rp_id: str


def set_up(work: Work, token: str) -> str:
    """Begin a passkey; return what the browser needs (JSON)."""
    site = _site(work)
    opened = sessions.require(work, token, recent=True)
    account = opened.account
    known = store.of_account(work.session, work.keys, account.account_id)
    if len(known) >= PASSKEYS_MAX:
        raise precondition("passkeys", f"{PASSKEYS_MAX} passkeys are the most: remove one first")
    challenge = _ask(work, store.SET_UP, opened.session.session_id)
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=_NAME,
        user_id=_handle(account.account_id),
        user_name=account.user_name,
        challenge=challenge,
        timeout=int(CHALLENGE_LIVES.total_seconds()) * _MS_PER_S,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=p.credential_id) for p in known],
    )
    return webauthn.options_to_json(options)


def confirm(work: Work, token: str, credential_json: str, display_name: str) -> Passkey:
    """Keep the passkey that a browser made."""
    site = _site(work)
    opened = sessions.require(work, token, recent=True)
    name = display_name.strip()
    if not 1 <= len(name) <= NAME_CHARACTERS_MAX:
        text = f"must have 1 to {NAME_CHARACTERS_MAX} characters"
        refuse([Problem("display_name", text)])
    challenge = _take(work, store.SET_UP, opened.session.session_id)
    made = _verified_new(site, challenge, credential_json) if challenge else None
    if (
        made is None
        or len(made.credential_id) > CREDENTIAL_ID_BYTES_MAX
        or store.exists(work.session, made.credential_id)
    ):
        raise precondition(
            "passkey", "the passkey does not answer this request: begin again (SetUpPasskey)"
        )
    account, now = opened.account, work.clock.now()
    new = Passkey(
        passkey_id=new_id(now),
        account_id=account.account_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        synced=made.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
        display_name=name,
        create_time=now,
    )
    store.add(work.session, work.keys, new)
    telling.record(work, account.account_id, "passkey_added", opened.session.session_id)
    telling.mail_account(work, account, "passkey_added")
    return new


def remove(work: Work, token: str, passkey_id: str) -> None:
    """Remove a passkey; one that is not there stays away."""
    opened = sessions.require(work, token, recent=True)
    account = opened.account
    if store.remove(work.session, account.account_id, passkey_id):
        telling.record(work, account.account_id, "passkey_removed", opened.session.session_id)
        telling.mail_account(work, account, "passkey_removed")


def listed(work: Work, token: str) -> list[Passkey]:
    """Return the passkeys of a session's account, newest first."""
    opened = sessions.require(work, token)
    return store.of_account(work.session, work.keys, opened.account.account_id)


def begin_log_in(work: Work, origin: Origin) -> tuple[str, str]:
    """Begin logging in; return what the browser needs (JSON), and what names the challenge."""
    site = _site(work)
    limiting.count(work, [Tries(throttling.PASSKEY_ASKS, (origin.address,))], audited=False)
    token = codes.new_token()
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=_ask(work, store.LOG_IN, token),
        timeout=int(CHALLENGE_LIVES.total_seconds()) * _MS_PER_S,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), token


def complete_log_in(work: Work, token: str, credential_json: str, origin: Origin) -> Opened:
    """Log in with a passkey. Raises UNAUTHENTICATED, the same for every mistake."""
    site = _site(work)
    challenge = _take(work, store.LOG_IN, token)
    found = _passkey_of(work, credential_json) if challenge else None
    if found is None:
        raise _wrong(audited=False)
    kept, account = found
    shown = _verified(site, challenge, credential_json, kept)
    if shown is None:
        raise _wrong(audited=True)
    if _is_copy(kept, shown):
        _tell_of_copy(work, account)
        raise _wrong(audited=True)
    limiting.clear(work, [Tries(throttling.PASSKEY_ASKS, (origin.address,))])
    store.use(work.session, kept.passkey_id, shown.new_sign_count, work.clock.now())
    opened = sessions.begin(work, account, origin, pending=False, second_factor=True)
    return logging_in.entered(work, opened, origin)


def _site(work: Work) -> _Site:
    settings = settings_of(work)
    if not settings.portal_origin:
        raise precondition("passkeys", "passkeys are not offered here (PORTAL_ORIGIN is not set)")
    return _Site(settings.portal_origin, settings.rp_id)


def _handle(account_id: str) -> bytes:
    """Return what an authenticator keeps of an account: its id, which tells nothing of a person."""
    return uuid.UUID(account_id).bytes


def _ask(work: Work, purpose: str, whose: str) -> bytes:
    now = work.clock.now()
    new = Challenge(
        challenge_id=new_id(now),
        purpose=purpose,
        challenge=secrets.token_bytes(CHALLENGE_BYTES),
        create_time=now,
        expire_time=now + CHALLENGE_LIVES,
    )
    store.ask(work.session, new, _hash(work, purpose, whose))
    return new.challenge


def _take(work: Work, purpose: str, whose: str) -> bytes:
    """Take a challenge away for good: also when this call is refused."""
    with apart(work.session) as session:
        return store.take(session, _hash(work, purpose, whose), purpose, work.clock.now())


def _hash(work: Work, purpose: str, whose: str) -> bytes:
    return codes.fingerprint(work.keys, f"passkey.{purpose}", whose)


def _verified_new(
    site: _Site, challenge: bytes, credential_json: str
) -> VerifiedRegistration | None:
    try:
        return webauthn.verify_registration_response(
            credential=credential_json,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 - whatever a browser's answer breaks is its fault
        _log.info("passkey_not_registered", error=type(error).__name__)
        return None


def _verified(
    site: _Site, challenge: bytes, credential_json: str, kept: Passkey
) -> VerifiedAuthentication | None:
    try:
        return webauthn.verify_authentication_response(
            credential=credential_json,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=kept.public_key,
            # The counter is compared below, where a copy can be told from a wrong signature.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 - whatever a browser's answer breaks is its fault
        _log.info("passkey_not_verified", error=type(error).__name__)
        return None


def _is_copy(kept: Passkey, shown: VerifiedAuthentication) -> bool:
    counts = kept.sign_count > 0 or shown.new_sign_count > 0
    return counts and shown.new_sign_count <= kept.sign_count


def _passkey_of(work: Work, credential_json: str) -> tuple[Passkey, Account] | None:
    """Return the passkey that an answer names, with its account, which it must name too."""
    try:
        said: Any = json.loads(credential_json)
        credential_id = base64url_to_bytes(said["id"])
        handle = base64url_to_bytes(said["response"]["userHandle"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    kept = store.find(work.session, work.keys, credential_id)
    if kept is None or handle != _handle(kept.account_id):
        return None
    account = accounts.find(work.session, work.keys, kept.account_id)
    return (kept, account) if account is not None else None


def _tell_of_copy(work: Work, account: Account) -> None:
    """Tell the owner, in a transaction of its own: the call is refused."""
    with apart(work.session) as session:
        beside = replace(work, session=session)
        telling.record(beside, account.account_id, "passkey_cloned")
        telling.mail_account(beside, account, "passkey_cloned")


def _wrong(*, audited: bool) -> PlatformError:
    error = unauthenticated("the passkey opens no account here, or the request is too old")
    error.audited = audited
    return error
