"""Messages that come twice, in the wrong order, or cannot be handled; projections that are lost."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pika
import psycopg
import pytest
from disturbing import SETTLE_SECONDS, Disturbed, wait_until
from pika.adapters.blocking_connection import BlockingChannel
from resetting import connect
from sqlalchemy import text

from chassis import topology
from chassis.events import CONTENT_ENCODING, CONTENT_TYPE
from chassis.ids import new_id
from launcher.day import BUSINESS_DATE

pytestmark = [
    pytest.mark.platform,
    pytest.mark.broker,
    pytest.mark.faults,
    pytest.mark.timeout(300),  # the first of them starts both platforms
]

TAP = "tap"
Message = tuple[str, pika.BasicProperties, bytes]
"""Type, properties, body."""


class Tap:
    """Takes every event between the exchange and the queues, and hands them on as a test wants."""

    def __init__(self, channel: BlockingChannel) -> None:
        self._channel = channel
        self.taken: list[Message] = []

    def put_in(self) -> None:
        self._channel.queue_declare(TAP)
        self._channel.queue_bind(TAP, topology.EXCHANGE, "#")
        for queue, event_type in bindings():
            self._channel.queue_unbind(queue, topology.EXCHANGE, event_type)

    def take_out(self) -> None:
        for queue, event_type in bindings():
            self._channel.queue_bind(queue, topology.EXCHANGE, event_type)
        self._channel.queue_delete(TAP)

    def drain(self) -> list[Message]:
        found: list[Message] = []
        while True:
            method, properties, body = self._channel.basic_get(TAP, auto_ack=True)
            if method is None:
                self.taken += found
                return found
            found.append((method.routing_key, properties, body))

    def hand_on(self, messages: list[Message]) -> None:
        for event_type, properties, body in messages:
            for consumer in topology.consumers(event_type):
                queue = topology.queue_name(consumer, event_type)
                self._channel.basic_publish("", queue, body, properties, mandatory=True)


def bindings() -> list[tuple[str, str]]:
    return [(s.queue, t) for s in topology.subscriptions() for t in s.types]


@contextmanager
def channel_of(disturbed: Disturbed) -> Iterator[BlockingChannel]:
    parameters = pika.URLParameters(disturbed.platform.amqp_url)
    parameters.heartbeat = 0
    with closing(pika.BlockingConnection(parameters)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


def unsent(disturbed: Disturbed) -> int:
    found = 0
    for runtime in disturbed.host.runtimes.values():
        with runtime.work() as work:
            query = text("SELECT count(*) FROM outbox WHERE sent_at IS NULL")
            found += work.session.execute(query).scalar_one()
    return found


def test_every_message_twice_and_in_reverse_order(
    disturbed: Disturbed, all_is_well: Callable[[], None]
) -> None:
    """What is told at one step is held back, then handed on from the last to the first, twice."""
    with channel_of(disturbed) as channel:
        tap = Tap(channel)
        tap.put_in()

        def settle(timeout_seconds: float) -> None:
            until = time.monotonic() + timeout_seconds
            patience_seconds = 1.0
            while time.monotonic() < until:
                wait_until(lambda: unsent(disturbed) == 0)
                backwards = tap.drain()[::-1]
                tap.hand_on([twice for one in backwards for twice in (one, one)])
                try:
                    disturbed.platform.settle(patience_seconds)
                except TimeoutError:
                    # What was handled has told more, which is in the tap; or the machine is slow.
                    patience_seconds = 1.0 if backwards else 2 * patience_seconds
                    continue
                return
            raise TimeoutError(f"not settled after {timeout_seconds} s")

        disturbed.settle_with = settle
        try:
            disturbed.run()
            all_is_well()
            # And all of it once more, long after, the last first.
            assert len(tap.taken) > 20
            tap.hand_on(tap.taken[::-1])
            disturbed.platform.settle(SETTLE_SECONDS)
            all_is_well()
        finally:
            tap.take_out()


def test_poison_is_parked_and_comes_home(
    disturbed: Disturbed, all_is_well: Callable[..., None]
) -> None:
    """One message that nobody can read, one that enforcement's database refuses each time."""
    garbage = pika.BasicProperties(
        content_type=CONTENT_TYPE,
        content_encoding=CONTENT_ENCODING,
        headers={
            "ce-id": new_id(),
            "ce-type": "childsupport.withholding.v1.RemittancesReleased",
            "ce-source": "/services/withholding",
            "ce-subject": "nobody",
            "ce-specversion": "1.0",
            "ce-time": "2026-03-06T14:00:00+00:00",
        },
        delivery_mode=2,
    )

    def throw_in() -> None:
        refuse(disturbed)
        with channel_of(disturbed) as channel:
            channel.basic_publish("", "payments.withholding", b"\xff\xfe\xfd", garbage)

    disturbed.before_job["charge"] = throw_in
    disturbed.run()
    parked = disturbed.parked()
    assert parked["payments.withholding.parked"] == 1
    refused = parked["enforcement.payments.parked"]
    assert refused >= 1

    command = disturbed.platform.command
    listed = command("parked", "list", "enforcement", service="enforcement")
    ids = re.findall(r"enforcement\.payments/[0-9a-f]+", listed)
    assert len(ids) == refused
    assert "RaiseException" in listed
    assert "bus-" not in listed
    shown = command("parked", "show", "enforcement", ids[0], service="enforcement")
    assert "childsupport.payments.v1." in shown
    assert re.search(r"attempts\s+4", shown), shown

    allow(disturbed)
    command("parked", "replay", "enforcement", ids[0], service="enforcement")
    if refused > 1:
        command("parked", "replay", "enforcement", "all", service="enforcement")
    disturbed.platform.settle(SETTLE_SECONDS)
    disturbed.run_job("enforcement", "screen", BUSINESS_DATE)
    disturbed.platform.settle(SETTLE_SECONDS)
    all_is_well(parked={"payments.withholding.parked": 1})
    listed = command("parked", "list", "payments", service="payments")
    assert "RemittancesReleased" in listed
    assert "body cannot be decoded" in listed


