"""What a second look at accounts found: each of these let somebody in, or told something."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from console_world import Console
from portal_world import EMAIL, OTHER_PASSWORD, PASSWORD, Portal
from sqlalchemy import Connection, Engine, event
from test_lost_factor import REMOVE, Office
from test_passkeys import ORIGIN
from zxcvbn import matching

from childsupport.common.v1.errors_pb2 import ErrorReason
from identity_service.domain import throttling
from identity_service.domain.accounts import password_problems

UNAUTHENTICATED = ErrorReason.ERROR_REASON_UNAUTHENTICATED
LIMIT = ErrorReason.ERROR_REASON_LIMIT_EXCEEDED
THIEF = "thief@evil.example"


def link_to_the_thief(portal: Portal, token: str) -> str:
    """Be in somebody's session for a moment, and ask for another address."""
    portal.call("ChangeEmail", session_token=token, email=THIEF)
    return next(one.link for one in portal.post() if one.email == THIEF)


def reset(portal: Portal) -> None:
    portal.call("RequestPasswordReset", login=EMAIL, origin=portal.origin())
    portal.answer()
    (mailed,) = portal.post()
    portal.call("ResetPassword", token=mailed.link, new_password=OTHER_PASSWORD)


def change(portal: Portal) -> None:
    portal.call(
        "ChangePassword",
        session_token=portal.log_in().session_token,
        password="purple lantern over cold river",
        new_password=OTHER_PASSWORD,
        end_other_sessions=True,
    )


@pytest.mark.parametrize("take_back", [reset, change])
def test_another_address_that_a_thief_asked_for_ends_with_the_old_password(
    portal: Portal, take_back: Callable[[Portal], None]
) -> None:
    """ASVS 5.0 7.4.3, 6.4.3: the link in the thief's box would undo taking the account back."""
    portal.account()
    link = link_to_the_thief(portal, portal.log_in().session_token)
    take_back(portal)
    assert portal.refused("ConfirmEmail", token=link).metadata["rule"] == "link"
    assert portal.log_in(EMAIL, OTHER_PASSWORD).session_token


def test_another_address_that_a_thief_asked_for_ends_with_the_second_factor(
    portal_with: Any,
) -> None:
    """NIST SP 800-63B-4 section 4.2: the way back leads to the address that the office knows."""
    office = Office(portal_with(portal_origin=ORIGIN))
    link = link_to_the_thief(office.portal, office.session)
    office.call(office.ann, "StartReset", **REMOVE)
    office.call(office.ben, "ConfirmSecondFactorRemoval", participant_id=REMOVE["participant_id"])
    assert office.portal.refused("ConfirmEmail", token=link).metadata["rule"] == "link"


def asked_by_a_stranger(portal: Portal) -> str:
    """Ask for an account with Jane's address and a password of one's own; return Jane's link."""
    portal.ask_account(first="Mallory", password=OTHER_PASSWORD)
    portal.answer()
    (mailed,) = portal.post()
    return mailed.link


def test_the_owner_of_an_address_makes_no_strangers_account_valid(portal: Portal) -> None:
    """ASVS 5.0 6.4.1, pre-hijacking: the link alone opened what the stranger's password opens."""
    link = asked_by_a_stranger(portal)
    told = {
        (error.reason, error.detail)
        for error in (
            portal.refused("VerifyEmail", token=link, password=password)
            for password in ("", PASSWORD, "x" * 5_000)
        )
    }
    assert [reason for reason, _ in told] == [UNAUTHENTICATED], "one answer for every mistake"
    log_in = {"login": EMAIL, "password": OTHER_PASSWORD, "origin": portal.origin()}
    assert portal.refused("LogIn", **log_in).reason == UNAUTHENTICATED
    assert portal.account() == "Jane.Doe", "Jane asks herself, and it is hers"
    assert portal.refused("LogIn", **log_in).reason == UNAUTHENTICATED


def test_a_link_is_no_place_to_guess_the_password_and_stays_good_for_the_right_one(
    portal: Portal,
) -> None:
    """ASVS 5.0 6.3.1: counted though the call is refused; the link lives until its end."""
    portal.ask_account()
    portal.answer()
    (mailed,) = portal.post()
    given = {"token": mailed.link, "password": "guess"}
    tries = [portal.refused("VerifyEmail", **given).reason for _ in range(11)]
    assert tries == [UNAUTHENTICATED] * 10 + [LIMIT]
    right = {"token": mailed.link, "password": PASSWORD}
    assert portal.refused("VerifyEmail", **right).reason == LIMIT
    portal.advance(minutes=1)
    assert portal.call("VerifyEmail", **right).user_name == "Jane.Doe"
    assert portal.log_in().session_token


