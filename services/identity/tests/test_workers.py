"""Workers: invited by mail, in with both factors, out at once when ended or reset."""

from typing import Any

import pytest
from console_world import CASEWORKER, PASSWORD, SUPERVISOR, Console

from chassis.auth import TokenVerifier, own_keys
from chassis.grpc.contract import scopes
from chassis.runtime import Caller, Worker
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import worker_service_pb2 as pb
from identity_service.domain import workers as domain
from identity_service.domain.throttling import ADDRESS

OTHER = "quiet orchard beyond the seventh gate"
UNAUTHENTICATED = ErrorReason.ERROR_REASON_UNAUTHENTICATED
DENIED = ErrorReason.ERROR_REASON_PERMISSION_DENIED


@pytest.fixture
def console(portal: Any) -> Console:
    return Console(portal)


def rule(error: Any) -> str:
    return str(error.metadata["rule"])


def test_roles_give_scopes_of_the_contract_and_no_role_tells_tax_information() -> None:
    """IRS Publication 1075: federal tax information needs more than a role."""
    for role, given in domain.ROLES.items():
        assert given <= scopes(), role
        assert "payments.fti.read" not in given
    assert "identity.workers.write" not in domain.ROLES["caseworker"]
    assert not [s for s in domain.ROLES["auditor"] if not s.endswith(".read")]


def test_a_worker_sets_up_both_factors_with_the_mailed_link_and_logs_in(console: Console) -> None:
    made = console.make()
    assert (made.state, made.HasField("link_expire_time")) == (pb.WORKER_STATE_INVITED, True)
    (mailed,) = console.portal.post()
    assert (mailed.kind, mailed.email) == ("worker_invitation", "dana.reyes@agency.example")
    dana = console.set_up("dana.reyes", mailed.link)
    assert len(dana.recovery_codes) == 10
    opened = dana.log_in()
    assert opened.session.worker_id == "dana.reyes"
    assert list(opened.session.office_ids) == ["21073"]
    assert list(opened.session.scopes) == sorted(domain.ROLES["caseworker"])
    assert [one.kind for one in console.portal.post()] == ["worker_new_device"]
    by_mail = dana.log_in(login="DANA.reyes@agency.example")
    assert by_mail.session.session_id != opened.session.session_id


def test_nobody_but_the_holder_of_the_link_learns_or_chooses_a_password(console: Console) -> None:
    """What a supervisor gets back holds no link, no password, no secret; the event is sealed."""
    made = console.make()
    link = console.link()
    assert link not in str(made)
    bodies = console.portal.identity.rows("SELECT body FROM outbox")
    assert not [body for (body,) in bodies if link.encode() in body]
    accepted = console.call("AcceptInvitation", token=link, password=PASSWORD)
    again = console.call("GetWorker", worker_id="dana.reyes").worker
    for secret in (accepted.secret, PASSWORD, link):
        assert secret not in str(again)
    for name in ("CreateWorker", "ChangeWorkerRoles", "EndWorker", "StartWorkerReset"):
        request = getattr(pb, f"{name}Request").DESCRIPTOR.fields_by_name
        assert not {"password", "new_password", "totp_code"} & set(request)


def test_a_link_is_good_for_a_day_and_one_use(console: Console) -> None:
    console.make()
    link = console.link()
    dead = console.refused("AcceptInvitation", token="x" * 43, password=PASSWORD)
    assert rule(dead) == "link"
    short = console.refused("AcceptInvitation", token=link, password="too short")
    assert short.metadata["field"] == "password"
    own = console.refused("AcceptInvitation", token=link, password="dana reyes dana reyes")
    assert own.metadata["field"] == "password"
    console.call("AcceptInvitation", token=link, password=OTHER)
    wrong = console.refused("ConfirmInvitation", token=link, totp_code="000000")
    assert rule(wrong) == "totp_code"
    dana = console.set_up("dana.reyes", link)
    assert rule(console.refused("AcceptInvitation", token=link, password=OTHER)) == "link"
    assert rule(console.refused("ConfirmInvitation", token=link, totp_code=dana.code())) == "link"
    console.make("lee.stone")
    late = console.link()
    console.portal.advance(hours=25)
    assert rule(console.refused("AcceptInvitation", token=late, password=PASSWORD)) == "link"


