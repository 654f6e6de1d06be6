"""Accounts, sessions and grants as messages."""

from chassis.dates import from_instant
from chassis.runtime import Work
from childsupport.identity.v1 import account_service_pb2 as pb
from childsupport.identity.v1 import enrolment_service_pb2 as enrolment_pb
from identity_service.actions.granting import Grant
from identity_service.actions.second_factors import RECOVERY
from identity_service.actions.sessions import Opened, Origin
from identity_service.settings import settings_of
from identity_service.store import codes, passkeys
from identity_service.store.enrolments import KeyRequest
from identity_service.store.participants import Case
from identity_service.store.passkeys import Passkey
from identity_service.store.removals import Removal
from identity_service.store.sessions import Session


def origin(message: pb.Origin) -> Origin:
    """Return where a call comes from."""
    return Origin(message.address, message.device_token, message.user_agent)


def session(work: Work, opened: Opened) -> pb.Session:
    """Return the message for a session, with what its account has set up."""
    account = opened.account
    said = session_in_list(work, opened.session)
    said.user_name = account.user_name
    said.language = account.language
    said.totp = account.totp_confirmed
    said.passkeys = passkeys.count(work.session, account.account_id)
    said.recovery_codes_left = codes.left(work.session, account.account_id, RECOVERY)
    return said


def session_in_list(work: Work, one: Session) -> pb.Session:
    """Return the message for one of several sessions."""
    settings = settings_of(work)
    life = settings.session_life
    end = one.create_time + life.whole
    return pb.Session(
        session_id=one.session_id,
        account_id=one.account_id,
        state=pb.SESSION_STATE_SECOND_FACTOR if one.pending else pb.SESSION_STATE_IN_FORCE,
        create_time=from_instant(one.create_time),
        touch_time=from_instant(one.touch_time),
        idle_end_time=from_instant(min(one.touch_time + life.idle, end)),
        end_time=from_instant(end),
        reauthenticate_time=from_instant(one.reauthenticate_time),
        second_factor=one.second_factor,
        user_agent=one.user_agent,
    )


def passkey(one: Passkey) -> pb.Passkey:
    """Return the message for a passkey."""
    return pb.Passkey(
        passkey_id=one.passkey_id,
        display_name=one.display_name,
        create_time=from_instant(one.create_time),
        use_time=from_instant(one.use_time),
        synced=one.synced,
    )


def grant(one: Grant) -> pb.Grant:
    """Return the message for a grant."""
    own = one.participant.participant_id
    return pb.Grant(
        participant_id=own,
        participant_number=one.participant.participant_number,
        protected=one.participant.protected,
        create_time=from_instant(one.access.create_time),
        cases=[
            pb.CaseGrant(
                case_id=case.case_id,
                case_number=case.case_number,
                role=_role(case, own),
            )
            for case in one.cases
        ],
    )


def _role(case: Case, own: str) -> pb.PartyRole.ValueType:
    if case.obligor_id == own:
        return pb.PARTY_ROLE_OBLIGOR
    return pb.PARTY_ROLE_OBLIGEE if case.obligee_id == own else pb.PARTY_ROLE_OTHER


def key_request(one: KeyRequest) -> enrolment_pb.KeyRequest:
    """Return a request for a key as its asker may know it: not whether anybody matched."""
    return enrolment_pb.KeyRequest(
        ask_time=from_instant(one.ask_time), superseded=one.state == "superseded"
    )


def removal(one: Removal | None) -> enrolment_pb.SecondFactorRemoval | None:
    """Return a removal that waits for another person."""
    if one is None:
        return None
    return enrolment_pb.SecondFactorRemoval(
        asked_by=one.asked_by,
        ask_time=from_instant(one.ask_time),
        expire_time=from_instant(one.expire_time),
        reason=one.reason,
    )
