"""Kentucky's enrolment (seeds 000, 001): office, next day, details, PIN by e-mail, access."""

from datetime import date, timedelta

import pytest
from portal_world import BORN, CASE, EMAIL, JANE, NUMBER, OTHER_CASE

from chassis.dates import from_date, to_date
from chassis.ids import new_id
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import account_service_pb2 as pb
from childsupport.identity.v1 import enrolment_service_pb2 as enrolment_pb

R = ErrorReason


@pytest.fixture
def enabled(portal):
    """Jane called the office yesterday, and has an account today."""
    portal.know()
    portal.enable()
    portal.advance(days=1)
    portal.account()
    return portal


def details(**given):
    shown = {"birth_date": from_date(BORN), "participant_number": NUMBER, "email": EMAIL}
    return shown | given


def request_access(portal, token, **given):
    said = portal.call("RequestAccess", session_token=token, **details(**given))
    portal.answer()
    return said


def pin_of(portal, token):
    request_access(portal, token)
    (mailed,) = portal.post()
    assert mailed.kind == "pin"
    return mailed.code


def test_from_the_call_to_the_office_to_exactly_the_own_cases(portal):
    portal.know()
    said = portal.enable()
    assert said.participant_number == NUMBER
    assert to_date(said.eligible_from) == date(2026, 3, 7)
    portal.account()
    token = portal.log_in().session_token
    assert not portal.call("GetGrants", session_token=token).grants
    request_access(portal, token)
    assert [p.kind for p in portal.post()] == ["access_not_matched"], "not before the next day"
    portal.advance(days=1)
    token = portal.log_in().session_token
    pin = pin_of(portal, token)
    assert len(pin) == 8
    entered = portal.call("EnterPin", session_token=token, pin=f"{pin[:4]} {pin[4:]}")
    (grant,) = portal.call("GetGrants", session_token=token).grants
    assert entered.grant == grant
    assert (grant.participant_id, grant.participant_number) == (JANE, NUMBER)
    assert [(c.case_id, c.role) for c in grant.cases] == [(CASE, pb.PARTY_ROLE_OBLIGEE)]
    told = [(p.kind, p.email, p.participant_id) for p in portal.post()]
    assert told == [("access_granted", EMAIL, ""), ("access_granted", "", JANE)]
    enrolment = portal.call("GetEnrolment", session_token=token)
    assert enrolment.flow == enrolment_pb.ENROLMENT_FLOW_PIN
    assert enrolment.granted


@pytest.mark.parametrize(
    "given",
    [
        {"birth_date": from_date(date(1989, 7, 8))},
        {"birth_date": None},
        {"participant_number": "0001000001"},
        {"participant_number": "nobody"},
        {"email": "jane@example.com"},
    ],
)
def test_one_answer_whichever_detail_is_wrong(enabled, given):
    """NIST SP 800-63A-4 section 3.1.2.1: who fails learns not what failed."""
    token = enabled.log_in().session_token
    wrong = request_access(enabled, token, **given)
    assert [(p.kind, p.code) for p in enabled.post()] == [("access_not_matched", "")]
    assert wrong == request_access(enabled, token)


@pytest.mark.parametrize("email", [EMAIL, "mallory@example.org"])
def test_account_with_another_address_than_the_office_has_gets_no_pin(enabled, email):
    """Whoever knows all of a person's details does not have the person's e-mail."""
    enabled.account("mallory@example.org", "Mallory")
    token = enabled.log_in("mallory@example.org").session_token
    request_access(enabled, token, email=email)
    assert [p.kind for p in enabled.post()] == ["access_not_matched"]


def test_nobody_gets_in_whom_no_office_enabled(portal):
    portal.know()
    portal.account()
    token = portal.log_in().session_token
    request_access(portal, token)
    assert [p.kind for p in portal.post()] == ["access_not_matched"]


def test_pin_is_used_once_within_a_day_and_the_newest_counts(enabled):
    """6.4.1, 6.5.1: short-lived, once."""
    token = enabled.log_in().session_token
    first, second = pin_of(enabled, token), pin_of(enabled, token)
    told = enabled.refused("EnterPin", session_token=token, pin=first)
    assert told.metadata["rule"] == "pin"
    enabled.call("EnterPin", session_token=token, pin=second)
    assert enabled.refused("EnterPin", session_token=token, pin=second).metadata["rule"] == "pin"


def test_pin_ends_after_24_hours(enabled):
    pin = pin_of(enabled, enabled.log_in().session_token)
    enabled.advance(hours=24)
    token = enabled.log_in().session_token
    assert enabled.refused("EnterPin", session_token=token, pin=pin).metadata["rule"] == "pin"


def test_five_wrong_pins_end_it(enabled):
    """6.6.3: brute force on the PIN; counted though each call is rolled back."""
    token = enabled.log_in().session_token
    pin = pin_of(enabled, token)
    for _ in range(5):
        enabled.refused("EnterPin", session_token=token, pin="00000000")
    assert enabled.refused("EnterPin", session_token=token, pin=pin).metadata["rule"] == "pin"


def test_pin_is_bound_to_the_account_that_asked(enabled):
    """6.6.2."""
    pin = pin_of(enabled, enabled.log_in().session_token)
    enabled.account("mallory@example.org", "Mallory")
    token = enabled.log_in("mallory@example.org").session_token
    assert enabled.refused("EnterPin", session_token=token, pin=pin).metadata["rule"] == "pin"


def test_details_are_tried_five_times_and_then_wait(enabled):
    token = enabled.log_in().session_token
    for _ in range(5):
        request_access(enabled, token, participant_number="1")
    told = enabled.refused("RequestAccess", session_token=token, **details())
    assert told.reason == R.ERROR_REASON_LIMIT_EXCEEDED


