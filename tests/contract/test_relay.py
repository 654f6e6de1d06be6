"""What only the broker's side has: one relay active, a process killed, connections closed."""

import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from bus_worlds import POLICY, BrokerWorld, broker_world, plain

from chassis import topology
from chassis.publisher import BrokerAwayError, declare_topology
from childsupport.withholding.v1.events_pb2 import RemittancesReleased
from launcher.rabbitmq import PrivateNode

PROBATION_MESSAGES = 8
"""As in chassis.worker.consumer, which only a patched process may import."""
HTTP_SECONDS = 30

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def world(
    rabbitmq_node: PrivateNode,
    postgres_admin_url: str,
    key_directory: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BrokerWorld]:
    log_dir = tmp_path_factory.mktemp("relay_logs")
    with broker_world(rabbitmq_node, postgres_admin_url, key_directory, log_dir) as found:
        yield found


def tell_and_wait(world: BrokerWorld, count: int = 1) -> None:
    keys = [uuid4().hex for _ in range(count)]
    world.tell(*(RemittancesReleased(submission_id=key, employer_name="ok") for key in keys))
    world.until(lambda: set(keys) <= set(world.effects()))
    assert all(world.count(key) == 1 for key in keys)


def queue_of(world: BrokerWorld) -> Any:
    """What the broker says of the queue that payments' worker takes from."""
    with world.channel() as channel:
        return channel.queue_declare("payments.withholding", passive=True).method


def consumed(world: BrokerWorld) -> str:
    """The consumers that the broker hands messages to. (A queue's own count is one too many while
    one that has cancelled holds a message.)
    """
    return world.node.control("list_consumers", "-p", world.amqp_url.rpartition("/")[2])


def relay_locks(world: BrokerWorld) -> int:
    """How many relays hold the lock of their service's database."""
    query = (
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()"
    )
    return int(world.sql(query, "withholding"))


def test_declaring_again_changes_nothing(world: BrokerWorld) -> None:
    tell_and_wait(world)
    declare_topology(world.amqp_url, POLICY, "test")
    tell_and_wait(world)


def test_standby_relay_takes_over_from_a_killed_one(world: BrokerWorld) -> None:
    world.start_role("relay", "withholding", "relay-standby", wait=False)
    tell_and_wait(world)
    assert relay_locks(world) == 1
    world.group.kill("relay-withholding", signal.SIGKILL)
    tell_and_wait(world, 20)
    assert relay_locks(world) == 1
    world.group.restart("relay-withholding", wait=False)
    tell_and_wait(world)
    assert world.group.stop("relay-standby") == 0


def test_closed_connections_are_made_again(world: BrokerWorld) -> None:
    world.node.close_connections()
    tell_and_wait(world, 20)


def test_worker_killed_with_messages_in_hand_does_each_once(world: BrokerWorld) -> None:
    key = uuid4().hex
    world.restart_tries()
    with world.holding(key):
        world.tell(RemittancesReleased(submission_id=key, employer_name=f"held {key}"))
        world.until(world.held_up)
        world.group.kill("worker-payments", signal.SIGKILL)
    world.group.restart("worker-payments", wait=False)
    world.until(lambda: world.count(key) == 1)
    assert world.tries() == 2
    tell_and_wait(world, 5)
    assert world.count(key) == 1


def test_worker_answers_while_a_statement_is_slow(world: BrokerWorld) -> None:
    """The hub ticks during a slow statement: its HTTP server, a green thread, answers meanwhile."""
    key = uuid4().hex
    url = f"http://127.0.0.1:{world.metrics_ports['worker-payments']}/healthz"
    world.restart_tries()
    with world.holding(key):
        world.tell(RemittancesReleased(submission_id=key, employer_name=f"held {key}"))
        world.until(world.held_up)
        for _ in range(10):
            with urllib.request.urlopen(url, timeout=HTTP_SECONDS) as answer:
                assert answer.status == 200
        assert world.held_up(), "the statement is still not done"
    world.until(lambda: world.count(key) == 1)
    assert world.tries() == 1


def test_worker_without_its_database_is_not_ready_and_takes_nothing(world: BrokerWorld) -> None:
    tell_and_wait(world, PROBATION_MESSAGES + 1)
    keys = [uuid4().hex for _ in range(3)]
    url = f"http://127.0.0.1:{world.metrics_ports['worker-payments']}/readyz"
    database = world.sql("SELECT current_database()")
    with closing(psycopg.connect(plain(world.admin_url), autocommit=True)) as admin:
        world.runtimes["payments"].engine.dispose()
        admin.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        try:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            admin.execute(ended, [database])
            away = uuid4().hex
            world.tell(RemittancesReleased(submission_id=away, employer_name="ok"))

            def refused() -> str:
                try:
                    urllib.request.urlopen(url, timeout=HTTP_SECONDS).close()
                except urllib.error.HTTPError as error:
                    with error:
                        return error.read().decode()
                return ""

            assert "database" in world.until(refused)

            world.until(lambda: "payments.withholding" not in consumed(world))
            world.tell(*(RemittancesReleased(submission_id=key) for key in keys))
            world.until(lambda: queue_of(world).message_count == len(keys))
        finally:
            admin.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')
    world.until(lambda: {away, *keys} <= set(world.effects()))
    assert all(world.count(key) == 1 for key in (away, *keys))


def test_stop_drains_what_is_in_hand(world: BrokerWorld) -> None:
    key = uuid4().hex
    world.restart_tries()
    world.tell(RemittancesReleased(submission_id=key, employer_name="slow 0.5"))
    world.until(lambda: world.tries() == 1)
    assert world.group.stop("worker-payments") == 0
    assert (world.tries(), world.count(key)) == (1, 1)
    queue = queue_of(world)
    assert (queue.message_count, queue.consumer_count) == (0, 0)
    world.group.restart("worker-payments", wait=False)


def test_absent_broker_is_named(world: BrokerWorld) -> None:
    url = world.amqp_url.rpartition("/")[0] + "/no_such_host"
    with pytest.raises(BrokerAwayError, match="no_such_host"):
        declare_topology(url, topology.RetryPolicy(), "test")
