"""A platform of processes that things happen to; each test begins at the beginning."""

from collections.abc import Callable, Iterator, Mapping

import books as books_of
import pytest
from days import Day, Host
from disturbing import SETTLE_SECONDS, Disturbed
from resetting import reset

from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from launcher.clients import Clients
from launcher.cluster import ProcessPlatform
from launcher.day import BUSINESS_DATE


@pytest.fixture
def disturbed(process_day: Day, process_host: Host) -> Iterator[Disturbed]:
    """A day to disturb. `process_day` first: it is the undisturbed one."""
    assert isinstance(process_host.platform, ProcessPlatform)
    assert process_host.postgres is not None
    process_host.platform.settle(SETTLE_SECONDS)
    reset(process_host.platform, process_host.postgres)
    yield Disturbed(process_host, process_host.platform)
    for left in (process_host.platform.root / "faults").iterdir():
        left.unlink()
    process_host.platform.settle(SETTLE_SECONDS)


@pytest.fixture
def all_is_well(disturbed: Disturbed, process_day: Day) -> Callable[[], None]:
    """What must hold after every fault."""

    def check(*, parked: Mapping[str, int] | None = None) -> None:
        books = books_of.read(disturbed.host.runtimes)
        different = books_of.differences(process_day.books, books)
        assert not different, "\n".join(different)
        assert books_of.disagreements(books) == []
        clients = Clients(disturbed.addresses, disturbed.administrator)
        try:
            totals = clients.ledger.GetTotals(payments_pb.GetTotalsRequest(), timeout=30)
        finally:
            clients.close()
        assert totals.balanced
        assert list(totals.findings) == []
        verified = disturbed.run_job("payments", "verify", BUSINESS_DATE)
        assert verified["findings"] == 0
        waiting = {q: n for q, n in disturbed.parked().items() if q != "archive"}
        assert waiting == (parked or {})

    return check
