"""Wisconsin's enrolment (seeds 004): login, key by letter to the address on file, activation."""

from datetime import date, timedelta

import pytest
from portal_world import CASE, EMAIL, JANE, NUMBER, PASSWORD, SSN

from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import enrolment_service_pb2 as pb
from identity_service.domain import codes, enrolment
from identity_service.service import SERVICE
from policy import load

LIMIT = ErrorReason.ERROR_REASON_LIMIT_EXCEEDED
NAMES = {"first_name": "Jane", "last_name": "doe nunez"}
FRIDAY = date(2026, 3, 6)
_SAT, _MON = FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=3)


@pytest.fixture
def key_portal(portal_with):
    """A portal where keys come by letter; Jane has a login."""
    portal = portal_with(enrolment_flow="key")
    portal.know()
    portal.account()
    return portal


def run(portal, name, on):
    job = next(job for job in SERVICE.jobs if job.name == name)
    return portal.runtime.run_job(job, on)


def ask(portal, **given):
    token = portal.log_in().session_token
    said = portal.call("RequestKey", session_token=token, **(NAMES | {"ssn": SSN} | given))
    portal.answer()
    return said


def key_of(portal, on=FRIDAY):
    run(portal, "send_key_letters", on)
    (letter,) = portal.post()
    assert letter.kind == "portal_key"
    return letter.code


def activate(portal, key, **given):
    shown = {"login": EMAIL, "password": PASSWORD, "key": key, "origin": portal.origin()}
    return portal.call("ActivateWithKey", **(shown | given))


def refused(portal, key, **given):
    return portal.identity.refused(lambda: activate(portal, key, **given))


@pytest.mark.parametrize("number", [{"ssn": SSN}, {"ssn": "", "participant_number": NUMBER}])
def test_from_login_to_letter_to_cases(key_portal, number):
    portal = key_portal
    said = ask(portal, **number)
    assert (said.letter_days_min, said.letter_days_max) == (2, 5)
    assert portal.post() == []
    run(portal, "send_key_letters", FRIDAY)
    (letter,) = portal.post()
    assert (letter.kind, letter.email, letter.participant_id) == ("portal_key", "", JANE)
    key = letter.code
    assert len(key) == 11
    assert set(key.replace(" ", "")) <= set(codes.ALPHABET)
    activate(portal, key.lower().replace("0", "o").replace("1", "l").replace(" ", "-"))
    token = portal.log_in().session_token
    (grant,) = portal.call("GetGrants", session_token=token).grants
    assert (grant.participant_id, [c.case_id for c in grant.cases]) == (JANE, [CASE])


@pytest.mark.parametrize(
    "given",
    [
        {"first_name": "John"},
        {"last_name": "Roe"},
        {"ssn": "900010009"},
        {"ssn": "", "participant_number": "0001000001"},
    ],
)
def test_one_answer_whether_or_not_the_details_match(key_portal, given):
    portal = key_portal
    wrong = ask(portal, **given)
    shown = portal.call("GetEnrolment", session_token=portal.log_in().session_token)
    assert run(portal, "send_key_letters", FRIDAY) == {"letters": 0}
    assert portal.post() == []
    assert refused(portal, "").metadata["rule"] == "key"
    run(portal, "remind_keys", FRIDAY + timedelta(days=14))
    assert [p.kind for p in portal.post()] == ["key_reminder"], "as if a letter had gone"
    events = portal.call("ListAccountEvents", session_token=portal.log_in().session_token).events
    assert {e.kind for e in events} == {"created", "verified", "logged_in", "key_asked"}
    portal.advance(hours=24)
    assert wrong == ask(portal)
    assert shown.flow == pb.ENROLMENT_FLOW_KEY
    assert len(shown.key_requests) == 1
    assert not shown.key_requests[0].superseded


def test_letters_go_on_working_days_only(key_portal):
    """Like login.gov's batch; Saturday, Sunday and holidays of State offices wait."""
    ask(key_portal)
    assert run(key_portal, "send_key_letters", _SAT) == {"letters": 0}
    assert run(key_portal, "send_key_letters", _MON) == {"letters": 1}
    assert run(key_portal, "send_key_letters", _MON) == {"letters": 0}


def test_a_second_request_ends_the_first_key(key_portal):
    ask(key_portal)
    first = key_of(key_portal)
    key_portal.advance(hours=24)
    ask(key_portal)
    assert refused(key_portal, first).metadata["rule"] == "key"
    second = key_of(key_portal, _MON)
    assert refused(key_portal, first).metadata["rule"] == "key"
    activate(key_portal, second)


def test_key_is_used_once(key_portal):
    ask(key_portal)
    key = key_of(key_portal)
    activate(key_portal, key)
    assert refused(key_portal, key).metadata["rule"] == "key"


