"""Wisconsin's way (seeds 004): a key by letter to the address on file, used once with the login.

The key is made when its letter is, and stands in clear in the sealed notice alone. The newest
counts: another request of the account ends the one before. It is bound to the account that asked
(ASVS 5.0 6.6.2), so that a stranger's request ends nobody else's key.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chassis.errors import PlatformError
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from identity_service import codes
from identity_service.actions import granting, limiting, sessions, telling
from identity_service.actions.enrolling import require_flow
from identity_service.actions.limiting import Tries
from identity_service.actions.logging_in import check_password
from identity_service.actions.refusing import precondition, refuse
from identity_service.actions.sessions import Origin
from identity_service.actions.telling import Key
from identity_service.domain import enrolment, throttling
from identity_service.domain.clients import Problem
from identity_service.domain.codes import shown
from identity_service.store import accounts, enrolments, participants
from identity_service.store.apart import apart
from identity_service.store.enrolments import KeyRequest
from identity_service.store.participants import Participant
from policy import Policy, load

KEY: Final = "key"
BATCH: Final = 100
_GROUP: Final = 5
_SSN_DIGITS: Final = 9
_OFFICES: Final = "state_offices"


def ask(work: Work, token: str, details: Mapping[str, str]) -> None:
    """Ask for a key; `details`: first_name, last_name, ssn or participant_number."""
    require_flow(work, "key")
    opened, now = sessions.require(work, token), work.clock.now()
    refuse(_problems(details))
    account_id = opened.account.account_id
    accounts.find(work.session, work.keys, account_id, lock=True)
    since = now - enrolment.REQUEST_WINDOW
    if again := next_request(enrolments.key_requests(work.session, account_id, since), now):
        seconds = int((again - now).total_seconds()) + 1
        raise PlatformError(
            ErrorReason.ERROR_REASON_LIMIT_EXCEEDED,
            f"another key can be asked for in {seconds} s: once in 24 hours, four times in 30 days",
            metadata={"retry_after_seconds": str(seconds), "limit": "key_requests"},
        )
    enrolments.ask_key(work.session, work.keys, account_id, details, now)
    telling.record(work, account_id, "key_asked", opened.session.session_id)


def next_request(requests: list[KeyRequest], now: datetime) -> datetime | None:
    """Return from when another key can be asked for; None for now. `requests`: newest first."""
    times = [request.ask_time for request in requests]
    waits = [times[0] + enrolment.REQUEST_APART] if times else []
    if len(times) >= enrolment.REQUESTS_MAX:
        waits.append(times[enrolment.REQUESTS_MAX - 1] + enrolment.REQUEST_WINDOW)
    until = max(waits, default=now)
    return until if until > now else None


def match_asked(work: Work) -> int:
    """Look at requests for a key: which participant each is about; return how many there were."""
    asked = enrolments.take_asked_keys(work.session, work.keys, BATCH)
    for request, details in asked:
        found = _match(work, request, details)
        state = "waiting" if found else "unmatched"
        enrolments.change_key(
            work.session,
            request.id,
            state=state,
            content=None,
            participant_id=found.participant_id if found else None,
        )
    return len(asked)


def send_letters(work: Work, on: date) -> int:
    """Write the letters of a working day's batch; return how many."""
    law = load(work.settings.jurisdiction)
    if not law.calendar(_OFFICES).is_business_day(on):
        return 0
    sent = 0
    while waiting := enrolments.keys_in_state(work.session, "waiting", BATCH):
        for request in waiting:
            sent += _send(work, request, on, law)
    enrolments.send_nothing(work.session, on, enrolment.expires_on(on, "", law))
    return sent


def _send(work: Work, request: KeyRequest, on: date, law: Policy) -> int:
    participant = participants.find(work.session, request.participant_id)
    if participant is None or not participant.address_state:
        enrolments.change_key(work.session, request.id, state="unmatched")
        return 0
    key = codes.new_key()
    expire_on = enrolment.expires_on(on, participant.address_state, law)
    enrolments.change_key(
        work.session,
        request.id,
        state="sent",
        slow_hash=codes.slow_hash(work.keys, KEY, key),
        sent_on=on,
        expire_on=expire_on,
    )
    since = work.clock.now() - enrolment.REQUEST_WINDOW
    earlier = enrolments.key_requests(work.session, request.account_id, since)
    zone = ZoneInfo(work.settings.time_zone)
    letter = Key(
        shown=shown(key, _GROUP),
        expire_time=datetime.combine(expire_on, time(23, 59, 59), zone),
        letter_number=max(1, len(earlier)),
    )
    telling.write_letter(work, request.participant_id, participant.language, "portal_key", letter)
    return 1


