"""The one table of who consumes what. Exchange, queues and bindings all follow from it.

Whoever publishes declares the whole of it first; no service waits for another to start. One
durable topic exchange; the routing key is the event's type; one quorum queue per consuming service
and family (the service that tells). A type without a consumer goes to the archive queue.

How a failed message comes back: it is published anew to the delay exchange with its wait in the
header `bus-delay-ms` (which chooses the TTL queue) and its queue as routing key. When its time is
over, the TTL queue dead-letters it to the default exchange under that same routing key: back to
where it was. One TTL queue per delay serves all queues. It is a new message each time, so the
broker never sees a dead-letter cycle (it drops those), and the hand-over is at-least-once: the
message stays until its target has it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from chassis.service import Service

EXCHANGE = "childsupport.events"
DELAY_EXCHANGE = "childsupport.delay"
DEFAULT_EXCHANGE = ""
DELAY_QUEUE_PREFIX = "delay."
DELAY_HEADER = "bus-delay-ms"
ARCHIVE_QUEUE = "archive"
PARKED_SUFFIX = ".parked"
RETRY_DELAYS_MS = (1_000, 5_000, 30_000, 120_000)
DELIVERY_LIMIT = 10
"""Deliveries that end neither acknowledged nor republished: the worker died each time."""
PARKED_DELIVERY_LIMIT = 2_000_000_000
"""Looking at a parked message counts as a delivery; none may be dropped for being looked at."""
MAX_QUEUE_MESSAGES = 1_000_000
"""A full queue refuses; what is refused stays in the outbox, or unacknowledged where it was."""
MAX_ARCHIVE_MESSAGES = 100_000
"""The archive forgets its oldest; the outbox that it came from keeps it like any other."""

_CONSUMERS: dict[str, tuple[str, ...]] = {
    "childsupport.identity.v1.ClientsChanged": (),
    "childsupport.identity.v1.AccountNoticesIssued": ("notification",),
    "childsupport.case.v1.ParticipantsChanged": (
        *("withholding", "payments", "notification", "identity"),
    ),
    "childsupport.case.v1.CasesChanged": (
        *("withholding", "payments", "enforcement", "notification", "identity"),
    ),
    "childsupport.case.v1.NoticesIssued": ("notification",),
    "childsupport.withholding.v1.EmployersChanged": ("identity", "notification"),
    "childsupport.withholding.v1.RemittancesReleased": ("payments",),
    "childsupport.withholding.v1.RemittancesIdentified": ("payments",),
    "childsupport.withholding.v1.EmploymentsEnded": ("case",),
    "childsupport.withholding.v1.MedicalCoverageReported": ("case",),
    "childsupport.payments.v1.CollectionsPosted": ("enforcement", "notification", "case"),
    "childsupport.payments.v1.CollectionsCorrected": ("enforcement", "notification", "case"),
    "childsupport.payments.v1.ObligationsCharged": ("enforcement", "case"),
    "childsupport.payments.v1.ReceiptsSuspended": ("notification",),
    "childsupport.payments.v1.DisbursementsIssued": ("notification",),
    "childsupport.payments.v1.MoneyHeld": ("notification",),
    "childsupport.payments.v1.DisbursementsChanged": (),
    "childsupport.payments.v1.PaymentNoticesIssued": ("notification",),
    "childsupport.enforcement.v1.DelinquenciesChanged": (),
    "childsupport.notification.v1.LettersIssued": (),
}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a failed message waits before each further attempt; after the last it is parked."""

    delays_ms: tuple[int, ...] = RETRY_DELAYS_MS

    @property
    def attempts(self) -> int:
        """How often a message is tried in all."""
        return len(self.delays_ms) + 1

    def delay_ms(self, failures: int) -> int | None:
        """Return the wait after so many failed attempts (1, 2, …); None: park it."""
        return self.delays_ms[failures - 1] if failures <= len(self.delays_ms) else None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A queue with the types that are bound to it."""

    queue: str
    consumer: str
    types: tuple[str, ...]

    @property
    def parked(self) -> str:
        """The queue for what could not be handled."""
        return parked_queue(self.queue)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as the broker is told about it."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


class Channel(Protocol):
    """What pika's BlockingChannel and py-amqp's Channel have in common, as far as used here."""

    @property
    def exchange_declare(self) -> Callable[..., Any]: ...
    @property
    def queue_declare(self) -> Callable[..., Any]: ...
    @property
    def queue_bind(self) -> Callable[..., Any]: ...


def family(event_type: str) -> str:
    """Return the service that tells a type: `payments` of `childsupport.payments.v1.X`."""
    return event_type.split(".")[1]


def queue_name(consumer: str, event_type: str) -> str:
    """Return the queue through which `consumer` gets a type."""
    return f"{consumer}.{family(event_type)}"


def parked_queue(queue: str) -> str:
    """Return the name of the queue that takes what `queue` could not get handled."""
    return queue + PARKED_SUFFIX


def subscriptions() -> tuple[Subscription, ...]:
    """Return every queue, the archive last."""
    bound: dict[tuple[str, str], list[str]] = {}
    archived: list[str] = []
    for event_type, consumers in _CONSUMERS.items():
        for consumer in consumers:
            bound.setdefault((queue_name(consumer, event_type), consumer), []).append(event_type)
        if not consumers:
            archived.append(event_type)
    queues = [Subscription(q, c, tuple(types)) for (q, c), types in sorted(bound.items())]
    return (*queues, Subscription(ARCHIVE_QUEUE, "", tuple(archived)))


def consumers(event_type: str) -> tuple[str, ...]:
    """Return the services that consume a type. Raises KeyError for a type that the table lacks."""
    return _CONSUMERS[event_type]


def subscriptions_of(consumer: str) -> tuple[Subscription, ...]:
    """Return the queues of one service."""
    return tuple(s for s in subscriptions() if s.consumer == consumer)


def mismatches(service: "Service") -> list[str]:
    """Say, a sentence each, where a service's handlers and the table differ. Empty: they agree."""
    handled = {handler.type for handler in service.handlers}
    subscribed = {t for s in subscriptions_of(service.name) for t in s.types}
    return [
        *(
            f"{t}: {service.name} has a handler but is not in the topology"
            for t in sorted(handled - subscribed)
        ),
        *(
            f"{t}: the topology sends it to {service.name}, which has no handler"
            for t in sorted(subscribed - handled)
        ),
    ]


