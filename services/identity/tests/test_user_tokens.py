"""The token that names an end user to other services, and the jobs that forget."""

from datetime import timedelta

import pytest
from portal_world import BORN, EMAIL, JANE, NUMBER

from chassis.auth import TokenVerifier, own_keys
from chassis.dates import from_date
from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from identity_service.service import SERVICE

UNAUTHENTICATED = ErrorReason.ERROR_REASON_UNAUTHENTICATED


@pytest.fixture
def jane(portal):
    portal.know()
    portal.enable()
    portal.advance(days=1)
    portal.account()
    return portal


def granted(portal):
    token = portal.log_in().session_token
    portal.call(
        "RequestAccess",
        session_token=token,
        birth_date=from_date(BORN),
        participant_number=NUMBER,
        email=EMAIL,
    )
    portal.answer()
    portal.call("EnterPin", session_token=token, pin=portal.post()[0].code)
    return token


def verifier(portal):
    return TokenVerifier(own_keys(portal.runtime), portal.identity.clock)


def test_token_names_the_account_its_session_and_whose_cases_it_sees(jane):
    """8.3.3: the owning service decides by the end user's rights, not by the portal's."""
    token = granted(jane)
    session = jane.call("GetSession", session_token=token).session
    issued = jane.call("IssueUserToken", session_token=token)
    assert issued.expires_in_seconds == 120
    checking = verifier(jane)
    user = checking.verify_user(issued.user_token, checking.verify(jane.token))
    assert (user.account_id, user.session_id) == (session.account_id, session.session_id)
    assert user.participant_ids == {JANE}


def test_service_learns_the_end_user_beside_its_caller(jane):
    token = granted(jane)
    issued = jane.call("IssueUserToken", session_token=token)
    sent = (("x-end-user", issued.user_token),)
    denied = jane.identity.refused(
        lambda: jane.call("GetSession", session_token=token, metadata=sent)
    )
    assert denied.reason == ErrorReason.ERROR_REASON_PERMISSION_DENIED, "it answers no parent"
    told = jane.identity.refused(
        lambda: jane.call("GetSession", session_token=token, metadata=(("x-end-user", "made up"),))
    )
    assert told.reason == UNAUTHENTICATED


def test_token_is_good_for_its_asker_its_time_and_nothing_else(jane):
    """9.2.1, 9.2.2, 9.2.4: bound to caller, time and purpose."""
    issued = jane.call("IssueUserToken", session_token=granted(jane)).user_token
    checking = verifier(jane)
    own = checking.verify(jane.token)
    made = jane.identity.create("other", scopes=["identity.accounts"])
    other = checking.verify(jane.identity.issue("other", made.client_secret).access_token)
    for call in (
        lambda: checking.verify_user(issued, other),
        lambda: checking.verify_user(jane.token, own),
        lambda: checking.verify(issued),
    ):
        with pytest.raises(PlatformError) as told:
            call()
        assert told.value.reason == UNAUTHENTICATED
    checking.verify_user(issued, own)
    jane.identity.clock.advance(timedelta(seconds=120))
    with pytest.raises(PlatformError, match="expired"):
        checking.verify_user(issued, own)


def test_token_carries_what_is_granted_now(jane):
    token = granted(jane)
    jane.call("RevokeAccess", participant_id=JANE, reason="asked")
    issued = jane.call("IssueUserToken", session_token=token).user_token
    checking = verifier(jane)
    assert not checking.verify_user(issued, checking.verify(jane.token)).participant_ids


def test_second_factor_can_be_required(portal_with):
    """6.3.3: with the setting on, nothing is seen without one."""
    portal = portal_with(require_second_factor=True)
    portal.account()
    token = portal.log_in().session_token
    for name in ("GetGrants", "IssueUserToken"):
        assert portal.refused(name, session_token=token).metadata["rule"] == "second_factor"


def test_what_has_ended_is_forgotten(jane):
    token = jane.log_in().session_token
    jane.call("LogOut", session_token=token)
    jane.wrong_log_in()
    jane.ask_account("late@example.org", "Late")
    jane.answer()
    job = next(job for job in SERVICE.jobs if job.name == "forget")
    done = jane.runtime.run_job(job, jane.runtime.clock.today())
    assert set(done.values()) == {0}
    jane.advance(days=32)
    done = jane.runtime.run_job(job, jane.runtime.clock.today())
    assert done["accounts"] == 1
    assert done["sessions"] == 1
    assert done["throttles"] > 0
    jane.advance(days=366)
    done = jane.runtime.run_job(job, jane.runtime.clock.today())
    assert done["devices"] == 1
    assert len(jane.identity.rows("SELECT 1 FROM account")) == 1
