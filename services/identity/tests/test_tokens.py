"""Tokens: what they say, how long they live, who gets one, and what guessing gets."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from argon2 import extract_parameters
from joserfc import jwt
from joserfc.jwk import KeySet

from chassis import auth, metrics
from chassis.auth import TokenVerifier, own_keys
from chassis.clock import SteppedClock
from chassis.errors import PlatformError
from chassis.grpc import contract
from chassis.grpc.client import RemoteKeys, TokenSource, channel
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import identity_service_pb2 as pb
from childsupport.identity.v1.identity_service_pb2_grpc import ClientServiceStub, TokenServiceStub
from identity_service import credentials, throttle
from identity_service.store.clients import Proof

UNAUTHENTICATED = ErrorReason.ERROR_REASON_UNAUTHENTICATED


def decoded(identity, token):
    shown = json.loads(TokenServiceStub(identity.plain).GetKeySet(pb.GetKeySetRequest()).jwks_json)
    assert all("d" not in key for key in shown["keys"])
    return jwt.decode(token, KeySet.import_key_set(shown), algorithms=[auth.ALGORITHM])


def test_token_says_who_for_whom_what_and_how_long(identity):
    issued = identity.issue()
    token = decoded(identity, issued.access_token)
    now = int(identity.clock.now().timestamp())
    assert token.header["typ"] == "at+jwt"
    assert token.claims["iss"] == "childsupport.identity"
    assert token.claims["aud"] == "childsupport"
    assert token.claims["sub"] == "admin"
    assert token.claims["employer_id"] == ""
    assert token.claims["jti"]
    assert (token.claims["iat"], token.claims["exp"]) == (now, now + 600)
    all_but_one = contract.scopes() - {contract.WORKER_ONLY}
    assert set(token.claims["scope"].split()) == all_but_one == set(issued.scopes)
    assert issued.expires_in_seconds == 600


def test_no_two_tokens_have_one_id(identity):
    ids = {decoded(identity, identity.issue().access_token).claims["jti"] for _ in range(3)}
    assert len(ids) == 3


def test_token_carries_only_the_scopes_that_were_asked_for(identity):
    issued = identity.issue("admin", None, "payments.read", "case.read")
    assert list(issued.scopes) == ["case.read", "payments.read"]
    caller = TokenVerifier(own_keys(identity.runtime), identity.clock).verify(issued.access_token)
    assert caller.scopes == {"case.read", "payments.read"}


def test_scope_that_the_client_may_not_have_is_refused(identity):
    made = identity.create()
    told = identity.refused(identity.issue, "intake", made.client_secret, "payments.read")
    assert told.reason == ErrorReason.ERROR_REASON_PERMISSION_DENIED
    assert told.metadata == {"scopes": "payments.read"}


def test_token_ends(identity):
    token = identity.issue().access_token
    stub = ClientServiceStub(identity.plain)
    metadata = (("authorization", f"Bearer {token}"),)
    stub.GetClient(pb.GetClientRequest(client_id="admin"), metadata=metadata)
    identity.clock.advance(timedelta(minutes=10))
    with pytest.raises(PlatformError, match="expired"):
        stub.GetClient(pb.GetClientRequest(client_id="admin"), metadata=metadata)


def test_other_services_verify_with_the_keys_over_grpc(identity):
    target = f"127.0.0.1:{identity.server.port}"
    keys = RemoteKeys(identity.runtime.settings.model_copy(update={"identity_grpc_target": target}))
    caller = TokenVerifier(keys, identity.clock).verify(identity.issue().access_token)
    keys.close()
    assert caller.client_id == "admin"


def test_token_source_goes_all_the_way(identity):
    with channel(f"127.0.0.1:{identity.server.port}") as to_identity:
        tokens = TokenSource("admin", identity.secret, to_identity)
        with channel(f"127.0.0.1:{identity.server.port}", tokens=tokens) as plain:
            found = ClientServiceStub(plain).GetClient(pb.GetClientRequest(client_id="admin"))
    assert found.client.client_id == "admin"


def test_unknown_client_wrong_secret_and_revoked_client_are_told_apart_by_nobody(identity):
    made = identity.create()
    identity.admin("RevokeClient", pb.RevokeClientRequest(client_id="intake"))
    told = {
        (error.reason, error.detail)
        for error in (
            identity.refused(identity.issue, "nobody", "x"),
            identity.refused(identity.issue, "admin", "x"),
            identity.refused(identity.issue, "intake", made.client_secret),
            identity.refused(identity.issue, "", ""),
            identity.refused(identity.issue, "admin", ""),
            identity.refused(identity.issue, "admin", identity.secret + "x"),
        )
    }
    assert len(told) == 1
    assert told.pop()[0] == UNAUTHENTICATED


def test_unknown_client_takes_as_long_as_a_wrong_secret(identity, monkeypatch):
    """As long: one secret is hashed, at one cost. (What a clock says of it depends on the day.)"""
    hashed, hasher = [], credentials._hasher

    def verify(known, secret):
        hashed.append((str(extract_parameters(known)), len(secret)))
        return hasher.verify(known, secret)

    monkeypatch.setattr(credentials, "_hasher", SimpleNamespace(verify=verify, hash=hasher.hash))
    for client_id in ("admin", "nobody", "admin", "nobody"):
        identity.refused(identity.issue, client_id, "cs_wrong")
    assert len(hashed) == 4
    assert len(set(hashed)) == 1


def fail(identity, times, client_id="admin"):
    return [identity.refused(identity.issue, client_id, "cs_wrong").reason for _ in range(times)]


def test_guessing_is_refused_unread_and_says_when_to_come_back(identity):
    assert fail(identity, throttle.MAX_FAILURES) == [UNAUTHENTICATED] * throttle.MAX_FAILURES
    told = identity.refused(identity.issue, "admin", "cs_wrong")
    assert told.reason == ErrorReason.ERROR_REASON_LIMIT_EXCEEDED
    assert 0 < int(told.metadata["retry_after_seconds"]) <= throttle.WINDOW_S + 1
    identity.watch.now += throttle.WINDOW_S
    assert fail(identity, 1) == [UNAUTHENTICATED]


def test_guessing_locks_nobody_out(identity):
    fail(identity, throttle.MAX_FAILURES + 3)
    assert identity.issue().access_token


def test_guessing_in_one_name_does_not_slow_another(identity):
    fail(identity, throttle.MAX_FAILURES + 1, "nobody")
    assert fail(identity, 1, "admin") == [UNAUTHENTICATED]


def test_refused_guesses_cost_no_hash_and_no_audit_row(identity, monkeypatch):
    fail(identity, throttle.MAX_FAILURES)
    audited = len(identity.rows("SELECT 1 FROM audit"))
    monkeypatch.setattr("identity_service.credentials.is_right", lambda *_: pytest.fail("read"))
    fail(identity, 5)
    assert len(identity.rows("SELECT 1 FROM audit")) == audited


def test_made_up_ids_leave_no_trace_in_the_audit_and_are_counted(identity):
    made = identity.create()
    identity.admin("RevokeClient", pb.RevokeClientRequest(client_id="intake"))
    method = "childsupport.identity.v1.TokenService/IssueToken"
    counted = metrics.refusals_not_audited.labels(method)
    before = counted._value.get()
    for name in ("nobody", "somebody", ""):
        identity.refused(identity.issue, name, "cs_wrong")
    identity.refused(identity.issue, "admin", "cs_wrong")
    identity.refused(identity.issue, "intake", made.client_secret)
    rows = identity.rows(
        "SELECT subject FROM audit WHERE method LIKE '%IssueToken' AND outcome = 'UNAUTHENTICATED'"
        " ORDER BY id"
    )
    assert [row.subject["client_id"] for row in rows] == [["admin"], ["intake"]]
    assert counted._value.get() == before + 3


def test_made_up_ids_together_run_out_of_tries_and_lock_nobody_out(identity, monkeypatch):
    monkeypatch.setattr(throttle, "MAX_FAILURES_IN_ALL", 4)
    limited = throttle.Throttle(identity.watch)
    monkeypatch.setattr(identity.tokens, "_throttle", limited)
    reasons = [fail(identity, 1, f"nobody-{n}")[0] for n in range(6)]
    assert reasons == [UNAUTHENTICATED] * 4 + [ErrorReason.ERROR_REASON_LIMIT_EXCEEDED] * 2
    assert identity.issue().access_token
    identity.watch.now += throttle.WINDOW_S
    assert fail(identity, 1, "nobody-7") == [UNAUTHENTICATED]


def test_hashes_are_read_a_few_at_a_time(monkeypatch):
    most = credentials.MAX_HASHES_AT_ONCE
    running, seen, full = [], [], threading.Barrier(most, timeout=60)

    def verify(*_):
        running.append(1)
        seen.append(len(running))
        full.wait()
        running.pop()
        full.wait()

    monkeypatch.setattr(credentials, "_hasher", SimpleNamespace(verify=verify, hash=lambda _: ""))
    proof = Proof("", b"")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: credentials.is_right(proof, "x"), range(16)))
    assert max(seen) == most


def test_throttle_remembers_a_bounded_number(monkeypatch):
    monkeypatch.setattr(throttle, "MAX_TRACKED", 5)
    one = throttle.Throttle(lambda: 0.0)
    for number in range(50):
        one.failed(f"c{number}")
    assert len(one._failures) == 5


def test_every_try_is_on_record_without_the_secret(identity):
    identity.issue()
    identity.refused(identity.issue, "admin", "cs_wrong")
    rows = identity.rows(
        "SELECT caller, subject, outcome, audit::text AS whole FROM audit"
        " WHERE method LIKE '%IssueToken' ORDER BY id"
    )
    assert [(r.caller, r.subject, r.outcome) for r in rows] == [
        ("anonymous", {"client_id": ["admin"]}, "OK"),
        ("anonymous", {"client_id": ["admin"]}, "UNAUTHENTICATED"),
    ]
    assert all("cs_" not in row.whole for row in rows)


def test_secrets_and_keys_are_nowhere_in_clear(identity, log):
    made = identity.create()
    token = identity.issue("intake", made.client_secret).access_token
    identity.refused(identity.issue, "intake", made.client_secret + "x")
    dump = " ".join(
        str(row[0])
        for table in ("client", "signing_key", "outbox", "audit", "idempotency")
        for row in identity.rows(f'SELECT t::text FROM "{table}" t')
    )
    for secret in (identity.secret, made.client_secret, token):
        assert secret not in dump
        assert secret not in log.getvalue()
        # bytea is shown in hexadecimal
        assert secret.encode().hex() not in dump
    assert b'"d"'.hex() not in dump


def test_clock_of_the_business_does_not_end_tokens(identity):
    token = identity.issue().access_token
    assert isinstance(identity.runtime.clock, SteppedClock)
    identity.runtime.clock.advance(timedelta(days=30))
    ClientServiceStub(identity.plain).GetClient(
        pb.GetClientRequest(client_id="admin"), metadata=(("authorization", f"Bearer {token}"),)
    )