def queues(policy: RetryPolicy) -> tuple[Queue, ...]:
    """Return every queue with its arguments: work queues, parked queues, the archive, delays."""
    declared: list[Queue] = []
    for subscription in subscriptions():
        if subscription.queue == ARCHIVE_QUEUE:
            archive = {"x-max-length": MAX_ARCHIVE_MESSAGES, "x-overflow": "drop-head"}
            declared.append(Queue(ARCHIVE_QUEUE, {"x-queue-type": "quorum", **archive}))
            continue
        dead_letter = {"x-dead-letter-routing-key": subscription.parked}
        limit = {"x-delivery-limit": DELIVERY_LIMIT}
        declared.append(Queue(subscription.queue, _kept() | _handed_over() | dead_letter | limit))
        limit = {"x-delivery-limit": PARKED_DELIVERY_LIMIT}
        declared.append(Queue(subscription.parked, _kept() | limit))
    for delay_ms in sorted(set(policy.delays_ms)):
        wait = {"x-message-ttl": delay_ms}
        declared.append(Queue(f"{DELAY_QUEUE_PREFIX}{delay_ms}", _kept() | _handed_over() | wait))
    return tuple(declared)


def _kept() -> dict[str, Any]:
    """A replicated queue that refuses when it is full, rather than forget."""
    return {
        "x-queue-type": "quorum",
        "x-max-length": MAX_QUEUE_MESSAGES,
        "x-overflow": "reject-publish",
    }


def _handed_over() -> dict[str, Any]:
    """Dead-lettering through the default exchange that keeps a message until its target has it.

    At-least-once needs reject-publish; with drop-head RabbitMQ falls back to at-most-once unasked.
    """
    return {
        "x-dead-letter-exchange": DEFAULT_EXCHANGE,
        "x-dead-letter-strategy": "at-least-once",
    }


def declare(channel: Channel, policy: RetryPolicy | None = None) -> None:
    """Declare everything on a channel of pika (blocking) or py-amqp; again changes nothing."""
    policy = policy or RetryPolicy()
    options = {"durable": True, "auto_delete": False}
    channel.exchange_declare(EXCHANGE, "topic", **options)
    channel.exchange_declare(DELAY_EXCHANGE, "headers", **options)
    for queue in queues(policy):
        channel.queue_declare(queue.name, **options, arguments=queue.arguments)
    for subscription in subscriptions():
        for event_type in subscription.types:
            channel.queue_bind(subscription.queue, EXCHANGE, event_type)
    for delay_ms in policy.delays_ms:
        match = {"x-match": "all", DELAY_HEADER: delay_ms}
        channel.queue_bind(f"{DELAY_QUEUE_PREFIX}{delay_ms}", DELAY_EXCHANGE, "", arguments=match)
