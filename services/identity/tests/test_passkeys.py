"""Passkeys: made by who just showed the password, good as both factors, each challenge once."""

import json
from typing import Any

import pytest
from authenticator import COPIED, MAY_BE_COPIED, PRESENT, VERIFIED, Authenticator
from portal_world import Portal
from pydantic import ValidationError

from childsupport.common.v1.errors_pb2 import ErrorReason
from identity_service.domain.throttling import PASSKEY_ASKS
from identity_service.settings import IdentitySettings

ORIGIN = "https://portal.example"
UNAUTHENTICATED = ErrorReason.ERROR_REASON_UNAUTHENTICATED


@pytest.fixture
def jane(portal_with: Any) -> Portal:
    """A portal with passkeys, where Jane has an account."""
    portal: Portal = portal_with(portal_origin=ORIGIN)
    portal.account()
    return portal


def set_up(portal: Portal, device: Authenticator, token: str = "", name: str = "Phone") -> Any:
    session = token or portal.log_in().session_token
    options = portal.call("SetUpPasskey", session_token=session).options_json
    return portal.call(
        "ConfirmPasskey",
        session_token=session,
        credential_json=device.make(options),
        display_name=name,
    ).passkey


def begin(portal: Portal) -> Any:
    return portal.call("BeginPasskeyLogIn", origin=portal.origin())


def complete(portal: Portal, begun: Any, answer: str) -> Any:
    return portal.call(
        "CompletePasskeyLogIn",
        challenge_token=begun.challenge_token,
        credential_json=answer,
        origin=portal.origin(),
    )


def refused(portal: Portal, begun: Any, answer: str) -> Any:
    error = portal.identity.refused(lambda: complete(portal, begun, answer))
    assert error.reason == UNAUTHENTICATED
    return str(error)


def log_in(portal: Portal, device: Authenticator) -> Any:
    begun = begin(portal)
    return complete(portal, begun, device.sign(begun.options_json))


def test_a_passkey_logs_in_alone_and_counts_as_both_factors(portal_with: Any) -> None:
    """NIST SP 800-63B-4 section 3.1.7; ASVS 5.0 6.3.3."""
    portal = portal_with(portal_origin=ORIGIN, require_second_factor=True)
    portal.account()
    device = Authenticator(ORIGIN, flags=PRESENT | VERIFIED | MAY_BE_COPIED | COPIED)
    kept = set_up(portal, device)
    assert (kept.display_name, kept.synced) == ("Phone", True)
    assert [one.kind for one in portal.post()] == ["passkey_added"]
    password_only = portal.log_in().session_token
    unseen = portal.refused("GetGrants", session_token=password_only)
    assert unseen.metadata["rule"] == "second_factor"
    opened = log_in(portal, device)
    assert opened.session.second_factor
    assert opened.session.passkeys == 1
    assert portal.call("GetGrants", session_token=opened.session_token).grants is not None
    (listed,) = portal.call("ListPasskeys", session_token=opened.session_token).passkeys
    assert listed.HasField("use_time")
    kinds = [
        e.kind for e in portal.call("ListAccountEvents", session_token=opened.session_token).events
    ]
    assert "passkey_added" in kinds


def test_what_the_browser_is_asked_for(jane: Portal) -> None:
    """WebAuthn level 3 section 5.4: user verification and a discoverable credential, required."""
    token = jane.log_in().session_token
    options = json.loads(jane.call("SetUpPasskey", session_token=token).options_json)
    assert options["rp"]["id"] == "portal.example"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert "jane@example.org" not in json.dumps(options)
    device = Authenticator(ORIGIN)
    set_up(jane, device, token)
    again = json.loads(jane.call("SetUpPasskey", session_token=token).options_json)
    assert len(again["excludeCredentials"]) == 1
    asked = json.loads(begin(jane).options_json)
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials"), "it would tell who has an account"


