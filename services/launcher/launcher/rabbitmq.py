"""A RabbitMQ to run on, and one to test with.

    with broker_for_tests() as node, node.virtual_host() as amqp_url:
        …
        node.restart()              # or kill(), stop_app() and start_app(), close_connections()

    with provide_broker() as amqp_url:      # AMQP_URL if it is set, else a private node
        …

Tests always use a private node, whatever else runs on the machine: it is the same everywhere, and
it may be stopped in the middle of a test.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from launcher.provision.rabbitmq_node import PrivateNode, private_node
from launcher.provision.virtual_hosts import read_amqp_url, virtual_host

__all__ = ["PrivateNode", "broker_for_tests", "provide_broker", "virtual_host"]


def broker_for_tests() -> AbstractContextManager[PrivateNode]:
    """A private node for a test session. Raises RuntimeError with what to install, if anything."""
    return private_node()


@contextmanager
def provide_broker(environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """The AMQP URL of the broker given by AMQP_URL, else of a private node."""
    given = environ.get("AMQP_URL")
    if given:
        read_amqp_url(given)
        yield given
        return
    with private_node() as node:
        yield node.amqp_url
