"""The audit answers who asked for whose data (ASVS 5.0 16.2.1), and says who searched it."""

from datetime import timedelta
from typing import Any

import pytest
from console_world import SUPERVISOR, Console
from portal_world import JANE, JOHN

from chassis.dates import from_instant
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1.worker_service_pb2 import WORKER_ROLE_AUDITOR


@pytest.fixture
def console(portal: Any) -> Console:
    """A supervisor asked about Jane and John; somebody was refused."""
    made = Console(portal)
    portal.know()
    boss = made.worker("ann.boss", SUPERVISOR)
    calls = made.as_worker(boss.log_in().session_token)
    for participant_id in (JANE, JOHN):
        made.call("GetPortalAccess", participant_id=participant_id, **calls)
    made.refused("RevokeAccess", participant_id=JANE, reason="", **calls)
    return made


def found(console: Console, **sought: Any) -> list[tuple[str, str, str]]:
    records = console.call("ListAuditRecords", **sought).records
    return [(one.caller, one.method.rpartition("/")[2], one.outcome) for one in records]


def test_by_caller_subject_method_time_and_refusal(console: Console) -> None:
    asked = ("admin/ann.boss", "GetPortalAccess", "OK")
    refusal = ("admin/ann.boss", "RevokeAccess", "INVALID_FIELD")
    assert found(console, caller="ann.boss") == [refusal, asked, asked]
    assert found(console, caller="admin/ann.boss", method="GetPortalAccess") == [asked, asked]
    # The search itself names the client alone.
    everything = found(console, caller="admin")
    assert everything[0] == ("admin", "ListAuditRecords", "OK")
    assert refusal in everything
    assert found(console, subject=JOHN) == [asked]
    assert found(console, subject=JANE, refused=True) == [refusal]
    for like in ("ann_boss", "%", "boss", JANE[:8]):
        assert found(console, caller=like) == []
        assert found(console, subject=like) == []
    now = console.portal.runtime.clock.now()
    later = from_instant(now + timedelta(minutes=1))
    assert found(console, caller="ann.boss", since_time=later) == []
    assert len(found(console, caller="ann.boss", until_time=later)) == 3


def test_in_pages_of_one_search(console: Console) -> None:
    first = console.call("ListAuditRecords", caller="ann.boss", page_size=2)
    rest = console.call(
        "ListAuditRecords", caller="ann.boss", page_size=2, page_token=first.next_page_token
    )
    numbers = [one.record_number for one in (*first.records, *rest.records)]
    assert numbers == sorted(numbers, reverse=True)
    assert (len(first.records), len(rest.records), rest.next_page_token) == (2, 1, "")
    other = console.refused("ListAuditRecords", page_token=first.next_page_token)
    assert other.metadata["field"] == "page_token"


def test_a_supervisor_does_not_read_the_audit_and_an_auditor_writes_nothing(
    console: Console,
) -> None:
    boss = console.make("lee.boss", SUPERVISOR)
    boss_calls = console.set_up(boss.worker_id, console.link()).log_in().session_token
    denied = console.refused("ListAuditRecords", **console.as_worker(boss_calls))
    assert denied.reason == ErrorReason.ERROR_REASON_PERMISSION_DENIED
    eve = console.worker("eve.auditor", WORKER_ROLE_AUDITOR).log_in().session_token
    assert console.call("ListAuditRecords", **console.as_worker(eve)).records
    writes = console.refused("StartReset", participant_id=JANE, **console.as_worker(eve))
    assert writes.reason == ErrorReason.ERROR_REASON_PERMISSION_DENIED
