"""What only the local bus has: doing all that waits in the caller's thread; and housekeeping."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from bus_world import POSTER
from bus_worlds import LocalWorld, databases

from chassis import migrate, prune
from chassis.local_bus import LocalBus
from chassis.migrate import create_base_tables_0001
from childsupport.withholding.v1.events_pb2 import RemittancesReleased


@pytest.fixture(scope="module")
def quiet(postgres_admin_url: str, key_directory: Path) -> Iterator[LocalWorld]:
    """The tiny services with nothing running."""
    with databases(postgres_admin_url, key_directory, None) as runtimes:
        yield LocalWorld(runtimes, postgres_admin_url)


def released(key: str, order: str = "ok") -> RemittancesReleased:
    return RemittancesReleased(submission_id=key, employer_name=order)


def test_all_that_waits_is_done_in_this_thread(quiet: LocalWorld) -> None:
    bus = LocalBus(list(quiet.runtimes.values()), partial=True)
    key, failing = uuid4().hex, uuid4().hex
    quiet.restart_tries()
    quiet.tell(released(failing, "fail 1"), released(key, "emit"))
    assert not bus.idle()
    bus.run_until_idle()
    assert bus.idle()
    assert quiet.effects("payments")[-2:] == [key, failing]
    assert quiet.effects("enforcement")[-1] == key


def test_waiting_in_vain_says_what_waits(quiet: LocalWorld) -> None:
    bus = LocalBus(list(quiet.runtimes.values()), partial=True)
    quiet.tell(released(uuid4().hex))
    with pytest.raises(TimeoutError, match="withholding: 1 events unsent"):
        bus.wait_idle(timeout_seconds=0.05)
    bus.run_until_idle()


def test_whole_bus_refuses_to_run_without_a_consumer(quiet: LocalWorld) -> None:
    with pytest.raises(ValueError, match="case, identity, notification missing"):
        LocalBus(list(quiet.runtimes.values()))


def test_pruning_deletes_what_is_old_and_only_that(quiet: LocalWorld) -> None:
    quiet.sql("DELETE FROM outbox", "withholding")
    quiet.sql("DELETE FROM inbox", "withholding")
    for days, event in ((prune.OUTBOX_DAYS + 1, "sent"), (prune.OUTBOX_DAYS - 1, "fresh")):
        quiet.sql(
            "INSERT INTO outbox (event_id, type, subject, body, time, sent_at)"
            " VALUES (gen_random_uuid(), 't', :event, '', now(), now() - :days * interval '1 day')",
            "withholding",
            days=days,
            event=event,
        )
    quiet.sql(
        "INSERT INTO outbox (event_id, type, subject, body, time)"
        " VALUES (gen_random_uuid(), 't', 'unsent', '', now() - interval '9 years')",
        "withholding",
    )
    for days in (prune.INBOX_DAYS + 1, prune.INBOX_DAYS - 1):
        quiet.sql(
            "INSERT INTO inbox VALUES ('q', gen_random_uuid(), now() - :days * interval '1 day')",
            "withholding",
            days=days,
        )
    with quiet.runtimes["withholding"].work() as work:
        assert prune.prune(work) is False
    left = "SELECT string_agg(subject, ' ' ORDER BY subject) FROM outbox"
    assert quiet.sql(left, "withholding") == "fresh unsent"
    assert quiet.sql("SELECT count(*) FROM inbox", "withholding") == 1
    quiet.sql("DELETE FROM outbox", "withholding")


def test_inbox_outlives_what_may_be_replayed() -> None:
    assert prune.INBOX_DAYS > prune.PARKED_DAYS


def test_replay_of_what_the_inbox_may_have_forgotten_is_refused(quiet: LocalWorld) -> None:
    (event_id,) = quiet.tell(released(uuid4().hex, "switch never"))
    LocalBus(list(quiet.runtimes.values()), partial=True).run_until_idle()
    ages = "UPDATE local_delivery SET first_failed_at = now() - :days * interval '1 day'"
    quiet.sql(ages, days=prune.PARKED_DAYS)
    message = quiet.parked_of(event_id)
    with quiet.parked() as messages, pytest.raises(ValueError, match="republish the state"):
        messages.replay(message.id)
    assert quiet.parked_of(event_id) is not None


def test_frozen_base_tables_are_those_of_the_code(quiet: LocalWorld) -> None:
    url = quiet.runtimes["payments"].settings.database_url.get_secret_value()
    migrate.check(POSTER, url)
    assert create_base_tables_0001.__module__ == "chassis.base_tables"
