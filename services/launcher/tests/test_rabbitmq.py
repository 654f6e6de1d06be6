"""A private RabbitMQ node with the real programs: faults on purpose, nothing left behind."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pika
import psutil
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker, ConnectionClosedByBroker

from launcher.ports import free_port
from launcher.provision import rabbitmq_install
from launcher.rabbitmq import PrivateNode, broker_for_tests, provide_broker, virtual_host

pytestmark = pytest.mark.broker
WAIT_SECONDS = 40.0
QUEUE = "collections"
OTHER_BROKER = "CHILDSUPPORT_TEST_AMQP_URL"


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < limit, "did not happen in time"
        time.sleep(0.05)


@contextmanager
def channel_of(url: str) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()


def refuses(url: str) -> bool:
    try:
        with channel_of(url):
            return False
    except AMQPConnectionError:
        return True


def publish(url: str, *bodies: bytes) -> None:
    """Publish persistent messages to a quorum queue, each confirmed."""
    with channel_of(url) as channel:
        channel.confirm_delivery()
        channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        for body in bodies:
            persistent = pika.BasicProperties(delivery_mode=2)
            channel.basic_publish("", QUEUE, body, persistent, mandatory=True)


def fetch(url: str) -> list[bytes]:
    """Take everything from the queue."""
    bodies: list[bytes] = []
    with channel_of(url) as channel:
        while True:
            found, _, body = channel.basic_get(QUEUE, auto_ack=True)
            if found is None:
                return bodies
            assert isinstance(body, bytes)
            bodies.append(body)


def processes_in(directory: Path) -> list[int]:
    """The processes that have this directory as their HOME."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HOME") == str(directory):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def node() -> Iterator[PrivateNode]:
    with broker_for_tests() as node:
        yield node
    # A port program of a node that was killed notices it a moment later.
    wait_until(lambda: processes_in(node.directory) == [])
    assert not node.directory.exists()


@pytest.fixture
def amqp_url(node: PrivateNode) -> Iterator[str]:
    with node.virtual_host() as url:
        yield url


def test_quorum_queues_confirm_and_deliver(amqp_url: str) -> None:
    publish(amqp_url, b"one", b"two")
    assert fetch(amqp_url) == [b"one", b"two"]


def test_virtual_hosts_are_apart_and_end(node: PrivateNode, amqp_url: str) -> None:
    publish(amqp_url, b"kept")
    with node.virtual_host() as other:
        with pytest.raises(ChannelClosedByBroker, match="NOT_FOUND"):
            fetch(other)
        publish(other, b"elsewhere")
    assert refuses(other)
    assert fetch(amqp_url) == [b"kept"]


def test_connections_are_closed_and_may_come_back(node: PrivateNode, amqp_url: str) -> None:
    with channel_of(amqp_url) as channel:
        node.close_connections("maintenance")
        with pytest.raises(ConnectionClosedByBroker, match="maintenance"):
            channel.connection.process_data_events(time_limit=5)
    publish(amqp_url, b"again")
    assert fetch(amqp_url) == [b"again"]


def test_confirmed_messages_outlive_a_crash(node: PrivateNode, amqp_url: str) -> None:
    publish(amqp_url, b"before")
    node.kill()
    assert not node.running
    assert refuses(amqp_url)
    node.restart(kill=True)
    assert fetch(amqp_url) == [b"before"]


@pytest.mark.soak
def test_the_application_stops_and_starts_in_the_running_node(
    node: PrivateNode, amqp_url: str
) -> None:
    publish(amqp_url, b"kept")
    node.stop_app()
    assert node.running
    assert refuses(amqp_url)
    node.start_app()
    assert fetch(amqp_url) == [b"kept"]