def test_every_mistake_at_logging_in_gets_one_answer(console: Console) -> None:
    """ASVS 5.0 6.3.8; and 6.3.3: neither factor alone lets in."""
    dana = console.worker()
    console.make("not.set.up")
    console.portal.advance(seconds=30)
    right = dana.code()
    mistakes = (
        dana.shown(login="nobody.here"),
        dana.shown(login="not.set.up"),
        dana.shown(password="wrong"),
        dana.shown(totp_code=""),
        dana.shown(totp_code="123456" if right != "123456" else "654321"),
    )
    said = {(e.reason, str(e)) for e in (console.refused("LogInWorker", **m) for m in mistakes)}
    assert len(said) == 1
    assert console.call("LogInWorker", **dana.shown(totp_code=right)).session_token
    used = console.refused("LogInWorker", **dana.shown(totp_code=right))
    assert (used.reason, str(used)) in said


def test_a_recovery_code_stands_in_for_the_app_once(console: Console) -> None:
    dana = console.worker()
    shown = dana.shown(totp_code="", recovery_code=dana.recovery_codes[0].lower())
    assert console.call("LogInWorker", **shown).session.recovery_codes_left == 9
    assert "worker_recovery_code_used" in [one.kind for one in console.portal.post()]
    assert console.refused("LogInWorker", **shown).reason == UNAUTHENTICATED


def test_guesses_make_wait_and_reach_no_known_device(console: Console) -> None:
    """ASVS 5.0 6.1.1, 6.3.1: a guesser waits, who is guessed at does not."""
    dana = console.worker()
    device = dana.log_in().device_token
    for _ in range(ADDRESS.free):
        assert console.refused("LogInWorker", **dana.shown(password="no")).reason == UNAUTHENTICATED
    limited = console.refused("LogInWorker", **dana.shown())
    assert limited.reason == ErrorReason.ERROR_REASON_LIMIT_EXCEEDED
    known = console.portal.origin(device=device)
    shown = dana.shown(origin=known, totp_code=dana.code(ahead=1))
    assert console.call("LogInWorker", **shown).session_token


def test_a_session_ends_unused_and_after_twelve_hours_and_belongs_to_its_console(
    console: Console,
) -> None:
    dana = console.worker()
    token = dana.log_in().session_token
    console.portal.advance(minutes=14)
    console.call("TouchWorkerSession", session_token=token)
    console.portal.advance(minutes=14)
    console.call("GetWorkerSession", session_token=token)
    console.portal.advance(minutes=2)
    assert console.refused("GetWorkerSession", session_token=token).reason == UNAUTHENTICATED
    token = dana.log_in().session_token
    for _ in range(59):
        console.portal.advance(minutes=12)
        console.call("TouchWorkerSession", session_token=token)
    console.portal.advance(minutes=12)
    assert console.refused("TouchWorkerSession", session_token=token).reason == UNAUTHENTICATED
    token = dana.log_in().session_token
    console.client("other-console", "identity.console")
    assert console.refused("GetWorkerSession", session_token=token).reason == UNAUTHENTICATED


def test_sessions_are_listed_and_ended_and_logged_out(console: Console) -> None:
    """ASVS 5.0 7.4.1, 7.5.2."""
    dana = console.worker()
    first, second = dana.log_in().session_token, dana.log_in().session_token
    listed = console.call("ListWorkerSessions", session_token=second).sessions
    assert [one.current for one in listed] == [True, False]
    assert console.call("EndOtherWorkerSessions", session_token=second).ended == 1
    assert console.refused("GetWorkerSession", session_token=first).reason == UNAUTHENTICATED
    console.call("LogOutWorker", session_token=second)
    assert console.refused("GetWorkerSession", session_token=second).reason == UNAUTHENTICATED