@pytest.mark.parametrize(("state", "days"), [("KY", 21), ("AK", 30)])
def test_key_ends_after_21_days_and_30_elsewhere(key_portal, state, days):
    """NIST SP 800-63A-4 section 3.1.8."""
    key_portal.know(version=2, state=state)
    ask(key_portal)
    key = key_of(key_portal)
    assert enrolment.expires_on(FRIDAY, state, load("kentucky")) == FRIDAY + timedelta(days=days)
    key_portal.advance(days=days)
    key_portal.identity.issue()
    on = FRIDAY + timedelta(days=days)
    assert run(key_portal, "expire_keys", on) == {"expired": 0}
    assert run(key_portal, "expire_keys", on + timedelta(days=1)) == {"expired": 1}
    assert [p.kind for p in key_portal.post()] == ["key_expired"]
    assert refused(key_portal, key).metadata["rule"] == "key"


def test_key_ends_without_the_job_too(key_portal):
    ask(key_portal)
    key = key_of(key_portal)
    key_portal.advance(days=22)
    assert refused(key_portal, key).metadata["rule"] == "key"


def test_reminder_comes_once_after_14_days(key_portal):
    ask(key_portal)
    key_of(key_portal)
    on = FRIDAY + timedelta(days=13)
    assert run(key_portal, "remind_keys", on) == {"reminded": 0}
    on += timedelta(days=1)
    assert run(key_portal, "remind_keys", on) == {"reminded": 1}
    assert run(key_portal, "remind_keys", on) == {"reminded": 0}
    assert [(p.kind, p.email) for p in key_portal.post()] == [("key_reminder", EMAIL)]


def test_requests_are_a_day_apart_and_four_in_thirty_days(key_portal):
    for n in range(4):
        ask(key_portal, ssn="900010009" if n % 2 else SSN)
        told = key_portal.identity.refused(lambda: ask(key_portal))
        assert told.reason == LIMIT
        key_portal.advance(hours=24)
    told = key_portal.identity.refused(lambda: ask(key_portal))
    assert told.reason == LIMIT
    assert int(told.metadata["retry_after_seconds"]) == 26 * 86_400 + 1


def test_five_wrong_keys_wait_ten_minutes(key_portal):
    """6.6.3: brute force on the key, counted before it is read."""
    ask(key_portal)
    key = key_of(key_portal)
    for _ in range(5):
        assert refused(key_portal, "00000 00000").metadata["rule"] == "key"
    assert refused(key_portal, key).reason == LIMIT
    key_portal.advance(minutes=10)
    activate(key_portal, key)


def test_key_needs_the_login_that_asked_for_it(key_portal):
    """6.6.2: bound to the request; and a stranger's request ends nobody else's key."""
    ask(key_portal)
    key = key_of(key_portal)
    key_portal.account("mallory@example.org", "Mallory")
    token = key_portal.log_in("mallory@example.org").session_token
    key_portal.call("RequestKey", session_token=token, **NAMES, ssn=SSN)
    key_portal.answer()
    assert refused(key_portal, key, login="mallory@example.org").metadata["rule"] == "key"
    told = refused(key_portal, key, password="not hers at all")
    assert told.reason == ErrorReason.ERROR_REASON_UNAUTHENTICATED
    activate(key_portal, key)


def test_nobody_fills_anothers_letter_box(key_portal, monkeypatch):
    monkeypatch.setattr(enrolment, "LETTERS_MAX", 2)
    for n in range(3):
        key_portal.account(f"m{n}@example.org", "Mallory")
        token = key_portal.log_in(f"m{n}@example.org").session_token
        key_portal.call("RequestKey", session_token=token, **NAMES, ssn=SSN)
        key_portal.answer()
    assert run(key_portal, "send_key_letters", FRIDAY) == {"letters": 2}


def test_no_letter_without_an_address(key_portal):
    key_portal.know(version=2, state="")
    ask(key_portal)
    assert run(key_portal, "send_key_letters", FRIDAY) == {"letters": 0}


def test_key_and_number_stand_nowhere_in_clear(key_portal, log):
    """6.5.2: a short code is kept as a slow hash."""
    ask(key_portal)
    key = key_of(key_portal)
    dump = " ".join(
        str(row[0])
        for table in ("key_request", "outbox", "audit", "known_participant", "account_event")
        for row in key_portal.identity.rows(f'SELECT t::text FROM "{table}" t')
    )
    for secret in (key, key.replace(" ", ""), SSN, SSN.replace("-", "")):
        assert secret not in dump
        assert secret.encode().hex() not in dump
        assert secret not in log.getvalue()
    assert "$argon2id$" in dump


def test_codes_are_read_as_people_type_them():
    assert codes.normal(" abcde-fghjk ") == "ABCDEFGHJK"
    assert codes.normal("OIL0l") == "01101"
    assert codes.shown("ABCDEFGHJK", 5) == "ABCDE FGHJK"
    assert codes.is_rude("AASSA00000")


def test_details_are_one_of_two(key_portal):
    token = key_portal.log_in().session_token
    for given in ({"ssn": ""}, {"ssn": SSN, "participant_number": "1"}, {"ssn": "12"}):
        told = key_portal.refused("RequestKey", session_token=token, **NAMES, **given)
        assert told.metadata["field"] == "ssn"
