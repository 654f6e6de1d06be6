"""How much waits in a broker's queues: asked over AMQP, so that it is the count of this moment."""

from types import TracebackType
from typing import Final, Self

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel

from chassis import topology

ANSWER_SECONDS: Final = 10.0


class BrokerQueues:
    """Asks over one connection, made when needed. Messages that are delivered are not counted."""

    def __init__(self, amqp_url: str, policy: topology.RetryPolicy) -> None:
        """Take the address of the virtual host, and the policy that its delay queues follow."""
        self._parameters = pika.URLParameters(amqp_url)
        # Between two questions nobody would answer the broker's heartbeats.
        self._parameters.heartbeat = 0
        self._parameters.socket_timeout = ANSWER_SECONDS
        self._parameters.blocked_connection_timeout = ANSWER_SECONDS
        self._channel: BlockingChannel | None = None
        self._names = [queue.name for queue in topology.queues(policy)]

    def waiting(self) -> dict[str, int]:
        """Return messages by queue, the empty ones left out. Raises ConnectionError."""
        try:
            channel = self._open()
            found = {name: self._count(channel, name) for name in self._names}
        except (pika.exceptions.AMQPError, OSError) as error:
            self.close()
            raise ConnectionError(f"{type(error).__name__}: {error}") from error
        return {name: count for name, count in found.items() if count}

    def version(self) -> str:
        """Return the broker's version, as it says. Raises ConnectionError."""
        try:
            # pika tells nowhere else what the broker said of itself.
            said = self._open().connection._impl.server_properties  # type: ignore[attr-defined]  # noqa: SLF001
        except (pika.exceptions.AMQPError, OSError) as error:
            self.close()
            raise ConnectionError(f"{type(error).__name__}: {error}") from error
        return str(said.get("version", ""))

    def close(self) -> None:
        """Disconnect."""
        channel, self._channel = self._channel, None
        if channel is not None and channel.connection.is_open:
            channel.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> BlockingChannel:
        if self._channel is None or not self._channel.is_open:
            self._channel = pika.BlockingConnection(self._parameters).channel()
        return self._channel

    @staticmethod
    def _count(channel: BlockingChannel, name: str) -> int:
        return channel.queue_declare(name, passive=True).method.message_count or 0