def test_the_workers_token_says_what_the_worker_may(console: Console) -> None:
    dana = console.worker()
    opened = dana.log_in()
    issued = console.call("IssueWorkerToken", session_token=opened.session_token)
    identity = console.portal.identity
    verifier = TokenVerifier(own_keys(console.portal.runtime), identity.clock, identity.watch)
    named = verifier.verify_user(issued.user_token, Caller("admin"))
    expected = Worker("dana.reyes", opened.session.session_id, domain.ROLES["caseworker"])
    assert named == expected
    assert issued.expires_in_seconds == 60
    # A caseworker makes no workers, though the console may.
    denied = console.refused(
        "StartWorkerReset", worker_id="dana.reyes", **console.as_worker(opened.session_token)
    )
    assert denied.reason == DENIED


def test_ending_a_worker_ends_the_sessions_at_once(console: Console) -> None:
    dana = console.worker()
    token = dana.log_in().session_token
    ended = console.call("EndWorker", worker_id="dana.reyes", reason="left the agency")
    assert (ended.ended_sessions, ended.worker.state) == (1, pb.WORKER_STATE_ENDED)
    for name in ("GetWorkerSession", "TouchWorkerSession", "IssueWorkerToken"):
        assert console.refused(name, session_token=token).reason == UNAUTHENTICATED
    assert console.refused("LogInWorker", **dana.shown()).reason == UNAUTHENTICATED
    kept = console.portal.identity.rows("SELECT password_hash, totp_secret FROM worker")
    assert kept == [("", None)]
    taken = console.refused(
        "CreateWorker",
        worker_id="dana.reyes",
        display_name="Another Dana",
        email="another@agency.example",
        roles=[CASEWORKER],
    )
    assert taken.metadata["field"] == "worker_id"
    # The address is free again; another id may have it.
    assert console.make("dana.reyes-2", email="dana.reyes@agency.example").worker_id
    kinds = [e.kind for e in console.call("ListWorkerEvents", worker_id="dana.reyes").events]
    assert kinds[0] == "ended"


def test_a_reset_takes_both_factors_and_the_sessions_and_mails_a_link(console: Console) -> None:
    dana = console.worker()
    token = dana.log_in().session_token
    recovery = dana.recovery_codes[0]
    console.portal.post()
    reset = console.call("StartWorkerReset", worker_id="dana.reyes").worker
    assert reset.state == pb.WORKER_STATE_RESET
    (mailed,) = console.portal.post()
    assert mailed.kind == "worker_reset"
    assert console.refused("GetWorkerSession", session_token=token).reason == UNAUTHENTICATED
    assert console.refused("LogInWorker", **dana.shown()).reason == UNAUTHENTICATED
    again = console.set_up("dana.reyes", mailed.link)
    assert again.log_in().session_token
    assert console.refused("GetWorkerSession", session_token=token).reason == UNAUTHENTICATED
    old = dana.shown(totp_code="", recovery_code=recovery)
    assert console.refused("LogInWorker", **old).reason == UNAUTHENTICATED


