"""Signing keys and the tokens that they sign (JWT, Ed25519; RFC 9068)."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.auth import ALGORITHM, AUDIENCE, ISSUER, TOKEN_TYPE, USER_TOKEN_TYPE
from chassis.ids import new_id
from chassis.runtime import Work
from identity_service.domain import rotation
from identity_service.domain.clients import Client
from identity_service.settings import settings_of
from identity_service.store import signing_keys
from identity_service.store.sessions import Session
from identity_service.store.signing_keys import SigningKey
from identity_service.store.worker_sessions import Session as WorkerSession

_CURVE: Final = "Ed25519"
_PURPOSE = "signing_key.private_jwk"


def key_set(work: Work) -> str:
    """Return the public keys as JSON (JWKS): the one that signs, and the one before."""
    shown = [dict(key.public_jwk) for key in signing_keys.newest(work.session)]
    return json.dumps({"keys": shown}, sort_keys=True)


def signing_key(work: Work) -> SigningKey:
    """Return the key that signs; the first one is made when it is first needed."""
    if found := signing_keys.newest(work.session, 1):
        return found[0]
    signing_keys.lock(work.session)
    if found := signing_keys.newest(work.session, 1):
        return found[0]
    return _make(work, work.clock.today())


def rotate(work: Work, on: date) -> SigningKey | None:
    """Make the next key when the present one has served its days; None when it has not."""
    signing_keys.lock(work.session)
    found = signing_keys.newest(work.session, 1)
    newest_created_on = found[0].created_on if found else None
    if not rotation.is_due(newest_created_on, on, settings_of(work).signing_key_days):
        return None
    return _make(work, on)


def _make(work: Work, on: date) -> SigningKey:
    key_id = new_id()
    key = OKPKey.generate_key(_CURVE, {"kid": key_id, "use": "sig", "alg": ALGORITHM})
    private = json.dumps(key.as_dict(private=True))
    made = SigningKey(
        key_id=key_id,
        public_jwk=key.as_dict(private=False),
        private_jwk=work.keys.encrypt(_PURPOSE, private),
        created_on=on,
    )
    signing_keys.add(work.session, made)
    return made


def token(work: Work, client: Client, scopes: tuple[str, ...], now: datetime) -> str:
    """Return a signed token for a client. `now` is the machine's time (see chassis.auth)."""
    lifetime = timedelta(seconds=settings_of(work).token_lifetime_seconds)
    claims = {
        "iss": ISSUER,
        "sub": client.client_id,
        "aud": AUDIENCE,
        "client_id": client.client_id,
        "scope": " ".join(scopes),
        "employer_id": client.employer_id,
        "jti": new_id(),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    return _sign(work, claims, TOKEN_TYPE)


def user_token(work: Work, session: Session, participant_ids: Sequence[str], now: datetime) -> str:
    """Return a signed token that names an end user, good for the caller that asked for it alone.

    `sub` is the account, `act` the caller (RFC 8693 section 4.1), `participants` those whose cases
    the account sees. `now` is the machine's time. It ends no later than the session does.
    """
    who = {"sub": session.account_id, "participants": list(participant_ids)}
    seconds = settings_of(work).user_token_seconds
    return _person_token(work, who, (session.session_id, session.create_time), seconds, now)


def worker_token(work: Work, session: WorkerSession, scopes: Sequence[str], now: datetime) -> str:
    """Return a signed token that names a worker and what the worker may do; else as above."""
    who = {"sub": session.worker_id, "worker_id": session.worker_id, "scope": " ".join(scopes)}
    seconds = settings_of(work).worker_token_seconds
    return _person_token(work, who, (session.session_id, session.create_time), seconds, now)


def _person_token(
    work: Work, who: Mapping[str, Any], session: tuple[str, datetime], seconds: int, now: datetime
) -> str:
    session_id, began = session
    session_left = began + settings_of(work).session_life.whole - work.clock.now()
    lifetime = min(timedelta(seconds=seconds), session_left)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "act": {"sub": work.caller.client_id},
        "sid": session_id,
        "jti": new_id(),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        **who,
    }
    return _sign(work, claims, USER_TOKEN_TYPE)


def _sign(work: Work, claims: dict[str, Any], token_type: str) -> str:
    key = signing_key(work)
    private = OKPKey.import_key(json.loads(work.keys.decrypt(_PURPOSE, key.private_jwk)))
    header = {"alg": ALGORITHM, "kid": key.key_id, "typ": token_type}
    return jwt.encode(header, claims, private, algorithms=[ALGORITHM])
