"""The platform on both its hosts, for the tests that cross services."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "platforms"))

from days import Day, Host, embedded, postgres_of, processes, run
from mail import MailServer, mail_server

from launcher.rabbitmq import PrivateNode, broker_for_tests


@pytest.fixture(scope="session")
def rabbitmq_node() -> Iterator[PrivateNode]:
    """A broker of the tests' own; they may break it."""
    with broker_for_tests() as node:
        yield node


@pytest.fixture(scope="session")
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="session")
def embedded_day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The undisturbed day of the embedded platform, which then ends: idle, it would not be free."""
    with mail_server() as mail, embedded(tmp_path_factory.mktemp("embedded"), mail) as host:
        return run(host, mail)


@pytest.fixture(scope="session")
def process_host(
    rabbitmq_node: PrivateNode, mails: MailServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """The platform as processes; started once, for every test that needs it."""
    root = tmp_path_factory.mktemp("processes")
    postgres = postgres_of(root)
    postgres.start()
    try:
        with processes(root, rabbitmq_node, mails, postgres) as host:
            yield host
    finally:
        postgres.destroy()


@pytest.fixture(scope="session")
def process_day(process_host: Host, mails: MailServer) -> Day:
    """The undisturbed day of the platform of processes."""
    return run(process_host, mails)
