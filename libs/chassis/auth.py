"""Who is calling: access tokens (JWT, Ed25519, RFC 9068), verified with identity's public keys.

Tokens live by the machine's clock, not by the clock of the business, which a demonstration may set
to another day and a simulation may step.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.clock import Clock, Stopwatch, SystemClock, stopwatch
from chassis.errors import PlatformError
from chassis.runtime import Caller, EndUser, Runtime, Worker
from childsupport.common.v1.errors_pb2 import ErrorReason

ISSUER: Final = "childsupport.identity"
AUDIENCE: Final = "childsupport"
ALGORITHM: Final = "Ed25519"
TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 — a media type
USER_TOKEN_TYPE: Final = "user+jwt"  # noqa: S105 — a media type

MAX_TOKEN_CHARS = 4_096
MAX_CACHED_TOKENS = 10_000
KEY_SET_MAX_AGE_S = 300.0
KEY_FETCH_INTERVAL_S = 1.0
"""An unknown key id asks for the key set again, but not more often than this."""

_log = structlog.get_logger()

KeySource = Callable[[], str]
"""Returns the key set (JWKS, RFC 7517) as JSON; raises PlatformError when it is out of reach."""


class TokenVerifier:
    """Verifies tokens. One that was verified is known by its hash until it expires. Thread-safe."""

    def __init__(
        self, source: KeySource, clock: Clock | None = None, watch: Stopwatch = stopwatch
    ) -> None:
        """Take where the public keys come from; they are fetched on first use."""
        self._source = source
        self._clock = clock or SystemClock()
        self._watch = watch
        self._verified: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()
        self._cache_lock = threading.Lock()
        self._fetch_lock = threading.Lock()
        self._keys = KeySet([])
        self._key_ids: frozenset[str] = frozenset()
        self._fetched_at: float | None = None

    def verify(self, token: str) -> Caller:
        """Return the caller that a token names.

        Raises PlatformError: UNAUTHENTICATED when it is expired, forged, signed with a key that is
        not (or no longer) identity's or made for another audience; UNAVAILABLE without keys.
        """
        now = self._clock.now().timestamp()
        digest = hashlib.sha256(token.encode()).digest()
        with self._cache_lock:
            known = self._verified.get(digest)
        if known is None:
            known = self._read(token)
            self._remember(digest, known)
        caller, expires = known
        if expires <= now:
            with self._cache_lock:
                self._verified.pop(digest, None)
            raise unauthenticated("the token has expired: ask for a new one")
        return caller

    def verify_user(self, token: str, caller: Caller) -> EndUser | Worker:
        """Return the parent or worker that a token names, for whom `caller` asked identity.

        Not remembered: it lives for two minutes. Raises PlatformError like `verify`.
        """
        claims = self._claims(token, USER_TOKEN_TYPE)
        match claims:
            case {
                "iss": str(issuer),
                "aud": str(audience),
                "sub": str(subject),
                "act": {"sub": str(actor)},
                "sid": str(session),
                "exp": int(expires),
            }:
                pass
            case _:
                raise unauthenticated("the user token lacks a claim")
        if (issuer, audience, actor) != (ISSUER, AUDIENCE, caller.client_id):
            raise unauthenticated("the user token was made by or for somebody else")
        if expires <= self._clock.now().timestamp():
            raise unauthenticated("the user token has expired: ask for a new one")
        match claims:
            case {"participants": list(participants)}:
                return EndUser(subject, session, frozenset(str(p) for p in participants))
            case {"worker_id": str(worker_id), "scope": str(scope)}:
                return Worker(worker_id, session, frozenset(scope.split()))
            case _:
                raise unauthenticated("the user token names neither a parent nor a worker")

    def _remember(self, digest: bytes, verified: tuple[Caller, float]) -> None:
        with self._cache_lock:
            self._verified[digest] = verified
            while len(self._verified) > MAX_CACHED_TOKENS:
                self._verified.popitem(last=False)

    def _read(self, token: str) -> tuple[Caller, float]:
        return _caller(self._claims(token, TOKEN_TYPE))

    def _claims(self, token: str, token_type: str) -> Mapping[str, Any]:
        if len(token) > MAX_TOKEN_CHARS:
            raise unauthenticated(f"the token is longer than {MAX_TOKEN_CHARS} characters")
        try:
            header = jws.extract_compact(token.encode()).headers()
            keys = self._keys_with(str(header.get("kid", "")))
            decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
        except (JoseError, ValueError) as error:
            raise unauthenticated("the token is not one that identity signed") from error
        if decoded.header.get("typ") != token_type:
            raise unauthenticated(f"the token's type must be {token_type}")
        return decoded.claims

    def _keys_with(self, key_id: str) -> KeySet:
        """Return the key set, fetched anew when it is old or lacks the key."""
        with self._fetch_lock:
            age = None if self._fetched_at is None else self._watch() - self._fetched_at
            lacking = key_id not in self._key_ids
            if age is None or age > KEY_SET_MAX_AGE_S or (lacking and age > KEY_FETCH_INTERVAL_S):
                self._fetch(may_fail=not lacking)
            if key_id not in self._key_ids:
                raise unauthenticated("the token is signed with a key that identity does not show")
            return self._keys

    def _fetch(self, *, may_fail: bool) -> None:
        try:
            keys = json.loads(self._source())
        except PlatformError as error:
            if not may_fail:
                raise
            _log.warning(
                "key set could not be fetched again; going on with the last", why=str(error)
            )
            return
        self._keys = KeySet.import_key_set(keys)
        self._key_ids = frozenset(str(key.kid) for key in self._keys.keys)
        self._fetched_at = self._watch()


def _caller(claims: Mapping[str, Any]) -> tuple[Caller, float]:
    match claims:
        case {"iss": str(issuer), "aud": str(audience), "sub": str(client), "exp": int(expires)}:
            if (issuer, audience) != (ISSUER, AUDIENCE):
                raise unauthenticated("the token was made by or for another platform")
        case _:
            raise unauthenticated("the token lacks iss, aud, sub or exp")
    scopes = frozenset(str(claims.get("scope", "")).split())
    return Caller(client, scopes, str(claims.get("employer_id", ""))), float(expires)


def unauthenticated(detail: str) -> PlatformError:
    """Return the error for a caller who has not shown who it is."""
    return PlatformError(ErrorReason.ERROR_REASON_UNAUTHENTICATED, detail)


def own_keys(runtime: Runtime) -> KeySource | None:
    """Return the key source of the service that signs tokens itself; None for all others."""
    read = runtime.service.key_set
    if read is None:
        return None

    def source() -> str:
        with runtime.work() as work:
            return read(work)

    return source
