"""One contract, two buses: what a service may rely on, whichever carries its events."""

import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from bus_worlds import POLICY, RETRY_DELAYS_MS, BrokerWorld, World, plain

from chassis import parked
from chassis.events import Envelope
from chassis.ids import new_id
from childsupport.case.v1.case_service_pb2 import Case
from childsupport.case.v1.events_pb2 import CasesChanged
from childsupport.identity.v1.events_pb2 import ClientsChanged
from childsupport.withholding.v1.events_pb2 import RemittancesIdentified, RemittancesReleased


def released(key: str, order: str = "ok") -> RemittancesReleased:
    return RemittancesReleased(submission_id=key, employer_name=order)


@pytest.fixture
def key() -> str:
    return uuid4().hex


def test_event_is_handled_once_though_published_twice(world: World, key: str) -> None:
    told = world.tell(released(key))
    world.until(lambda: world.count(key) == 1 and world.unsent() == 0)
    world.publish_again(told)
    last = uuid4().hex
    world.tell(released(last))
    world.until(lambda: world.count(last) == 1 and world.unsent() == 0)
    assert world.count(key) == 1


def test_events_of_a_queue_are_handled_in_order(world: World, key: str) -> None:
    keys = [f"{key}-{n:03}" for n in range(60)]
    for start in range(0, 60, 20):
        world.tell(*(released(k) for k in keys[start : start + 20]))
    world.until(lambda: world.count(keys[-1]))
    assert [k for k in world.effects() if k.startswith(key)] == keys


def test_failing_handler_is_tried_again_and_holds_up_nobody(world: World, key: str) -> None:
    world.restart_tries()
    after = uuid4().hex
    world.tell(released(key, "fail 2"), released(after))
    world.until(lambda: world.count(key) == 1)
    effects = world.effects()
    assert effects.index(after) < effects.index(key)
    assert world.tries() == 3


def test_message_that_keeps_failing_is_parked_with_its_reason_and_comes_home(
    world: World, key: str
) -> None:
    (event_id,) = world.tell(released(key, f"switch {key}"))
    message = world.until(lambda: world.parked_of(event_id))
    assert (message.attempts, message.type) == (
        POLICY.attempts,
        "childsupport.withholding.v1.RemittancesReleased",
    )
    assert message.error == f"RuntimeError: switch {key} is off"
    assert message.queue == "payments.withholding"
    assert message.first_failed_at is not None
    assert key in message.body
    assert world.count(key) == 0
    world.sql("INSERT INTO switch VALUES (:name, 1)", name=key)
    with world.parked() as messages:
        assert messages.show(message.id).event_id == event_id
        assert messages.replay(message.id) == 1
    world.until(lambda: world.count(key) == 1)
    assert world.parked_of(event_id) is None


def test_replay_all_sends_home_what_was_parked_of_one_service(world: World) -> None:
    keys = [uuid4().hex for _ in range(3)]
    told = world.tell(*(released(k, f"switch {k}") for k in keys))
    world.until(lambda: all(world.parked_of(event_id) for event_id in told))
    for k in keys:
        world.sql("INSERT INTO switch VALUES (:name, 1)", name=k)
    with world.parked() as messages:
        assert messages.replay_all("enforcement") == 0
        assert messages.replay_all("payments") >= 3
    world.until(lambda: all(world.count(k) == 1 for k in keys))
    assert not any(world.parked_of(event_id) for event_id in told)


def test_replay_of_what_is_not_parked_says_so(world: World) -> None:
    with world.parked() as messages:
        with pytest.raises(parked.ParkedError, match="is not parked"):
            messages.replay("payments.withholding/12345678")
        with pytest.raises(parked.ParkedError, match="expected <queue>/<key>"):
            messages.replay("nonsense")
        with pytest.raises(parked.ParkedError, match="expected one that consumes"):
            messages.list("nobody")


GOOD = Envelope(
    event_id=new_id(),
    type="childsupport.withholding.v1.RemittancesReleased",
    source="/services/withholding",
    subject="test",
    time=datetime(2026, 3, 6, 14, tzinfo=UTC),
    body=b"",
)


@pytest.mark.parametrize(
    ("change", "properties", "body", "reason"),
    [
        ({}, {}, b"\xff\xff\xff", "body cannot be decoded"),
        ({"ce-type": "no.such.Type"}, {}, b"", "no handler"),
        ({"ce-type": ""}, {}, b"", "header ce-type missing: not a CloudEvent"),
        ({"ce-id": "7"}, {}, b"", "header ce-id: read '7', expected a UUID"),
        ({"ce-time": "noon"}, {}, b"", "header ce-time"),
        ({}, {"content_type": "application/json"}, b"{}", "content type: read 'application/json'"),
        ({}, {"content_encoding": None}, b"", "content encoding: read None, expected 'binary'"),
        ({}, {"content_encoding": "utf-8"}, "é".encode(), "content encoding: read 'utf-8'"),
    ],
    ids=["garbage", "type", "no-type", "id", "time", "content-type", "no-encoding", "text"],
)
def test_what_cannot_be_read_is_parked_at_once_with_its_reason(
    world: World, change: dict, properties: dict, body: bytes, reason: str
) -> None:
    mark = uuid4().hex
    world.inject(
        "payments.withholding", GOOD.headers() | {"ce-subject": mark} | change, body, **properties
    )

    def found() -> parked.ParkedMessage | None:
        with world.parked() as messages:
            return next((m for m in messages.list("payments") if m.subject == mark), None)

    message = world.until(found)
    assert reason in message.error
    assert message.attempts == 1


