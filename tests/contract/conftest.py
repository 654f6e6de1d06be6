"""The two buses that the contract is tried on."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from bus_worlds import LocalWorld, World, broker_world, databases

from chassis import logs
from launcher.rabbitmq import PrivateNode, broker_for_tests


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """As in a process of the platform: else structlog draws tracebacks, for seconds each."""
    logs.configure("contract", "test", stream=sys.__stderr__)


@pytest.fixture(scope="session")
def rabbitmq_node() -> Iterator[PrivateNode]:
    with broker_for_tests() as node:
        yield node


@pytest.fixture(
    scope="module", params=["local", pytest.param("rabbitmq", marks=pytest.mark.broker)]
)
def world(
    request: pytest.FixtureRequest,
    postgres_admin_url: str,
    key_directory: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """Both buses, one after the other; processes and databases are shared by a module's tests."""
    if request.param == "local":
        with databases(postgres_admin_url, key_directory, None) as runtimes:
            local = LocalWorld(runtimes, postgres_admin_url)
            local.start()
            try:
                yield local
            finally:
                local.stop()
        return
    node = request.getfixturevalue("rabbitmq_node")
    log_dir = tmp_path_factory.mktemp("bus_logs")
    with broker_world(node, postgres_admin_url, key_directory, log_dir) as found:
        yield found