def test_office_verifies_the_date_of_birth(portal):
    portal.know()
    told = portal.identity.refused(lambda: portal.enable(birth_date=from_date(date(1989, 1, 1))))
    assert told.metadata["field"] == "birth_date"
    portal.know(version=2, born=None)
    told = portal.identity.refused(portal.enable)
    assert told.metadata["rule"] == "birth_date"
    told = portal.identity.refused(lambda: portal.enable(participant_id=new_id()))
    assert told.reason == R.ERROR_REASON_NOT_FOUND
    for name, given in (
        ("EnablePortalAccess", {"birth_date": from_date(BORN), "email": EMAIL}),
        ("StartReset", {}),
        ("RevokeAccess", {"reason": "x"}),
        ("GetPortalAccess", {}),
    ):
        told = portal.refused(name, participant_id="no id", **given)
        assert told.metadata == {"field": "participant_id"}, name


def granted(enabled):
    token = enabled.log_in().session_token
    enabled.call("EnterPin", session_token=token, pin=pin_of(enabled, token))
    enabled.post()
    return token


def test_revoked_access_is_gone_at_once_and_told(enabled):
    token = granted(enabled)
    enabled.call("RevokeAccess", participant_id=JANE, reason="She asked for it")
    assert not enabled.call("GetGrants", session_token=token).grants
    assert [p.kind for p in enabled.post()] == ["access_ended"]
    request_access(enabled, token)
    assert [p.kind for p in enabled.post()] == ["access_not_matched"], "the office must enable anew"


def test_office_sees_the_state_and_starts_a_reset_without_a_password(enabled):
    """6.4.6: whoever administers may start a reset, and neither chooses nor learns a password."""
    told = enabled.refused("StartReset", participant_id=JANE)
    assert told.metadata["rule"] == "access"
    granted(enabled)
    shown = enabled.call("GetPortalAccess", participant_id=JANE)
    assert shown.known
    assert shown.user_name == "Jane.Doe"
    assert to_date(shown.enabled_on) == date(2026, 3, 6)
    assert not enabled.call("StartReset", participant_id=JANE).ListFields()
    (mailed,) = enabled.post()
    assert (mailed.kind, mailed.email, bool(mailed.link)) == ("reset_started", EMAIL, True)


def test_second_account_of_a_person_takes_the_place_of_the_first_and_both_are_told(enabled):
    token = granted(enabled)
    enabled.enable(email="new@example.org")
    enabled.advance(days=1)
    enabled.account("new@example.org", "Jane")
    new = enabled.log_in("new@example.org").session_token
    request_access(enabled, new, email="new@example.org")
    enabled.call("EnterPin", session_token=new, pin=enabled.post()[0].code)
    told = [(p.kind, p.email) for p in enabled.post()]
    assert told == [
        ("access_ended", EMAIL),
        ("access_granted", "new@example.org"),
        ("access_granted", ""),
    ]
    token = enabled.log_in().session_token
    assert not enabled.call("GetGrants", session_token=token).grants


def test_way_that_is_not_offered_is_refused(enabled):
    token = enabled.log_in().session_token
    told = enabled.refused(
        "RequestKey", session_token=token, first_name="Jane", last_name="Doe", ssn="900010002"
    )
    assert told.metadata == {"rule": "enrolment_flow", "flow": "pin"}


def test_an_older_state_of_a_person_or_case_changes_nothing(enabled):
    enabled.know(version=2, born=None)
    enabled.know(version=1)
    token = enabled.log_in().session_token
    request_access(enabled, token)
    assert [p.kind for p in enabled.post()] == ["access_not_matched"]


def test_scopes_keep_portal_and_office_apart(portal):
    made = portal.identity.create("portal", scopes=["identity.accounts"])
    portal.token = portal.identity.issue("portal", made.client_secret).access_token
    for name, given in (
        ("EnablePortalAccess", {}),
        ("StartReset", {}),
        ("RevokeAccess", {}),
        ("GetPortalAccess", {}),
    ):
        assert portal.refused(name, **given).reason == R.ERROR_REASON_PERMISSION_DENIED


def test_a_caretaker_sees_the_case_while_being_one_and_a_child_never_does(portal):
    """45 CFR 303.21: a party of the case, as the case service says; and until when."""
    caretaker = {"participant_id": JANE, "role": case_pb.CASE_ROLE_CARETAKER}
    portal.know(others=[case_pb.CaseMember(**caretaker)])
    portal.enable()
    portal.advance(days=1)
    portal.account()
    token = portal.log_in().session_token
    portal.call("EnterPin", session_token=token, pin=pin_of(portal, token))

    def seen():
        (grant,) = portal.call("GetGrants", session_token=token).grants
        return [(c.case_id, c.role) for c in grant.cases]

    own = (CASE, pb.PARTY_ROLE_OBLIGEE)
    assert seen() == [own, (OTHER_CASE, pb.PARTY_ROLE_OTHER)]
    today = portal.runtime.clock.today()
    ended = case_pb.CaseMember(**caretaker, until=from_date(today - timedelta(days=1)))
    portal.know(version=2, others=[ended])
    assert seen() == [own]
    portal.know(version=3, others=[case_pb.CaseMember(**caretaker)])
    assert len(seen()) == 2
    child = {"participant_id": JANE, "role": case_pb.CASE_ROLE_CHILD}
    portal.know(version=4, others=[case_pb.CaseMember(**child)])
    assert seen() == [own]