def test_type_without_handler_is_parked_at_once(world: World) -> None:
    (event_id,) = world.tell(RemittancesIdentified())
    message = world.until(lambda: world.parked_of(event_id))
    assert "payments has no handler for it" in message.error
    assert message.attempts == 1


def test_event_without_consumer_is_archived(world: World) -> None:
    (event_id,) = world.tell(ClientsChanged())
    world.until(lambda: world.archived(event_id))
    world.until(lambda: world.unsent() == 0)


def test_event_of_an_unknown_type_stays_in_the_outbox_and_holds_up_nobody(
    world: World, key: str
) -> None:
    (event_id, _) = world.tell(Case(case_id=key), released(key))
    world.until(lambda: world.count(key) == 1)
    world.until(lambda: world.unsent() == 1)
    world.sql("DELETE FROM outbox WHERE event_id = :id", service="withholding", id=event_id)


def test_what_a_handler_tells_flows_on(world: World, key: str) -> None:
    world.tell(released(key, "emit"))
    world.until(lambda: world.count(key, "enforcement") == 1)


def test_handler_that_raises_leaves_no_effect_and_tells_nothing(world: World, key: str) -> None:
    world.restart_tries()
    world.tell(released(key, "emit-and-fail 1"))
    world.until(lambda: world.count(key, "enforcement") >= 1)
    assert world.tries() == 2
    assert world.count(key) == 1
    assert world.count(key, "enforcement") == 1


def test_timer_is_woken_by_a_handlers_commit(world: World, key: str) -> None:
    world.sql("INSERT INTO switch VALUES ('timer', 0) ON CONFLICT DO NOTHING")
    before = world.count("timer ran")
    world.tell(released(key, "wake"))
    world.until(lambda: world.count("timer ran") == before + 1, within_seconds=40)


def test_two_handlers_on_one_row_do_not_deadlock(world: World, key: str) -> None:
    if isinstance(world, BrokerWorld):
        world.start_role("worker", "payments", "worker-payments-2")
    pairs = [(f"{key}-{n}-r", f"{key}-{n}-c") for n in range(5)]
    for one, other in pairs:
        world.tell(released(one, "lock 0.1"), CasesChanged(cases=[Case(case_id=other)]))
    world.until(lambda: all(world.count(k) == 1 for pair in pairs for k in pair))
    if isinstance(world, BrokerWorld):
        assert world.group.stop("worker-payments-2") == 0


def test_connection_cut_in_the_middle_of_a_handler_counts_as_no_attempt(
    world: World, key: str
) -> None:
    world.restart_tries()
    with world.holding(key):
        world.tell(released(key, f"held {key}"))
        world.until(world.held_up)
        assert world.cut_what_is_held_up() == 1
    world.until(lambda: world.count(key) == 1)
    assert world.tries() == 2
    with world.parked() as messages:
        assert not [m for m in messages.list("payments") if key in m.body]


def test_database_away_counts_as_no_attempt(world: World, key: str) -> None:
    """Away for longer than all attempts would take; the message is handled when it is back."""
    database = world.sql("SELECT current_database()")
    for runtime in world.runtimes.values():
        runtime.engine.dispose()
    with closing(psycopg.connect(plain(world.admin_url), autocommit=True)) as admin:
        admin.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        try:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            admin.execute(ended, [database])
            world.tell(released(key))
            assert sum(RETRY_DELAYS_MS) < 500
            time.sleep(0.8)
        finally:
            admin.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')
    world.until(lambda: world.count(key) == 1)
    with world.parked() as messages:
        assert not [m for m in messages.list("payments") if key in m.body]


def test_restart_of_the_bus_loses_nothing(world: World, key: str) -> None:
    """Events on their way, waiting for another attempt, and parked: all are there afterwards."""
    world.restart_tries()
    (parked_id,) = world.tell(released(f"{key}-parked", f"switch {key}"))
    world.until(lambda: world.parked_of(parked_id))
    keys = [f"{key}-{n:03}" for n in range(40)]
    stop = threading.Event()

    def tell_on() -> None:
        for k in keys:
            if keys.index(k) % 10 == 3:
                world.tell(released(k, f"fail {10**9 if k == keys[3] else 4}"))
            else:
                world.tell(released(k))
            stop.wait(0.02)

    telling = threading.Thread(target=tell_on)
    telling.start()
    time.sleep(0.2)
    world.restart()
    telling.join()
    expected = set(keys) - {keys[3]}
    world.until(lambda: expected <= set(world.effects()), within_seconds=40)
    effects = [k for k in world.effects() if k.startswith(key)]
    assert sorted(effects) == sorted(expected)
    world.until(lambda: world.unsent() == 0)
    assert world.parked_of(parked_id) is not None
