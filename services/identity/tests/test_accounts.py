"""Accounts, logging in, sessions, throttles. Rows are those of OWASP ASVS 5.0, level 2."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from portal_world import ADDRESS, EMAIL, OTHER_PASSWORD, PASSWORD

from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import account_service_pb2 as pb
from identity_service import credentials
from identity_service.domain import throttling
from identity_service.domain.accounts import password_problems

UNAUTHENTICATED = ErrorReason.ERROR_REASON_UNAUTHENTICATED
LIMIT = ErrorReason.ERROR_REASON_LIMIT_EXCEEDED
INVALID = ErrorReason.ERROR_REASON_INVALID_FIELD


def kinds(portal):
    return [one.kind for one in portal.post()]


def test_account_is_asked_for_verified_and_logged_in_to(portal):
    """Seeds 000: user name First.Last, e-mail, password, link, then log in."""
    portal.ask_account()
    portal.answer()
    (mailed,) = portal.post()
    assert (mailed.kind, mailed.email, mailed.user_name) == ("verify_email", EMAIL, "Jane.Doe")
    assert portal.refused("LogIn", login=EMAIL, password=PASSWORD).reason == UNAUTHENTICATED
    confirmed = portal.call("VerifyEmail", token=mailed.link, password=PASSWORD)
    assert confirmed.user_name == "Jane.Doe"
    for login in ("jane.doe", "JANE@example.org"):
        logged_in = portal.log_in(login)
        assert logged_in.session.state == pb.SESSION_STATE_IN_FORCE
        session = portal.call("GetSession", session_token=logged_in.session_token).session
        assert session == logged_in.session
        assert session.user_name == "Jane.Doe"


def test_names_collide_and_get_a_number(portal):
    assert portal.account() == "Jane.Doe"
    assert portal.account("other@example.org") == "Jane.Doe2"
    assert portal.account("third@example.org", "jane") == "jane.Doe3"


def test_link_works_once_and_for_a_day(portal):
    """6.4.1: activation codes are random, short-lived and used once."""
    portal.ask_account()
    portal.answer()
    link = portal.post()[0].link
    assert len(link) >= 43
    portal.advance(hours=24)
    used = portal.refused("VerifyEmail", token=link, password=PASSWORD)
    assert used.metadata["rule"] == "link"
    portal.ask_account()
    portal.answer()
    link = portal.post()[0].link
    portal.call("VerifyEmail", token=link, password=PASSWORD)
    used = portal.refused("VerifyEmail", token=link, password=PASSWORD)
    assert used.metadata["rule"] == "link"


def test_address_that_has_an_account_gets_the_same_answer_and_its_owner_a_mail(portal):
    """6.3.8: nothing tells which addresses have accounts; what differs happens later."""
    portal.account()
    before = portal.identity.rows("SELECT count(*) AS n FROM account")[0].n
    known, unknown = portal.ask_account(), portal.ask_account("nobody@example.org")
    assert known == unknown
    assert portal.post() == []
    portal.answer()
    assert [(p.kind, p.email) for p in portal.post()] == [
        ("account_exists", EMAIL),
        ("verify_email", "nobody@example.org"),
    ]
    assert portal.identity.rows("SELECT count(*) AS n FROM account")[0].n == before + 1


def test_who_asks_first_with_a_strangers_address_gains_nothing(portal):
    portal.ask_account(first="Mallory", password=OTHER_PASSWORD)
    portal.answer()
    (first,) = portal.post()
    portal.account()
    given = {"token": first.link, "password": OTHER_PASSWORD}
    assert portal.refused("VerifyEmail", **given).metadata["rule"] == "link"
    told = portal.refused("LogIn", login=EMAIL, password=OTHER_PASSWORD, origin=portal.origin())
    assert told.reason == UNAUTHENTICATED


def test_unknown_login_wrong_password_and_unverified_account_look_alike(portal, monkeypatch):
    """6.3.8: one sentence, one hash of the same length."""
    portal.account()
    portal.ask_account("late@example.org", first="Late")
    portal.answer()
    seen, verify = [], credentials._hasher.verify
    recorder = type("R", (), {"verify": lambda _, k, s: seen.append(len(s)) or verify(k, s)})()
    monkeypatch.setattr(credentials, "_hasher", recorder)
    told = {
        (error.reason, error.detail)
        for error in map(portal.wrong_log_in, (EMAIL, "nobody", "late@example.org", "Jane.Doe"))
    }
    assert len(told) == 1
    assert len(seen) == 4
    assert len(set(seen)) == 1


@pytest.mark.parametrize(
    "password",
    [
        "too short 1234",
        "x" * 129,
        "kentucky child support",
        "JaneDoe JaneDoe JaneDoe",
        "jane.doe@example.org jane",
        "passwordpassword",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaaaaaa",
        "123456789012345",
        "iloveyouiloveyou",
    ],
)
def test_weak_passwords_are_refused_with_the_rule(password):
    """6.2.1, 6.2.4, 6.2.11: length, common passwords, words of this place and person."""
    about = ("Jane", "Doe", "jane.doe@example.org")
    assert list(password_problems("password", password, about, 15))


@pytest.mark.parametrize(
    "password", [PASSWORD, OTHER_PASSWORD, "lluvia sobre el tejado rojo", "  ÄÖ 漢字 wq8-lantern  "]
)
def test_any_characters_make_a_password(password):
    """6.2.5, 6.2.9: no rules of composition; at least 64 characters, of any script."""
    assert not list(password_problems("password", password, (), 15))
    long = password + " and a long tail of words up to the end, as managers make them 7d92kq"
    assert not list(password_problems("password", long[:128], (), 15))


def test_every_broken_rule_of_the_form_is_named(portal):
    told = portal.refused(
        "CreateAccount", first_name="", last_name="!", email="x", password="y", language="de"
    )
    assert told.reason == INVALID
    assert [v.field for v in told.violations] == [
        "first_name",
        "last_name",
        "email",
        "password",
        "language",
    ]


def test_password_is_verified_as_it_was_given(portal):
    """6.2.8: neither cut nor changed in case; one spelling of what looks alike (NFKC)."""
    typed = "ﬁve purple lanterns é"
    portal.ask_account(password=typed)
    portal.answer()
    portal.call("VerifyEmail", token=portal.post()[0].link, password=typed)
    assert portal.log_in(password="five purple lanterns e\N{COMBINING ACUTE ACCENT}")
    for wrong in (typed.upper(), typed[:-1]):
        told = portal.refused("LogIn", login=EMAIL, password=wrong, origin=portal.origin())
        assert told.reason == UNAUTHENTICATED


def test_token_of_a_session_is_a_reference_of_256_bits_and_kept_as_hash(portal):
    """7.2.3, 7.2.4: a new token at each log-in; what stands in the database opens nothing."""
    portal.account()
    first, second = portal.log_in(), portal.log_in()
    assert len(first.session_token) == 43
    assert first.session_token != second.session_token
    dump = " ".join(r[0] for r in portal.identity.rows("SELECT s::text FROM session s"))
    dump += " ".join(r[0] for r in portal.identity.rows("SELECT i::text FROM idempotency i"))
    for secret in (first.session_token, first.device_token):
        assert secret not in dump
        assert secret.encode().hex() not in dump


def test_session_ends_unused_after_15_minutes_and_used_after_12_hours(portal):
    """7.3.1, 7.3.2: idle and absolute ends."""
    portal.account()
    token = portal.log_in().session_token
    for _ in range(51):
        portal.advance(minutes=14)
        portal.call("TouchSession", session_token=token)
    portal.advance(minutes=14)
    assert portal.refused("TouchSession", session_token=token).reason == UNAUTHENTICATED
    token = portal.log_in().session_token
    portal.advance(minutes=14)
    portal.call("GetSession", session_token=token)
    portal.advance(minutes=1)
    assert portal.refused("GetSession", session_token=token).reason == UNAUTHENTICATED


def test_logging_out_ends_the_session_on_the_server(portal):
    """7.4.1; and again changes nothing."""
    portal.account()
    token = portal.log_in().session_token
    for _ in range(2):
        portal.call("LogOut", session_token=token)
        assert portal.refused("GetSession", session_token=token).reason == UNAUTHENTICATED


def test_sessions_are_listed_and_others_ended(portal):
    """7.5.2, 7.4.3."""
    portal.account()
    tokens = [portal.log_in().session_token for _ in range(3)]
    listed = portal.call("ListSessions", session_token=tokens[0]).sessions
    assert len(listed) == 3
    assert [s.current for s in listed].count(True) == 1
    other = next(s for s in listed if not s.current)
    said = portal.call(
        "EndOtherSessions", session_token=tokens[0], ended_session_id=other.session_id
    )
    assert said.ended == 1
    assert portal.call("EndOtherSessions", session_token=tokens[0]).ended == 1
    assert len(portal.call("ListSessions", session_token=tokens[0]).sessions) == 1


def test_session_of_one_portal_is_nothing_to_another(portal):
    portal.account()
    token = portal.log_in().session_token
    made = portal.identity.create("other", scopes=["identity.accounts"])
    portal.token = portal.identity.issue("other", made.client_secret).access_token
    assert portal.refused("GetSession", session_token=token).reason == UNAUTHENTICATED


def test_nobody_ends_sessions_of_another_account(portal):
    """8.2.2: objects of others are out of reach."""
    portal.account()
    portal.account("other@example.org", "Other")
    victim, thief = portal.log_in(), portal.log_in("other@example.org")
    said = portal.call(
        "EndOtherSessions",
        session_token=thief.session_token,
        ended_session_id=victim.session.session_id,
    )
    assert said.ended == 0
    portal.call("GetSession", session_token=victim.session_token)


def test_guessing_waits_longer_and_longer(portal):
    """6.3.1, 6.6.3: five tries from one address, then waits that double."""
    portal.account()
    reasons = [portal.wrong_log_in().reason for _ in range(7)]
    assert reasons == [UNAUTHENTICATED] * 5 + [LIMIT] * 2
    waits = []
    for _ in range(3):
        told = portal.wrong_log_in()
        waits.append(int(told.metadata["retry_after_seconds"]))
        portal.advance(seconds=waits[-1])
        assert portal.wrong_log_in().reason == UNAUTHENTICATED
    assert waits == [31, 61, 121]


def test_guessing_locks_out_neither_other_addresses_nor_known_devices(portal):
    """6.1.1: a malicious lock-out does not reach the one who is guessed at."""
    portal.account()
    device = portal.log_in(origin=portal.origin("198.51.100.1")).device_token
    for _ in range(7):
        portal.wrong_log_in()
    assert (
        portal.refused("LogIn", login=EMAIL, password=PASSWORD, origin=portal.origin()).reason
        == LIMIT
    )
    assert portal.log_in(origin=portal.origin("198.51.100.2"))
    assert portal.log_in(origin=portal.origin(ADDRESS, device)).device_token == device


def test_many_addresses_together_get_a_hundred_tries(portal, monkeypatch):
    """NIST SP 800-63B-4 section 3.2.2; the known device still gets in."""
    few = throttling.Limit("account", 6, throttling._HOUR, throttling._DAY, throttling._DAY)
    monkeypatch.setattr(throttling, "ACCOUNT", few)
    assert throttling.LIMITS[2].free == 100
    portal.account()
    device = portal.log_in().device_token
    reasons = [portal.wrong_log_in(address=f"203.0.113.{n}").reason for n in range(8)]
    assert reasons == [UNAUTHENTICATED] * 6 + [LIMIT] * 2
    assert portal.log_in(origin=portal.origin("203.0.113.99", device))


def test_tries_are_counted_before_they_are_read(portal):
    """2.3.1 and 6.3.1: sixteen at once are no more than five."""
    portal.account()
    with ThreadPoolExecutor(8) as threads:
        reasons = list(threads.map(lambda _: portal.wrong_log_in().reason, range(16)))
    assert reasons.count(UNAUTHENTICATED) == 5
    assert reasons.count(LIMIT) == 11


def test_a_right_log_in_begins_the_count_anew(portal):
    portal.account()
    for _ in range(3):
        for _ in range(4):
            assert portal.wrong_log_in().reason == UNAUTHENTICATED
        portal.log_in()


def test_repeated_log_in_with_one_request_id_is_one_session(portal):
    portal.account()
    given = {"login": EMAIL, "password": PASSWORD, "origin": portal.origin(), "request_id": "r"}
    assert portal.call("LogIn", **given) == portal.call("LogIn", **given)
    assert len(portal.identity.rows("SELECT 1 FROM session")) == 1


def test_new_device_is_told_to_the_owner(portal):
    """6.3.5, 6.3.7."""
    portal.account()
    first = portal.call("LogIn", login=EMAIL, password=PASSWORD, origin=portal.origin())
    assert kinds(portal) == ["new_device"]
    again = portal.origin(device=first.device_token)
    portal.call("LogIn", login=EMAIL, password=PASSWORD, origin=again)
    assert kinds(portal) == []


def test_what_happened_is_on_record_for_the_owner(portal):
    """16.3.1: log-ins and their failures; nobody changes the record."""
    portal.account()
    portal.wrong_log_in()
    token = portal.log_in().session_token
    events = portal.call("ListAccountEvents", session_token=token).events
    assert [e.kind for e in events] == ["logged_in", "log_in_failed", "verified", "created"]
    with pytest.raises(Exception, match="append-only"):
        portal.identity.rows("DELETE FROM account_event RETURNING 1")


def test_made_up_logins_fill_no_audit(portal):
    before = len(portal.identity.rows("SELECT 1 FROM audit"))
    for n in range(3):
        portal.wrong_log_in(f"nobody{n}")
    portal.refused("GetSession", session_token="made up")
    assert len(portal.identity.rows("SELECT 1 FROM audit")) == before


def test_nothing_secret_is_in_clear_in_database_log_or_event(portal, log):
    """14.2.4, 16.2.5: passwords, links and addresses."""
    portal.ask_account()
    portal.answer()
    (mailed,) = portal.post()
    portal.call("VerifyEmail", token=mailed.link, password=PASSWORD)
    portal.log_in()
    tables = portal.identity.rows(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    dump = " ".join(
        str(row[0])
        for table in tables
        for row in portal.identity.rows(f'SELECT t::text FROM "{table.name}" t')
    )
    for secret in (PASSWORD, mailed.link, EMAIL):
        assert secret not in dump
        assert secret.encode().hex() not in dump
        assert secret not in log.getvalue()
