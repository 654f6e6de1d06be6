"""The topology is one table; what follows from it is checked without a broker."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData

from chassis import topology
from chassis.backoff import Backoff
from chassis.service import Handler, Service
from childsupport.case.v1.events_pb2 import CasesChanged
from childsupport.payments.v1.events_pb2 import CollectionsPosted

POLICY = topology.RetryPolicy((1_000, 5_000))


class RecordingChannel:
    """Notes what is declared; the real broker is in tests/contract."""

    def __init__(self) -> None:
        self.exchanges: dict[str, str] = {}
        self.queues: dict[str, dict] = {}
        self.bindings: list[tuple] = []

    def exchange_declare(self, exchange, type_, **options):
        assert options == {"durable": True, "auto_delete": False}
        self.exchanges[exchange] = type_

    def queue_declare(self, queue, *, arguments, **options):
        assert options == {"durable": True, "auto_delete": False}
        self.queues[queue] = arguments

    def queue_bind(self, queue, exchange, routing_key, arguments=None):
        self.bindings.append((queue, exchange, routing_key, arguments))


@pytest.fixture
def declared() -> RecordingChannel:
    channel = RecordingChannel()
    topology.declare(channel, POLICY)
    return channel


def test_every_queue_is_replicated_and_forgets_nothing_but_the_archive(declared) -> None:
    assert {a["x-queue-type"] for a in declared.queues.values()} == {"quorum"}
    forgetful = [q for q, a in declared.queues.items() if a["x-overflow"] != "reject-publish"]
    assert forgetful == [topology.ARCHIVE_QUEUE]


def test_work_queue_dead_letters_only_to_its_parked_queue(declared) -> None:
    for subscription in topology.subscriptions()[:-1]:
        arguments = declared.queues[subscription.queue]
        assert arguments["x-dead-letter-exchange"] == ""
        assert arguments["x-dead-letter-routing-key"] == f"{subscription.queue}.parked"
        assert arguments["x-dead-letter-strategy"] == "at-least-once"
        assert arguments["x-delivery-limit"] == topology.DELIVERY_LIMIT
        parked = declared.queues[subscription.parked]
        assert "x-dead-letter-exchange" not in parked
        assert "x-message-ttl" not in parked


def test_delay_queue_returns_a_message_to_the_queue_that_its_key_names(declared) -> None:
    for delay_ms in POLICY.delays_ms:
        arguments = declared.queues[f"delay.{delay_ms}"]
        assert arguments["x-message-ttl"] == delay_ms
        assert arguments["x-dead-letter-exchange"] == ""
        assert "x-dead-letter-routing-key" not in arguments
        match = {"x-match": "all", "bus-delay-ms": delay_ms}
        assert (f"delay.{delay_ms}", topology.DELAY_EXCHANGE, "", match) in declared.bindings
    assert declared.exchanges == {topology.EXCHANGE: "topic", topology.DELAY_EXCHANGE: "headers"}


def test_every_type_goes_to_its_consumers_or_to_the_archive(declared) -> None:
    bound: dict[str, set[str]] = {}
    for queue, exchange, key, _ in declared.bindings:
        if exchange == topology.EXCHANGE:
            bound.setdefault(key, set()).add(queue)
    for event_type, queues in bound.items():
        consumers = topology.consumers(event_type)
        expected = {topology.queue_name(c, event_type) for c in consumers} or {"archive"}
        assert queues == expected


def test_every_type_of_the_table_is_in_the_contract() -> None:
    from chassis.events import message_class
    from childsupport.enforcement.v1 import events_pb2 as _enforcement  # noqa: F401
    from childsupport.identity.v1 import events_pb2 as _identity  # noqa: F401
    from childsupport.notification.v1 import events_pb2 as _notification  # noqa: F401
    from childsupport.withholding.v1 import events_pb2 as _withholding  # noqa: F401

    for subscription in topology.subscriptions():
        for event_type in subscription.types:
            assert message_class(event_type).DESCRIPTOR.full_name == event_type


def test_mismatch_between_handlers_and_table_is_named_both_ways() -> None:
    def handle(_message, _work) -> None:
        """Do nothing."""

    handlers = (Handler(CollectionsPosted, handle), Handler(CasesChanged, handle))
    service = Service("withholding", MetaData(), Path(), handlers=handlers)
    extra, missing = topology.mismatches(service)
    assert extra == (
        "childsupport.payments.v1.CollectionsPosted: "
        "withholding has a handler but is not in the topology"
    )
    assert missing == (
        "childsupport.case.v1.ParticipantsChanged: "
        "the topology sends it to withholding, which has no handler"
    )


@given(st.lists(st.integers(1, 10**6), max_size=8).map(tuple))
def test_policy_delays_each_failure_but_the_last(delays_ms) -> None:
    policy = topology.RetryPolicy(delays_ms)
    waits = [policy.delay_ms(failures) for failures in range(1, policy.attempts + 1)]
    assert waits == [*delays_ms, None]


@given(st.floats(0.001, 10), st.floats(10, 1000), st.integers(1, 2000))
def test_backoff_grows_up_to_its_bound_and_begins_anew(first, most, failures) -> None:
    backoff = Backoff(first, most)
    waits = [backoff.next() for _ in range(failures)]
    assert waits[0] == first
    assert waits == sorted(waits)
    assert max(waits) <= most
    backoff.reset()
    assert backoff.next() == first