def test_wrong_answers_get_one_refusal(jane: Portal) -> None:
    """Another site's, not unlocked, another's handle, a forged signature, an unknown key."""
    device = Authenticator(ORIGIN)
    set_up(jane, device)
    said = set()
    begun = begin(jane)
    said.add(refused(jane, begun, device.sign(begun.options_json, signature=b"0" * 70)))
    begun = begin(jane)
    said.add(refused(jane, begun, device.sign(begun.options_json, handle=b"somebody else's")))
    begun = begin(jane)
    said.add(refused(jane, begun, device.sign(begun.options_json, challenge="AAAA")))
    for wrong in (
        {"origin": "https://portal.example.evil.test"},
        {"rp_id": "example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ):
        for name, value in wrong.items():
            right = getattr(device, name)
            setattr(device, name, value)
            begun = begin(jane)
            said.add(refused(jane, begun, device.sign(begun.options_json)))
            setattr(device, name, right)
    stranger = Authenticator(ORIGIN, rp_id="portal.example", handle=device.handle)
    begun = begin(jane)
    said.add(refused(jane, begun, stranger.sign(begun.options_json)))
    for garbage in ("", "[]", "{}", '{"id": 1}', '{"id": "AAAA", "response": {}}'):
        said.add(refused(jane, begin(jane), garbage))
    assert len(said) == 1
    assert log_in(jane, device).session_token


def test_a_challenge_is_good_once_for_five_minutes_and_where_it_was_asked(jane: Portal) -> None:
    device = Authenticator(ORIGIN)
    set_up(jane, device)
    begun = begin(jane)
    complete(jane, begun, device.sign(begun.options_json))
    refused(jane, begun, device.sign(begun.options_json))
    begun = begin(jane)
    refused(jane, begun, "{}")
    refused(jane, begun, device.sign(begun.options_json))
    begun, other = begin(jane), begin(jane)
    refused(jane, other, device.sign(begun.options_json))
    late = begin(jane)
    jane.advance(minutes=6)
    refused(jane, late, device.sign(late.options_json))
    # For setting up it belongs to the session, and a wrong answer uses it up.
    token, elsewhere = jane.log_in().session_token, jane.log_in().session_token
    options = jane.call("SetUpPasskey", session_token=token).options_json
    second = Authenticator(ORIGIN)
    answer = {"credential_json": second.make(options), "display_name": "Key"}
    stolen = jane.refused("ConfirmPasskey", session_token=elsewhere, **answer)
    assert stolen.metadata["rule"] == "passkey"
    assert jane.call("ConfirmPasskey", session_token=token, **answer).passkey.passkey_id
    again = jane.refused("ConfirmPasskey", session_token=token, **answer)
    assert again.metadata["rule"] == "passkey"


def test_a_new_passkey_must_be_unlocked_too(jane: Portal) -> None:
    token = jane.log_in().session_token
    options = jane.call("SetUpPasskey", session_token=token).options_json
    locked = Authenticator(ORIGIN, flags=PRESENT).make(options)
    error = jane.refused(
        "ConfirmPasskey", session_token=token, credential_json=locked, display_name="Key"
    )
    assert error.metadata["rule"] == "passkey"


def test_a_copied_authenticator_is_refused_and_its_owner_told(jane: Portal) -> None:
    """WebAuthn level 3 section 6.1.1: the counter tells a copy."""
    device = Authenticator(ORIGIN)
    set_up(jane, device)
    log_in(jane, device)
    log_in(jane, device)
    jane.post()
    device.count = 0
    begun = begin(jane)
    refused(jane, begun, device.sign(begun.options_json))
    assert [one.kind for one in jane.post()] == ["passkey_cloned"]
    device.count = 2
    assert log_in(jane, device).session_token
    # One that never counts (a synced passkey) is no copy.
    synced = Authenticator(ORIGIN, counts=False)
    set_up(jane, synced)
    assert log_in(jane, synced).session_token
    assert log_in(jane, synced).session_token


def test_a_passkey_is_added_and_removed_by_who_just_showed_the_password(jane: Portal) -> None:
    """ASVS 5.0 7.5.1."""
    device = Authenticator(ORIGIN)
    kept = set_up(jane, device)
    session = log_in(jane, device).session_token
    for _ in range(2):
        jane.advance(minutes=11)
        jane.call("TouchSession", session_token=session)
    for name, more in (("SetUpPasskey", {}), ("RemovePasskey", {"passkey_id": kept.passkey_id})):
        stale = jane.refused(name, session_token=session, **more)
        assert stale.metadata["rule"] == "reauthentication"
    fresh = jane.log_in().session_token
    jane.post()
    jane.call("RemovePasskey", session_token=fresh, passkey_id=kept.passkey_id)
    assert [one.kind for one in jane.post()] == ["passkey_removed"]
    begun = begin(jane)
    refused(jane, begun, device.sign(begun.options_json))


def test_a_stranger_removes_nobodys_passkey(jane: Portal) -> None:
    device = Authenticator(ORIGIN)
    kept = set_up(jane, device)
    jane.post()
    jane.account("john@example.org", "John")
    john = jane.log_in("john@example.org").session_token
    jane.call("RemovePasskey", session_token=john, passkey_id=kept.passkey_id)
    assert log_in(jane, device).session_token
    assert not jane.call("ListPasskeys", session_token=john).passkeys


def test_asking_for_challenges_is_limited_by_address(jane: Portal) -> None:
    for _ in range(PASSKEY_ASKS.free):
        begin(jane)
    limited = jane.identity.refused(lambda: begin(jane))
    assert limited.reason == ErrorReason.ERROR_REASON_LIMIT_EXCEEDED
    other = jane.call("BeginPasskeyLogIn", origin=jane.origin(address="198.51.100.7"))
    assert other.challenge_token


def test_without_an_origin_there_are_no_passkeys(portal: Portal) -> None:
    portal.account()
    token = portal.log_in().session_token
    error = portal.refused("SetUpPasskey", session_token=token)
    assert error.metadata["rule"] == "passkeys"


@pytest.mark.parametrize(
    "given",
    [
        {"portal_origin": "http://portal.example"},
        {"portal_origin": "https://portal.example/"},
        {"portal_origin": "https://portal.example", "passkey_rp_id": "other.example"},
        {"portal_origin": "https://myportal.example", "passkey_rp_id": "portal.example"},
    ],
)
def test_settings_that_browsers_would_refuse_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="expected"):
        IdentitySettings(database_url="postgresql://x", keys_file="x", service="identity", **given)
