"""Publishing a failed message anew; the original is given up when the broker has the copy."""

from collections.abc import Mapping
from typing import Any

import amqp
import kombu
import structlog
from kombu.exceptions import OperationalError

from chassis import topology

_log = structlog.get_logger()

CONNECT_SECONDS = 5
CONFIRM_SECONDS = 10
_PERSISTENT = 2

CONNECTION_ERRORS = (
    amqp.AMQPError,
    OperationalError,
    OSError,
    # py-amqp raises it when its socket is gone in the middle of something.
    AttributeError,
)


class UnroutableError(Exception):
    """The broker has no queue for a message that must not be lost."""


class Republisher:
    """A connection of its own with publisher confirms, made when needed, dropped when in doubt."""

    def __init__(self, amqp_url: str, policy: topology.RetryPolicy) -> None:
        """Take the broker's address and what is to be declared there."""
        self._amqp_url = amqp_url
        self._policy = policy
        self._connection: kombu.Connection | None = None
        self._channel: Any = None
        self._returned: list[str] = []

    def publish(
        self,
        exchange: str,
        routing_key: str,
        body: bytes,
        headers: Mapping[str, object],
        properties: Mapping[str, object],
    ) -> None:
        """Publish, wait for the confirm. Raises one of CONNECTION_ERRORS or UnroutableError."""
        try:
            channel = self._open()
            message = channel.prepare_message(
                body,
                content_type=properties.get("content_type"),
                content_encoding=properties.get("content_encoding"),
                headers=dict(headers),
                properties={"delivery_mode": _PERSISTENT, **_kept(properties)},
            )
            self._returned.clear()
            channel.basic_publish_confirm(
                message,
                exchange=exchange,
                routing_key=routing_key,
                mandatory=True,
                confirm_timeout=CONFIRM_SECONDS,
            )
        except CONNECTION_ERRORS:
            self.close()
            raise
        if self._returned:
            # Perhaps somebody deleted it; the next attempt declares everything again.
            self.close()
            raise UnroutableError(self._returned[0])

    def close(self) -> None:
        """Drop the connection."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            try:
                connection.close()
            except CONNECTION_ERRORS as error:
                _log.debug("republisher_close_failed", error=str(error))

    def _open(self) -> Any:
        if self._channel is None:
            connection = kombu.Connection(
                self._amqp_url,
                connect_timeout=CONNECT_SECONDS,
                transport_options={
                    "confirm_publish": True,
                    "client_properties": {"connection_name": "republish"},
                },
            )
            self._connection = connection
            connection.connect()
            channel = connection.channel()
            topology.declare(channel, self._policy)
            channel.events["basic_return"].add(self._on_return)
            self._channel = channel
        return self._channel

    def _on_return(self, error: Exception, _exchange: str, routing_key: str, _message: Any) -> None:
        self._returned.append(f"{routing_key}: {error}")


def _kept(properties: Mapping[str, object]) -> dict[str, object]:
    """The properties that travel on; not `expiration`: nothing that failed may vanish by itself."""
    return {n: v for n in ("message_id", "correlation_id") if (v := properties.get(n)) is not None}
