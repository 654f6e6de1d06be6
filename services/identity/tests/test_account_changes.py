"""Reset, change of e-mail, re-authentication, authenticator app, recovery codes. ASVS 5.0 rows."""

import base64
from dataclasses import replace

import pytest
from portal_world import EMAIL, OTHER_PASSWORD, PASSWORD

from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import account_service_pb2 as pb
from identity_service.domain import throttling, totp
from identity_service.service import SERVICE
from identity_service.store import accounts

UNAUTHENTICATED = ErrorReason.ERROR_REASON_UNAUTHENTICATED
LIMIT = ErrorReason.ERROR_REASON_LIMIT_EXCEEDED
NEW_EMAIL = "jane.new@example.org"


@pytest.fixture
def jane(portal):
    portal.account()
    return portal


def reset_link(portal, login=EMAIL):
    portal.call("RequestPasswordReset", login=login, origin=portal.origin())
    portal.answer()
    mailed = portal.post()
    return mailed[0].link if mailed else ""


def kinds(portal):
    return [(one.kind, one.email) for one in portal.post()]


def reauthenticate(portal, token, **given):
    return portal.call("Reauthenticate", session_token=token, password=PASSWORD, **given)


def code_at(portal, secret, steps=0):
    raw = base64.b32decode(secret)
    return totp.code(raw, int(portal.identity.clock.now().timestamp()) // totp.STEP_S + steps)


def with_app(portal):
    """Set up an authenticator app; return its secret and the session's token."""
    token = portal.log_in().session_token
    secret = portal.call("SetUpTotp", session_token=token).secret
    portal.call("ConfirmTotp", session_token=token, totp_code=code_at(portal, secret))
    portal.post()
    return secret, token


def test_reset_tells_nobody_anything(jane):
    """6.3.8: the same answer with and without an account; the difference comes by mail."""
    answers = [
        jane.call("RequestPasswordReset", login=login, origin=jane.origin())
        for login in (EMAIL, "Jane.Doe", "nobody@example.org")
    ]
    assert answers[0] == answers[1] == answers[2]
    assert jane.post() == []
    jane.answer()
    assert kinds(jane) == [("reset_password", EMAIL)] * 2


def test_reset_ends_all_sessions_and_logs_nobody_in(jane):
    """7.4.2 and 6.4.3: the new password is told to the owner; what was open is closed."""
    token = jane.log_in().session_token
    link = reset_link(jane)
    assert not jane.call("ResetPassword", token=link, new_password=OTHER_PASSWORD).ListFields()
    assert kinds(jane) == [("password_changed", EMAIL)]
    assert jane.refused("GetSession", session_token=token).reason == UNAUTHENTICATED
    assert jane.refused("LogIn", login=EMAIL, password=PASSWORD).reason == UNAUTHENTICATED
    jane.log_in(password=OTHER_PASSWORD)


def test_link_to_reset_lives_30_minutes_once_and_the_newest_counts(jane):
    first, second = reset_link(jane), reset_link(jane)
    given = {"new_password": OTHER_PASSWORD}
    assert jane.refused("ResetPassword", token=first, **given).metadata["rule"] == "link"
    jane.refused("ResetPassword", token=second, new_password="short")
    jane.call("ResetPassword", token=second, **given)
    assert jane.refused("ResetPassword", token=second, **given).metadata["rule"] == "link"
    third = reset_link(jane)
    jane.advance(minutes=30)
    assert jane.refused("ResetPassword", token=third, **given).metadata["rule"] == "link"


def test_nobodys_mail_box_is_filled(jane):
    for _ in range(8):
        jane.call("RequestPasswordReset", login=EMAIL, origin=jane.origin())
    jane.answer()
    assert len(jane.post()) == 5


def test_asking_from_one_address_has_a_limit(jane):
    for n in range(20):
        jane.call("RequestPasswordReset", login=f"n{n}", origin=jane.origin())
    told = jane.refused("RequestPasswordReset", login=EMAIL, origin=jane.origin())
    assert told.reason == LIMIT


def test_changing_the_password_needs_the_present_one(jane):
    """6.2.2, 6.2.3, 7.4.3, 6.3.7."""
    first, other = jane.log_in().session_token, jane.log_in().session_token
    given = {"session_token": first, "new_password": OTHER_PASSWORD}
    told = jane.refused("ChangePassword", password="not it at all", **given)
    assert told.reason == UNAUTHENTICATED
    renewed = jane.call("ChangePassword", password=PASSWORD, end_other_sessions=True, **given)
    assert kinds(jane) == [("password_changed", EMAIL)]
    jane.call("GetSession", session_token=renewed.session_token)
    assert jane.refused("GetSession", session_token=other).reason == UNAUTHENTICATED


def test_changing_the_password_gives_a_new_token_and_shows_no_second_factor(jane):
    """7.2.4; 7.5.1: what asks for both factors does not count the password alone as both."""
    _, token = with_app(jane)
    for _ in range(2):
        jane.advance(minutes=10)
        jane.call("TouchSession", session_token=token)
    given = {"password": PASSWORD, "new_password": OTHER_PASSWORD}
    renewed = jane.call("ChangePassword", session_token=token, **given)
    assert jane.refused("GetSession", session_token=token).reason == UNAUTHENTICATED
    session = jane.call("GetSession", session_token=renewed.session_token).session
    assert session == renewed.session
    told = jane.refused("RemoveTotp", session_token=renewed.session_token)
    assert told.metadata["rule"] == "reauthentication"


def test_stolen_session_is_no_place_to_guess_the_password(jane):
    token = jane.log_in().session_token
    for _ in range(10):
        jane.refused("Reauthenticate", session_token=token, password="guess")
    told = jane.refused("Reauthenticate", session_token=token, password=PASSWORD)
    assert told.reason == LIMIT
    jane.call("Reauthenticate", session_token=jane.log_in().session_token, password=PASSWORD)


def test_sensitive_changes_need_a_recent_showing_and_get_a_new_token(jane):
    """7.5.1, 7.2.4."""
    token = jane.log_in().session_token
    jane.advance(minutes=10)
    jane.call("TouchSession", session_token=token)
    jane.advance(minutes=10)
    for name, given in (
        ("ChangeEmail", {"email": NEW_EMAIL}),
        ("SetUpTotp", {}),
        ("ConfirmTotp", {}),
        ("RemoveTotp", {}),
        ("CreateRecoveryCodes", {}),
    ):
        told = jane.refused(name, session_token=token, **given)
        assert told.metadata["rule"] == "reauthentication", name
    renewed = reauthenticate(jane, token).session_token
    assert renewed != token
    assert jane.refused("GetSession", session_token=token).reason == UNAUTHENTICATED
    jane.call("ChangeEmail", session_token=renewed, email=NEW_EMAIL)


def test_address_changes_with_the_new_ones_link_and_both_are_told(jane):
    """6.3.7."""
    token = jane.log_in().session_token
    jane.call("ChangeEmail", session_token=token, email=NEW_EMAIL)
    asked, confirm = jane.post()
    assert (asked.kind, asked.email, asked.link) == ("email_change_asked", EMAIL, "")
    assert (confirm.kind, confirm.email) == ("confirm_email", NEW_EMAIL)
    jane.log_in(EMAIL)
    jane.call("ConfirmEmail", token=confirm.link)
    assert kinds(jane) == [("email_changed", EMAIL), ("email_changed", NEW_EMAIL)]
    jane.log_in(NEW_EMAIL)
    assert jane.wrong_log_in(EMAIL).reason == UNAUTHENTICATED
    assert jane.refused("ConfirmEmail", token=confirm.link).metadata["rule"] == "link"


def test_address_of_another_account_gets_the_same_answer(jane):
    jane.account("other@example.org", "Other")
    token = jane.log_in().session_token
    free = jane.call("ChangeEmail", session_token=token, email=NEW_EMAIL)
    jane.post()
    taken = jane.call("ChangeEmail", session_token=token, email="other@example.org")
    assert free == taken
    assert kinds(jane) == [
        ("email_change_asked", EMAIL),
        ("account_exists", "other@example.org"),
    ]


def test_links_of_one_purpose_do_nothing_for_another(jane):
    link = reset_link(jane)
    for name in ("VerifyEmail", "ConfirmEmail"):
        assert jane.refused(name, token=link).metadata["rule"] == "link"


def test_authenticator_app_is_asked_for_at_the_next_log_in(jane):
    """6.3.3, 7.2.4: the session is good for nothing before, and has another token after."""
    secret, _ = with_app(jane)
    jane.advance(seconds=30)
    pending = jane.log_in()
    assert pending.session.state == pb.SESSION_STATE_SECOND_FACTOR
    assert not pending.device_token
    token = pending.session_token
    for name in ("GetSession", "GetGrants", "IssueUserToken", "TouchSession", "ListSessions"):
        assert jane.refused(name, session_token=token).reason == UNAUTHENTICATED
    done = jane.call("CompleteLogIn", session_token=token, totp_code=code_at(jane, secret))
    assert done.session.second_factor
    assert done.session_token != token
    assert jane.refused("GetSession", session_token=token).reason == UNAUTHENTICATED
    assert jane.call("GetSession", session_token=done.session_token).session.totp


def test_code_of_an_app_counts_once_and_for_its_time(jane):
    """6.5.1, 6.5.5."""
    secret, _ = with_app(jane)
    jane.advance(seconds=60)
    used = code_at(jane, secret)
    token = jane.log_in().session_token
    jane.call("CompleteLogIn", session_token=token, totp_code=used)
    token = jane.log_in().session_token
    for code in (used, code_at(jane, secret, -2), code_at(jane, secret, 5), "", "000000"):
        told = jane.refused("CompleteLogIn", session_token=token, totp_code=code)
        assert told.reason == UNAUTHENTICATED


def test_of_two_with_one_code_at_once_one_is_refused(jane):
    """6.5.1: the database decides, whatever both have read before."""
    (row,) = jane.identity.rows("SELECT account_id FROM account")
    with jane.runtime.work() as work:
        assert accounts.use_totp_step(work.session, row.account_id, 7)
        assert not accounts.use_totp_step(work.session, row.account_id, 7)


def test_codes_of_an_app_are_those_of_rfc_6238():
    """Appendix B, its last six digits."""
    secret = b"12345678901234567890"
    for at, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert totp.code(secret, at // totp.STEP_S) == code


def test_second_factor_is_not_guessed(jane):
    """6.6.3: ten wrong codes, then a wait; another device's guesses do not hinder the known one."""
    first = jane.log_in()
    secret = jane.call("SetUpTotp", session_token=first.session_token).secret
    code = code_at(jane, secret)
    jane.call("ConfirmTotp", session_token=first.session_token, totp_code=code)
    jane.advance(seconds=30)
    token = jane.log_in().session_token
    for _ in range(10):
        jane.refused("CompleteLogIn", session_token=token, totp_code="000000")
    given = {"session_token": token, "totp_code": code_at(jane, secret)}
    assert jane.refused("CompleteLogIn", **given).reason == LIMIT
    known = jane.origin(device=first.device_token)
    token = jane.log_in(origin=known).session_token
    jane.call("CompleteLogIn", **(given | {"session_token": token}), origin=known)


def test_a_hundred_wrong_codes_in_a_row_close_the_second_factor_until_a_reset(jane, monkeypatch):
    """NIST SP 800-63B-4 section 3.2.2: over all sessions and days; no waiting opens it again."""
    assert throttling.FACTOR_IN_A_ROW.free == 100
    monkeypatch.setattr(throttling, "FACTOR_IN_A_ROW", replace(throttling.FACTOR_IN_A_ROW, free=12))
    secret, token = with_app(jane)
    recovery = jane.call("CreateRecoveryCodes", session_token=token).recovery_codes

    def wrong():
        given = {"session_token": jane.log_in().session_token, "totp_code": "000000"}
        return jane.refused("CompleteLogIn", **given).reason

    assert [wrong() for _ in range(9)] == [UNAUTHENTICATED] * 9
    jane.call("CompleteLogIn", session_token=jane.log_in().session_token, recovery_code=recovery[0])
    for days in (0, 3):
        jane.advance(days=days)
        assert [wrong() for _ in range(6)] == [UNAUTHENTICATED] * 6
        forget = next(job for job in SERVICE.jobs if job.name == "forget")
        jane.runtime.run_job(forget, jane.runtime.clock.today())
    jane.advance(days=400)
    jane.runtime.run_job(forget, jane.runtime.clock.today())
    pending = jane.log_in().session_token
    for shown in ({"totp_code": code_at(jane, secret)}, {"recovery_code": recovery[1]}):
        told = jane.refused("CompleteLogIn", session_token=pending, **shown)
        assert told.metadata["rule"] == "second_factor_tries"
    jane.call("ResetPassword", token=reset_link(jane), new_password=OTHER_PASSWORD)
    pending = jane.log_in(password=OTHER_PASSWORD)
    assert pending.session.state == pb.SESSION_STATE_SECOND_FACTOR
    given = {"session_token": pending.session_token, "totp_code": code_at(jane, secret)}
    assert jane.call("CompleteLogIn", **given).session.second_factor


def test_reset_does_not_go_round_the_second_factor(jane):
    """6.4.3."""
    secret, _ = with_app(jane)
    jane.call("ResetPassword", token=reset_link(jane), new_password=OTHER_PASSWORD)
    jane.advance(seconds=30)
    pending = jane.log_in(password=OTHER_PASSWORD)
    assert pending.session.state == pb.SESSION_STATE_SECOND_FACTOR
    code = code_at(jane, secret)
    jane.call("CompleteLogIn", session_token=pending.session_token, totp_code=code)


def test_recovery_codes_stand_in_for_the_app_once_each(jane):
    """6.5.1, 6.5.2 (120 bits), 6.4.2: they are what stands in place of security questions."""
    _, token = with_app(jane)
    old = jane.call("CreateRecoveryCodes", session_token=token).recovery_codes
    codes = jane.call("CreateRecoveryCodes", session_token=token).recovery_codes
    assert len(set(codes)) == 10
    assert all(len(code.replace(" ", "")) == 24 for code in codes)
    token = jane.log_in().session_token
    assert jane.refused("CompleteLogIn", session_token=token, recovery_code=old[0])
    done = jane.call("CompleteLogIn", session_token=token, recovery_code=codes[0].lower())
    assert ("recovery_code_used", EMAIL) in kinds(jane)
    assert done.session.recovery_codes_left == 9
    token = jane.log_in().session_token
    told = jane.refused("CompleteLogIn", session_token=token, recovery_code=codes[0])
    assert told.reason == UNAUTHENTICATED


def test_showing_again_needs_the_second_factor_too(jane):
    secret, token = with_app(jane)
    told = jane.refused("Reauthenticate", session_token=token, password=PASSWORD)
    assert told.reason == UNAUTHENTICATED
    jane.advance(seconds=30)
    shown = reauthenticate(jane, token, totp_code=code_at(jane, secret))
    assert shown.session.second_factor
    jane.call("RemoveTotp", session_token=shown.session_token)
    assert kinds(jane) == [("totp_removed", EMAIL)]
    assert jane.log_in().session.state == pb.SESSION_STATE_IN_FORCE


def test_there_are_no_security_questions():
    """6.4.2: no field of the contract asks for one."""
    for name, message in pb.DESCRIPTOR.message_types_by_name.items():
        for field in message.fields:
            assert "question" not in field.name, name
            assert "hint" not in field.name, name
