"""Who calls: tokens that are good, and every way in which they are not."""

from datetime import timedelta

import grpc
import pytest

from chassis import auth
from chassis.auth import TokenVerifier
from chassis.clock import SteppedClock
from chassis.errors import PlatformError
from chassis.tests.rpc.conftest import LIFETIME, TOKEN_TIME, Signer, new_key
from childsupport.common.v1.errors_pb2 import ErrorReason

UNAUTHENTICATED = (grpc.StatusCode.UNAUTHENTICATED, ErrorReason.ERROR_REASON_UNAUTHENTICATED)


def refusal(api, token):
    code, told = api.refused("Peek", token=token)
    assert api.probe.calls == []
    return code, told.reason


def tampered(token):
    head, body, signature = token.split(".")
    return ".".join((head, body, ("A" if signature[0] != "A" else "B") + signature[1:]))


def unsigned(token):
    import base64

    body = token.split(".")[1]
    head = (
        base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1","typ":"at+jwt"}').decode().rstrip("=")
    )
    return f"{head}.{body}."


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda s: "", id="none"),
        pytest.param(lambda s: "nonsense", id="nonsense"),
        pytest.param(lambda s: tampered(s.token()), id="tampered"),
        pytest.param(lambda s: unsigned(s.token()), id="unsigned"),
        pytest.param(lambda s: s.token(key=new_key("k1")), id="signed by another under our key id"),
        pytest.param(lambda s: s.token(key=new_key("k9")), id="unknown key"),
        pytest.param(lambda s: s.token(aud="elsewhere"), id="other audience"),
        pytest.param(lambda s: s.token(iss="elsewhere"), id="other issuer"),
        pytest.param(lambda s: s.token(exp=None), id="never expires"),
        pytest.param(lambda s: s.token(exp=1), id="expired"),
        pytest.param(lambda s: s.token(typ="JWT"), id="another kind of token"),
        pytest.param(lambda s: s.token(padding="x" * 5000), id="too long"),
    ],
)
def test_bad_token_is_refused(api, make):
    assert refusal(api, make(api.signer)) == UNAUTHENTICATED


def test_token_ends_when_it_says_also_when_it_was_seen_before(api):
    token = api.signer.token()
    api.call("Peek", token=token)
    api.signer.clock.advance(LIFETIME - timedelta(seconds=1))
    api.call("Peek", token=token)
    api.signer.clock.advance(timedelta(seconds=1))
    code, told = api.refused("Peek", token=token)
    assert (code, told.reason) == UNAUTHENTICATED
    assert "expired" in told.detail


def test_two_authorization_headers_are_no_way_around(api):
    good, bad = api.signer.token(), api.signer.token(exp=1)
    code, _ = api.refused("Peek", token=bad, metadata=(("authorization", f"Bearer {good}"),))
    assert code == grpc.StatusCode.UNAUTHENTICATED


def test_public_method_needs_no_token(api):
    api.call("Ping", token="")
    assert api.probe.calls == ["Ping"]


def test_scope_is_needed(api):
    code, told = api.refused("Peek", token=api.signer.token(scopes="probe.write probe.readers"))
    assert code == grpc.StatusCode.PERMISSION_DENIED
    assert told.metadata == {"scope": "probe.read"}
    assert api.probe.calls == []


class Watch:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def signer():
    return Signer(SteppedClock(TOKEN_TIME))


def test_keys_are_fetched_once_and_again_for_an_unknown_key(signer):
    watch = Watch()
    verifier = TokenVerifier(signer.key_set, signer.clock, watch)
    verifier.verify(signer.token())
    verifier.verify(signer.token(client_id="other"))
    assert signer.fetched == 1
    new = new_key("k2")
    signer.shown = [signer.key, new]
    watch.now += auth.KEY_FETCH_INTERVAL_S + 1
    assert verifier.verify(signer.token(key=new)).client_id == "tester"
    assert signer.fetched == 2


def test_unknown_keys_do_not_make_a_storm_of_fetches(signer):
    verifier = TokenVerifier(signer.key_set, signer.clock, Watch())
    for number in range(5):
        with pytest.raises(PlatformError):
            verifier.verify(signer.token(key=new_key(f"x{number}")))
    assert signer.fetched == 1


def test_key_that_is_not_shown_any_more_is_not_taken_after_the_set_is_old(signer):
    watch = Watch()
    verifier = TokenVerifier(signer.key_set, signer.clock, watch)
    verifier.verify(signer.token())
    signer.shown = [new_key("k2")]
    watch.now += auth.KEY_SET_MAX_AGE_S + 1
    with pytest.raises(PlatformError) as caught:
        verifier.verify(signer.token(client_id="other"))
    assert caught.value.reason == ErrorReason.ERROR_REASON_UNAUTHENTICATED


def test_identity_away_is_unavailable_first_and_no_harm_later(signer):
    away = PlatformError(ErrorReason.ERROR_REASON_UNAVAILABLE, "away")
    watch, up = Watch(), False

    def source():
        if not up:
            raise away
        return signer.key_set()

    verifier = TokenVerifier(source, signer.clock, watch)
    with pytest.raises(PlatformError, match="away"):
        verifier.verify(signer.token())
    up = True
    verifier.verify(signer.token())
    up = False
    watch.now += auth.KEY_SET_MAX_AGE_S + 1
    assert verifier.verify(signer.token(client_id="other")).client_id == "other"


def test_remembered_tokens_are_bounded(signer, monkeypatch):
    monkeypatch.setattr(auth, "MAX_CACHED_TOKENS", 3)
    verifier = TokenVerifier(signer.key_set, signer.clock)
    for number in range(10):
        verifier.verify(signer.token(client_id=f"c{number}"))
    assert len(verifier._verified) == 3
