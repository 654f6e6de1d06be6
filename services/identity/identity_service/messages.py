"""Clients as messages and events."""

from collections.abc import Sequence

from chassis.dates import from_instant
from chassis.runtime import Work
from childsupport.identity.v1 import events_pb2, identity_service_pb2
from identity_service.domain.clients import Client


def to_message(client: Client) -> identity_service_pb2.Client:
    """Return the message for a client."""
    return identity_service_pb2.Client(
        client_id=client.client_id,
        display_name=client.display_name,
        scopes=client.scopes,
        employer_id=client.employer_id,
        create_time=from_instant(client.create_time),
        revoke_time=from_instant(client.revoke_time),
        version=client.version,
    )


def tell(work: Work, clients: Sequence[Client]) -> None:
    """Emit ClientsChanged for up to a page of clients."""
    event = events_pb2.ClientsChanged(clients=[to_message(client) for client in clients])
    work.emit(event, subject=clients[0].client_id)
