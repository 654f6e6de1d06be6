"""Processes and brokers that die, connections that are cut, clocks that jump, two at once."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest
from disturbing import FILES, FIRST_CASES, LATE_CASE, PAID, Disturbed
from resetting import connect

from launcher.demo import NINE_IN_THE_MORNING
from launcher.rabbitmq import PrivateNode
from launcher.registry import SERVICES

pytestmark = [
    pytest.mark.platform,
    pytest.mark.broker,
    pytest.mark.faults,
    pytest.mark.timeout(300),  # the first of them starts both platforms
]

RELAYS = ("withholding-relay", "payments-relay")
WORKERS = ("payments-worker", "notification-worker", "enforcement-worker")


# The event is committed and locked, nothing is sent | nothing of the message is done.
TAKEN = ("relay.taken", "worker.received")
# It is given to the broker, which has not answered | all is done, nothing committed.
GIVEN = ("relay.given", "worker.handled")
# The broker has it, the outbox does not say so | committed, not acknowledged.
CONFIRMED = ("relay.confirmed", "worker.committed")
# The outbox says so, uncommitted | acknowledged.
MARKED = ("relay.marked", "worker.acknowledged")
# Committed | a timer has posted and told, uncommitted.
COMMITTED = ("relay.committed", "timer.worked")


@pytest.mark.parametrize(
    ("first", "second"),
    [(CONFIRMED, TAKEN), (COMMITTED, GIVEN), (MARKED, None)],
    ids=["confirmed-taken", "committed-given", "marked"],
)
def test_killed_at_each_point_of_outbox_and_inbox(
    disturbed: Disturbed,
    all_is_well: Callable[[], None],
    first: tuple[str, str],
    second: tuple[str, str] | None,
) -> None:
    """Just before each of the day's two files comes: what is killed is in the middle of it."""
    expected: list[str] = []

    def arm(points: tuple[str, str]) -> None:
        in_relay, in_worker = points
        workers = WORKERS[: 2 if in_worker == "timer.worked" else 3]
        disturbed.arm(in_relay, *RELAYS)
        disturbed.arm(in_worker, *workers)
        expected.extend((*RELAYS, *workers))

    disturbed.before_job["charge"] = lambda: arm(first)
    if second is not None:
        disturbed.at_rest[FILES] = lambda: arm(second)
    disturbed.run()
    all_is_well()
    killed = sorted(disturbed.platform.revived)
    assert killed == sorted(expected), "each was killed, once at each point, and came back"


@pytest.mark.soak
@pytest.mark.parametrize("points", [TAKEN, GIVEN, CONFIRMED, MARKED, COMMITTED], ids=" ".join)
def test_killed_at_one_point(
    disturbed: Disturbed, all_is_well: Callable[[], None], points: tuple[str, str]
) -> None:
    """Each point by itself, over both files: nothing that another kill did hides it."""
    armed = dict.fromkeys(RELAYS, points[0])
    armed |= dict.fromkeys(WORKERS[: 2 if points[1] == "timer.worked" else 3], points[1])

    def arm() -> None:
        for name, point in armed.items():
            disturbed.arm(point, name)

    disturbed.before_job["charge"] = arm
    disturbed.run()
    all_is_well()
    assert sorted(disturbed.platform.revived) == sorted(armed)


def test_broker_killed_in_mid_flow(
    disturbed: Disturbed, all_is_well: Callable[[], None], rabbitmq_node: PrivateNode
) -> None:
    disturbed.in_flight[FILES] = lambda: rabbitmq_node.restart(kill=True)
    disturbed.in_flight[LATE_CASE] = rabbitmq_node.close_connections
    disturbed.run()
    all_is_well()
    assert disturbed.platform.revived == [], "every process outlives its broker"


def test_database_connections_cut_again_and_again(
    disturbed: Disturbed, all_is_well: Callable[[], None]
) -> None:
    cut: list[int] = []

    def cut_all() -> None:
        with closing(connect(disturbed.host.postgres)) as admin:
            for _ in range(8):
                found = admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
                    [list(SERVICES)],
                )
                cut.append(found.rowcount)
                time.sleep(0.15)

    for step in (FIRST_CASES, FILES, LATE_CASE, PAID):
        disturbed.in_flight[step] = cut_all
    disturbed.run()
    all_is_well()
    assert sum(cut) > 100
    assert disturbed.platform.revived == [], "every process outlives its connections"


def test_clocks_that_jump(disturbed: Disturbed, all_is_well: Callable[[], None]) -> None:
    """Back within the day where money is posted, ahead by days where people are told."""
    jumps = {"payments": timedelta(hours=-3), "notification": timedelta(days=3)}

    def jump() -> None:
        for service, by in jumps.items():
            disturbed.platform.stop_role(f"{service}-worker")
            start = (NINE_IN_THE_MORNING + by).isoformat()
            disturbed.platform.start_role(
                service, "worker", settings={"CLOCK_START": start}, wait=False
            )
        disturbed.platform.processes.wait_ready(*(f"{service}-worker" for service in jumps))

    disturbed.in_flight[FIRST_CASES] = jump
    try:
        disturbed.run()
        all_is_well()
    finally:
        for service in jumps:
            disturbed.platform.stop_role(f"{service}-worker")
            disturbed.platform.start_role(service, "worker", wait=False)
        disturbed.platform.processes.wait_ready(*(f"{service}-worker" for service in jumps))


def test_two_of_each_race(disturbed: Disturbed, all_is_well: Callable[[], None]) -> None:
    seconds = [
        (service, role, f"{service}-{role}-2")
        for service, role in (
            ("payments", "worker"),
            ("payments", "relay"),
            ("notification", "worker"),
            ("enforcement", "worker"),
            ("withholding", "worker"),
        )
    ]
    try:
        for service, role, name in seconds:
            disturbed.platform.start_role(service, role, name=name, wait=False)
        disturbed.platform.processes.wait_ready(*(name for _, _, name in seconds))
        disturbed.run()
        all_is_well()
    finally:
        for _, _, name in seconds:
            disturbed.platform.stop_role(name)