def test_a_supervisor_gives_no_more_than_the_own_rights_and_nothing_to_the_own_account(
    console: Console,
) -> None:
    boss = console.worker("ann.boss", SUPERVISOR)
    session = boss.log_in().session_token
    boss_calls = console.as_worker(session)
    made = console.make("lee.stone", **boss_calls)
    assert made.state == pb.WORKER_STATE_INVITED
    events = console.call("ListWorkerEvents", worker_id="lee.stone").events
    assert [(e.kind, e.done_by) for e in events] == [("created", "ann.boss")]
    roles = {"worker_id": "lee.stone", "roles": [pb.WORKER_ROLE_PAYMENTS_WORKER]}
    assert console.refused("ChangeWorkerRoles", **roles, **boss_calls).reason == DENIED
    own = {"worker_id": "ann.boss", "roles": [CASEWORKER]}
    assert rule(console.refused("ChangeWorkerRoles", **own, **boss_calls)) == "own_account"
    assert console.call("ChangeWorkerRoles", **roles).worker.roles == roles["roles"]
    # An ended supervisor's token lives on for a moment; here it is worth nothing.
    console.call("EndWorker", worker_id="ann.boss", reason="left")
    late = console.refused("StartWorkerReset", worker_id="lee.stone", **boss_calls)
    assert late.reason == UNAUTHENTICATED


def test_both_factors_again_renew_the_session_and_open_what_is_sensitive(console: Console) -> None:
    """ASVS 5.0 7.5.1, 7.2.4, 6.2.3."""
    dana = console.worker()
    first = dana.log_in().session_token
    other = dana.log_in().session_token
    for _ in range(2):
        console.portal.advance(minutes=11)
        console.call("TouchWorkerSession", session_token=first)
    stale = console.refused("CreateWorkerRecoveryCodes", session_token=first)
    assert rule(stale) == "reauthentication"
    factors = {"password": PASSWORD, "totp_code": dana.code()}
    wrong = console.refused(
        "ReauthenticateWorker", session_token=first, password="no", totp_code=dana.code()
    )
    assert wrong.reason == UNAUTHENTICATED
    again = console.call("ReauthenticateWorker", session_token=first, **factors).session_token
    assert console.refused("GetWorkerSession", session_token=first).reason == UNAUTHENTICATED
    assert len(console.call("CreateWorkerRecoveryCodes", session_token=again).recovery_codes) == 10
    console.portal.advance(seconds=30)
    changed = console.call(
        "ChangeWorkerPassword",
        session_token=again,
        password=PASSWORD,
        totp_code=dana.code(),
        new_password=OTHER,
    )
    assert console.refused("GetWorkerSession", session_token=other).reason == UNAUTHENTICATED
    assert console.call("GetWorkerSession", session_token=changed.session_token)
    assert "worker_password_changed" in [one.kind for one in console.portal.post()]
    console.portal.advance(seconds=30)
    assert console.call("LogInWorker", **dana.shown(password=OTHER)).session_token


def test_workers_are_listed_by_office_in_pages(console: Console) -> None:
    for worker_id in ("ann.one", "ben.two", "cal.three"):
        console.make(worker_id)
    console.make("dee.four", office_ids=["21111"])
    console.call("EndWorker", worker_id="ben.two", reason="left")
    page = console.call("ListWorkers", office_id="21073", page_size=1)
    assert [w.worker_id for w in page.workers] == ["ann.one"]
    rest = console.call(
        "ListWorkers", office_id="21073", page_size=1, page_token=page.next_page_token
    )
    assert ([w.worker_id for w in rest.workers], rest.next_page_token) == (["cal.three"], "")
    everybody = console.call("ListWorkers", ended=True).workers
    assert [w.worker_id for w in everybody] == ["ann.one", "ben.two", "cal.three", "dee.four"]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("worker_id", {"worker_id": "Dana Reyes"}),
        ("display_name", {"display_name": " "}),
        ("email", {"email": "nowhere"}),
        ("language", {"language": "de"}),
        ("roles", {"roles": []}),
        ("office_ids", {"office_ids": ["../x"]}),
    ],
)
def test_what_a_worker_cannot_be_is_named(
    console: Console, field: str, given: dict[str, Any]
) -> None:
    wanted = {
        "worker_id": "dana.reyes",
        "display_name": "Dana",
        "email": "dana@agency.example",
        "roles": [CASEWORKER],
    }
    error = console.refused("CreateWorker", **(wanted | given))
    assert error.metadata["field"] == field
