"""A parent who lost app, passkeys and codes: one worker asks, another confirms, both boxes told."""

from typing import Any

import pytest
from authenticator import Authenticator
from console_world import CASEWORKER, Console
from portal_world import JANE, JOHN, OTHER_PASSWORD, PASSWORD, Portal
from test_passkeys import ORIGIN, begin, refused, set_up

from childsupport.common.v1.errors_pb2 import ErrorReason

REMOVE = {"participant_id": JANE, "remove_second_factor": True, "reason": "showed her ID card"}


class Office:
    """Two workers, and Jane with an app, a passkey and recovery codes that she lost."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.console = portal, Console(portal)
        portal.know()
        portal.account()
        portal.enable()
        portal.advance(days=1)
        token = portal.log_in().session_token
        portal.call(
            "RequestAccess",
            session_token=token,
            birth_date={"year": 1989, "month": 7, "day": 7},
            participant_number="0001000002",
            email="jane@example.org",
        )
        portal.answer()
        (pin,) = portal.post()
        portal.call("EnterPin", session_token=token, pin=pin.code)
        self.device = Authenticator(ORIGIN)
        set_up(portal, self.device, token)
        made = portal.call("CreateRecoveryCodes", session_token=token)
        self.recovery_code = made.recovery_codes[0]
        self.session = token
        workers = [self.console.worker(name, CASEWORKER) for name in ("ann.one", "ben.two")]
        self.ann, self.ben = (one.log_in().session_token for one in workers)
        portal.post()

    def call(self, worker: str, name: str, **given: Any) -> Any:
        self.console.call("TouchWorkerSession", session_token=worker)
        return self.portal.call(name, **given, **self.console.as_worker(worker))

    def rule(self, worker: str, name: str, **given: Any) -> str:
        error = self.portal.identity.refused(lambda: self.call(worker, name, **given))
        return str(error.metadata["rule"])

    def shown(self) -> Any:
        return self.call(self.ann, "GetPortalAccess", participant_id=JANE)


@pytest.fixture
def office(portal_with: Any) -> Office:
    return Office(portal_with(portal_origin=ORIGIN))


def test_two_people_take_the_factor_away_and_both_boxes_are_told(office: Office) -> None:
    """NIST SP 800-63B-4 section 4.2; ASVS 5.0 6.4.4."""
    portal = office.portal
    asked = office.call(office.ann, "StartReset", **REMOVE)
    assert asked.HasField("removal_expire_time")
    assert [one.kind for one in portal.post()] == ["second_factor_asked"]
    shown = office.shown()
    assert (shown.removal.asked_by, shown.second_factor) == ("ann.one", True)
    assert portal.call("GetSession", session_token=office.session), "nothing has changed yet"
    confirm = ("ConfirmSecondFactorRemoval",)
    assert office.rule(office.ann, *confirm, participant_id=JANE) == "two_people"
    office.call(office.ben, *confirm, participant_id=JANE)
    told = portal.post()
    assert [(one.kind, one.email or one.participant_id) for one in told] == [
        ("second_factor_removed", "jane@example.org"),
        ("second_factor_removed", JANE),
        ("reset_started", "jane@example.org"),
    ]
    over = portal.refused("GetSession", session_token=office.session)
    assert over.reason == ErrorReason.ERROR_REASON_UNAUTHENTICATED
    begun = begin(portal)
    refused(portal, begun, office.device.sign(begun.options_json))
    portal.call("ResetPassword", token=told[2].link, new_password=OTHER_PASSWORD)
    back = portal.log_in(password=OTHER_PASSWORD)
    assert (back.session.recovery_codes_left, back.session.passkeys) == (0, 0)
    after = office.shown()
    assert not after.second_factor
    assert not after.HasField("removal")
    events = portal.call("ListAccountEvents", session_token=back.session_token).events
    assert "second_factor_removed" in [one.kind for one in events]
    assert office.rule(office.ben, *confirm, participant_id=JANE) == "removal"


def test_what_was_rejected_or_waited_a_week_is_not_confirmed(office: Office) -> None:
    office.call(office.ann, "StartReset", **REMOVE)
    assert office.rule(office.ben, "StartReset", **REMOVE) == "removal"
    office.call(office.ben, "RejectSecondFactorRemoval", participant_id=JANE)
    confirm = "ConfirmSecondFactorRemoval"
    assert office.rule(office.ben, confirm, participant_id=JANE) == "removal"
    office.call(office.ann, "StartReset", **REMOVE)
    office.portal.advance(days=7)
    late = office.portal.refused(confirm, participant_id=JANE)
    assert late.metadata["rule"] == "removal"
    assert office.portal.call("StartReset", **REMOVE).HasField("removal_expire_time")


def test_what_cannot_be_asked_is_refused(office: Office) -> None:
    missing = {**REMOVE, "reason": " "}
    error = office.portal.identity.refused(lambda: office.call(office.ann, "StartReset", **missing))
    assert error.metadata["field"] == "reason"
    assert office.rule(office.ann, "StartReset", **{**REMOVE, "participant_id": JOHN}) == "access"
    session = office.portal.call("ListPasskeys", session_token=office.session)
    for one in session.passkeys:
        office.portal.call("RemovePasskey", session_token=office.session, passkey_id=one.passkey_id)
    assert office.rule(office.ann, "StartReset", **REMOVE) == "second_factor"
    assert not office.call(office.ann, "StartReset", participant_id=JANE).HasField(
        "removal_expire_time"
    )
    assert office.portal.log_in(password=PASSWORD).session_token
