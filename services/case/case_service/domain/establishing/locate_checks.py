"""What the answers of locate sources must be."""

from collections.abc import Iterator, Sequence
from datetime import date

from case_service.domain.establishing.locating import (
    Inquiry,
    LocateRequest,
    Location,
    known_sources,
)
from case_service.domain.model import Violation
from policy import Policy

INQUIRIES_ITEMS_MAX = 100


def inquiry_violations(
    request: LocateRequest, inquiries: Sequence[Inquiry], today: date, law: Policy
) -> Iterator[Violation]:
    """What is wrong with sources that were asked in the present attempt."""
    known = known_sources(today, law)
    if not 0 < len(inquiries) <= INQUIRIES_ITEMS_MAX:
        yield Violation("inquiries", f"1 to {INQUIRIES_ITEMS_MAX} sources")
    if len({i.source for i in inquiries}) != len(inquiries):
        yield Violation("inquiries", "each source once")
    for n, inquiry in enumerate(inquiries):
        path = f"inquiries[{n}]"
        if inquiry.source not in known:
            yield Violation(f"{path}.source", f"one of {', '.join(known)}")
        if not request.round.begun_on <= inquiry.asked_on <= today:
            yield Violation(f"{path}.asked_on", f"from {request.round.begun_on} to {today}")
        yield from _answer_violations(path, inquiry, today)


def _answer_violations(path: str, inquiry: Inquiry, today: date) -> Iterator[Violation]:
    answered = inquiry.answered_on
    if answered and not inquiry.asked_on <= answered <= today:
        yield Violation(f"{path}.answered_on", f"from the day of asking to {today}")
    if bool(answered) != (inquiry.outcome in {"found", "nothing"}):
        yield Violation(f"{path}.outcome", "found or nothing exactly when it answered, and the day")
    if inquiry.outcome == "not_appropriate" and not inquiry.reason.strip():
        yield Violation(f"{path}.reason", "why it is not appropriate")


def location_violations(
    request: LocateRequest,
    inquiries: Sequence[Inquiry],
    found: Sequence[tuple[str, Location]],
) -> Iterator[Violation]:
    """What is wrong with locations, each beside the source that found it."""
    finders = {i.source for i in (*inquiries, *request.inquiries) if i.outcome == "found"}
    if len(found) > INQUIRIES_ITEMS_MAX:
        yield Violation("locations", f"{INQUIRIES_ITEMS_MAX} at the most")
    for n, (source, location) in enumerate(found):
        path = f"locations[{n}]"
        if not location.kind:
            yield Violation(f"{path}.kind", "what is there")
        if source not in finders:
            yield Violation(f"{path}.source", "a source that found something")
        if not any((location.line1, location.name, location.value)):
            yield Violation(path, "an address, a name or a value")