@pytest.mark.parametrize(
    ("first", "second"), [(EMAIL, "Jane.Doe"), ("nobody@example.org", "No.Body")]
)
def test_no_count_tells_that_two_names_are_one_account(
    portal: Portal, first: str, second: str
) -> None:
    """ASVS 5.0 6.3.8: five tries under one name leave those under another where they were."""
    portal.account()
    tries = [portal.wrong_log_in(first).reason for _ in range(6)]
    assert tries == [UNAUTHENTICATED] * 5 + [LIMIT]
    assert portal.wrong_log_in(second).reason == UNAUTHENTICATED


def database_work(do: Callable[[], Any]) -> dict[str, int]:
    """Return what takes time in the database: writes, and commits that wait for the disk."""
    done = {"writes": 0, "commits": 0}

    def executed(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        done["writes"] += statement.lstrip().startswith(("INSERT", "UPDATE"))

    def committed(_connection: Connection) -> None:
        done["commits"] += 1

    listeners = (
        (Engine, "before_cursor_execute", executed),
        (Engine, "commit", committed),
    )
    for target, name, heard in listeners:
        event.listen(target, name, heard)
    try:
        do()
    finally:
        for target, name, heard in listeners:
            event.remove(target, name, heard)
    return done


def test_a_name_that_nobody_has_costs_what_a_wrong_password_costs(portal: Portal) -> None:
    """ASVS 5.0 6.3.8: an answer that comes sooner would tell who has an account."""
    portal.account()

    def parents(login: str) -> Callable[[], Any]:
        return lambda: portal.wrong_log_in(login)

    console = Console(portal)
    console.worker()

    def workers(login: str) -> Callable[[], Any]:
        given = {"login": login, "password": "no", "totp_code": "1", "origin": portal.origin()}
        return lambda: portal.refused("LogInWorker", **given)

    for way, somebody, nobody in (
        (parents, EMAIL, "nobody@example.org"),
        (workers, "dana.reyes", "no.body"),
    ):
        way(nobody)()
        way(somebody)()
        before = portal.identity.rows("SELECT count(*) FROM audit")
        told = database_work(way(nobody))
        assert portal.identity.rows("SELECT count(*) FROM audit") == before, "nothing is left"
        assert told == database_work(way(somebody))
        for _ in range(3):
            way(nobody)()
            way(somebody)()
        assert database_work(way(nobody)) == database_work(way(somebody)), "429"


def test_a_worker_who_was_reset_is_not_kept_out_by_a_strangers_guesses(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 5.0 6.1.1: after a reset every device is unknown, so the strangers' count would count.

    NIST SP 800-63B-4 section 3.2.2: the count begins anew with a bound authenticator.
    """
    few = replace(throttling.ACCOUNT, free=6)
    monkeypatch.setattr(throttling, "ACCOUNT", few)
    console = Console(portal)
    dana = console.worker()
    wrong = {"password": "no", "totp_code": "1"}
    for number in range(7):
        origin = portal.origin(address=f"198.51.100.{number}")
        last = portal.refused("LogInWorker", login="dana.reyes", origin=origin, **wrong)
    assert last.metadata["limit"] == "account"
    console.call("StartWorkerReset", worker_id=dana.worker_id)
    again = console.set_up(dana.worker_id, console.link())
    assert again.log_in().session_token


MANY_SIGNS = "oc51|2!$e[+[g[b7i28a1a2$b<[$7@$l{+{{@4%czo9<a{1199a2<%6|98a|12t0($5{gt5g"


def test_no_password_takes_long_to_weigh(monkeypatch: pytest.MonkeyPatch) -> None:
    """ASVS 5.0 2.4.1 and 15.2.2: such a one took seconds, in which nobody else could log in.

    What takes the time is how many readings its signs have; that is counted here, not the clock.
    """
    readings: list[int] = []
    enumerate_all = matching.enumerate_l33t_subs

    def counted(table: Any) -> Any:
        found = enumerate_all(table)
        readings.append(len(found))
        return found

    monkeypatch.setattr(matching, "enumerate_l33t_subs", counted)
    assert not list(password_problems("password", MANY_SIGNS, ("Jane",), 15))
    assert max(readings) <= 64
    for weak in ("12345678901234567890", "p4$$w0rd1!p4$$w0rd1!", "1234567890qwertyuiop"):
        assert list(password_problems("password", weak, ("Jane",), 15)), weak
    assert not list(password_problems("password", "83920174650192837461", ("Jane",), 15))


def test_asking_for_an_account_is_counted_before_the_password_is_weighed(portal: Portal) -> None:
    """ASVS 5.0 2.4.1 and 6.3.1: what is refused costs the same, and was asked without end."""
    given = {"password": "short"}
    reasons = [
        portal.refused(
            "CreateAccount",
            first_name="Jane",
            last_name="Doe",
            email=EMAIL,
            language="en",
            origin=portal.origin(),
            **given,
        ).reason
        for _ in range(21)
    ]
    assert reasons == [ErrorReason.ERROR_REASON_INVALID_FIELD] * 20 + [LIMIT]