def activate(work: Work, login: str, password: str, key: str, origin: Origin) -> None:
    """Show login, password and key; the account sees the person's cases from now on."""
    require_flow(work, "key")
    account = check_password(work, login, password, origin)
    tries = [Tries(throttling.KEY, (account.account_id,))]
    limiting.count(work, tries)
    law, today = load(work.settings.jurisdiction), work.clock.today()
    since = work.clock.now() - timedelta(days=2 * law.days("portal.key_days_elsewhere", today))
    requests = enrolments.key_requests(work.session, account.account_id, since)
    request = next((r for r in requests if _can_be_used(r, today)), None)
    may_try = False
    if request is not None:
        with apart(work.session) as session:
            most = law.count("portal.key_tries", today)
            may_try = enrolments.count_key_try(session, request.id, most)
    known = request.slow_hash if request is not None and may_try else ""
    right = codes.is_right(work.keys, KEY, known, key)
    if not right or request is None or not enrolments.use_key(work.session, request.id):
        raise precondition(
            "key", "the key is wrong, was used, has ended, or a later one was asked for"
        )
    limiting.clear(work, tries)
    granting.give(work, account, request.participant_id)


def remind(work: Work, on: date) -> int:
    """Mail a reminder to whom a letter went 14 days ago; return how many."""
    before = on - timedelta(days=enrolment.REMIND_AFTER_DAYS - 1)
    count = 0
    while due := enrolments.keys_in_state(work.session, "sent", BATCH, sent_on=before):
        for request in due:
            enrolments.change_key(work.session, request.id, reminded_on=on)
            _mail(work, request, "key_reminder")
        count += len(due)
    return count


def expire(work: Work, on: date) -> int:
    """End the keys whose last day is over; return how many."""
    count = 0
    while due := enrolments.keys_in_state(work.session, "sent", BATCH, expire_on=on):
        for request in due:
            enrolments.change_key(work.session, request.id, state="expired", slow_hash="")
            telling.record(work, request.account_id, "key_expired")
            _mail(work, request, "key_expired")
        count += len(due)
    return count


def _mail(work: Work, request: KeyRequest, kind: str) -> None:
    account = accounts.find(work.session, work.keys, request.account_id)
    if account is not None:
        telling.mail_account(work, account, kind)


def _can_be_used(request: KeyRequest, today: date) -> bool:
    return request.state == "sent" and request.expire_on is not None and request.expire_on >= today


def _match(work: Work, request: KeyRequest, details: Mapping[str, str]) -> Participant | None:
    """Return the participant that name and number fit, to whom another letter may go."""
    if details["ssn"]:
        hashed = participants.ssn_hash(work.keys, details["ssn"])
        found = participants.with_ssn(work.session, hashed)
    else:
        found = participants.with_number(work.session, details["participant_number"].strip())
    name = enrolment.name_key(details["first_name"], details["last_name"])
    if found is None or participants.name_hash(work.keys, name) != found.name_hash:
        return None
    since = request.ask_time - enrolment.REQUEST_WINDOW
    earlier = enrolments.key_requests_for(work.session, found.participant_id, since)
    too_many = len(earlier) >= enrolment.LETTERS_MAX
    return None if too_many or not found.address_state else found


def _problems(details: Mapping[str, str]) -> list[Problem]:
    if bool(details["ssn"]) == bool(details["participant_number"].strip()):
        return [Problem("ssn", "give it, or else participant_number: one of the two")]
    digits = sum(c.isdigit() for c in details["ssn"])
    if details["ssn"] and digits != _SSN_DIGITS:
        return [Problem("ssn", f"must have {_SSN_DIGITS} digits; read {digits}")]
    return []