def test_everything_is_private(node: PrivateNode) -> None:
    assert (node.directory / ".erlang.cookie").stat().st_mode & 0o777 == 0o400
    assert node.directory.stat().st_mode & 0o777 == 0o700
    listening = {
        connection.laddr.ip
        for pid in processes_in(node.directory)
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening <= {"127.0.0.1", "::1"}
    status = node.control("status")
    assert f"{node.directory}/rabbitmq.conf" in status
    assert "/etc/rabbitmq" not in status
    assert "/var/l" not in status, "neither the system's data nor its logs"


HOLDER = """
    import sys
    from pathlib import Path
    from launcher.provision.rabbitmq_install import provide_programs
    from launcher.rabbitmq import PrivateNode
    PrivateNode(Path(sys.argv[1]), provide_programs()).start()
"""


def test_no_node_outlives_its_holder(tmp_path: Path) -> None:
    directory = tmp_path / "node"
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), str(directory)]
    ) as holder:
        wait_until((directory / "node.pid").exists)
        assert len(processes_in(directory)) >= 3, "epmd, the start script, the node"
        holder.kill()
    wait_until(lambda: processes_in(directory) == [])


def test_a_node_that_does_not_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = PrivateNode(tmp_path, rabbitmq_install.provide_programs())
    monkeypatch.setattr("launcher.provision.rabbitmq_node.CONFIGURATION", "no_such_key = 1\n")
    try:
        with pytest.raises(RuntimeError, match=r"did not start(.|\n)*no_such_key"):
            node.start()
    finally:
        node.stop()
    wait_until(lambda: processes_in(tmp_path) == [])


def test_a_given_broker_is_used_and_a_wrong_address_is_not() -> None:
    with provide_broker({"AMQP_URL": "amqp://a:b@broker:5672/c"}) as url:
        assert url == "amqp://a:b@broker:5672/c"
    with (
        pytest.raises(ValueError, match=r"AMQP_URL: read http://…, expected amqp://"),
        provide_broker({"AMQP_URL": "http://user:secret@broker"}),
    ):
        pass


def test_a_broker_without_a_way_to_make_virtual_hosts_says_what_to_do(
    node: PrivateNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RABBITMQ_MANAGEMENT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr("launcher.provision.virtual_hosts.CONTROL_PATH", "")
    monkeypatch.setenv("PATH", "")
    with (
        pytest.raises(ConnectionError, match="enable rabbitmq_management"),
        virtual_host(node.amqp_url),
    ):
        pass
    monkeypatch.setenv("RABBITMQ_MANAGEMENT_URL", node.management_url)
    with virtual_host(node.amqp_url) as url:
        publish(url, b"found")


@pytest.mark.skipif(OTHER_BROKER not in os.environ, reason=f"{OTHER_BROKER} names no broker")
def test_the_machines_own_node_gives_virtual_hosts() -> None:
    with virtual_host(os.environ[OTHER_BROKER]) as url:
        publish(url, b"one")
        assert fetch(url) == [b"one"]
    assert refuses(url)


def test_without_rabbitmq_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbitmq_install, "MORE_PATH", "")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="`apt-get install rabbitmq-server`"):
        rabbitmq_install.provide_programs()


@pytest.mark.parametrize("fails", [False, True])
def test_root_installs_it_once_and_says_so(
    fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """apt-get is a stand-in: this machine's packages are not ours to remove for a test."""
    called, policy = tmp_path / "called", tmp_path / "policy-rc.d"
    programs = tmp_path / "bin"
    programs.mkdir()
    installs = f"cd {programs} && /bin/cp apt-get rabbitmq-server && /bin/cp apt-get rabbitmqctl"
    installs += " && /bin/cp apt-get epmd"
    script = f"#!/bin/sh\n/bin/cat {policy} >/dev/null || exit 3\necho $* >> {called}\n"
    script += "echo 'E: no such package'\nexit 100\n" if fails else f"{installs}\n"
    (programs / "apt-get").write_text(script)
    (programs / "apt-get").chmod(0o755)
    monkeypatch.setattr(rabbitmq_install, "MORE_PATH", "")
    monkeypatch.setattr(rabbitmq_install, "POLICY", policy)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(programs))
    if fails:
        with pytest.raises(RuntimeError, match=r"apt-get update(.|\n)*no such package"):
            rabbitmq_install.provide_programs()
    else:
        assert rabbitmq_install.provide_programs().server == programs / "rabbitmq-server"
        assert "install -y" in called.read_text().splitlines()[-1]
    assert "installing it with apt-get" in capsys.readouterr().out
    assert not policy.exists(), "services start again as the machine's owner set it"
