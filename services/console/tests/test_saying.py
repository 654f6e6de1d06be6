"""What a worker reads of a day: color and words, at the edges."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pydantic import SecretStr
from starlette.requests import Request

from console_service import saying
from console_service.service import build_site
from console_service.settings import ConsoleSettings
from console_service.worklist.filters import Filters, worker_key
from web.visit import Visit

NOWHERE = "127.0.0.1:1"
TODAY = date(2026, 4, 8)


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    settings = ConsoleSettings.from_environment(
        "console",
        client_id="console",
        client_secret=SecretStr("none"),
        identity_grpc_target=NOWHERE,
        case_grpc_target=NOWHERE,
        payments_grpc_target=NOWHERE,
        notification_grpc_target=NOWHERE,
        due_soon_days=5,
    )
    site = build_site(settings)
    spanish = (b"accept-language", b"es")
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [spanish],
    }
    yield site.visit(Request(scope))
    site.backends.close()


@pytest.mark.parametrize(
    ("days", "color", "words"),
    [
        (-2, "red", "Overdue by 2 days"),
        (-1, "red", "Overdue by 1 day"),
        (0, "amber", "Due today"),
        (1, "amber", "Due in 1 day"),
        (5, "amber", "Due in 5 days"),
        (6, "green", "Due in 6 days"),
    ],
)
def test_a_day_is_told_in_words_and_color(visit: Visit, days: int, color: str, words: str) -> None:
    """The last day in time is not red; WCAG 1.4.1: never color alone. English whoever asks."""
    assert saying.due(visit, TODAY + timedelta(days=days), TODAY) == (color, words)


def test_without_a_day_nothing_is_told(visit: Visit) -> None:
    assert saying.due(visit, None, TODAY) == ("", "")


def test_an_address_names_no_worker() -> None:
    """ASVS 5.0 14.2.1."""
    query = Filters(who="worker", office="21073", kind="QUES", worker="dana.reyes").query
    assert "dana" not in query
    assert worker_key("dana.reyes") in query