def refuse(disturbed: Disturbed) -> None:
    """Have enforcement's database refuse one obligation's balance."""
    with closing(connect(disturbed.host.postgres, "enforcement")) as admin:
        admin.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'refused by a test'; END $$"
        )
        admin.execute(
            "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON known_balance FOR EACH ROW"
            " WHEN (NEW.due_cents = 87000) EXECUTE FUNCTION refuse()"
        )


def allow(disturbed: Disturbed) -> None:
    with closing(connect(disturbed.host.postgres, "enforcement")) as admin:
        admin.execute("DROP TRIGGER refuse ON known_balance")


PROJECTIONS = {
    "payments": ("case_projection", "obligation_projection", "participant_projection"),
    "enforcement": ("known_case", "known_obligation", "known_balance", "case_arrears"),
    "withholding": ("participant", "known_case", "case_identifier"),
    "notification": ("known_participant", "known_case", "known_employer"),
}


def test_projections_are_lost_and_told_again(
    disturbed: Disturbed, all_is_well: Callable[[], None]
) -> None:
    disturbed.run()
    for service, tables in PROJECTIONS.items():
        with closing(connect(disturbed.host.postgres, service)) as admin:
            for table in tables:
                empty(admin, table)
    # From the owners outwards: what payments can say of balances needs its cases.
    for service in ("case", "identity", "withholding", "payments", "enforcement", "notification"):
        for kind, republish in disturbed.host.runtimes[service].service.republish.items():
            with disturbed.host.runtimes[service].work() as work:
                assert republish(work, None) > 0 or kind == "clients", f"{service} {kind}"
        disturbed.platform.settle(SETTLE_SECONDS)
    disturbed.platform.republish("case", "cases")
    disturbed.platform.settle(SETTLE_SECONDS)
    disturbed.run_job("enforcement", "screen", BUSINESS_DATE)
    disturbed.platform.settle(SETTLE_SECONDS)
    all_is_well()


def empty(admin: psycopg.Connection, table: str) -> None:
    assert admin.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).rowcount, table
    admin.execute(f"TRUNCATE {table}".encode())
