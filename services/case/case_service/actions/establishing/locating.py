"""Locating a person: begin, ask sources, try again, come to an end; each with its clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from case_service.actions import clocks
from case_service.actions.changing import check_etag, lock_case
from case_service.actions.establishing.common import (
    day,
    law_of,
    names,
    refuse_closed,
    refuse_outsider,
    unfit,
)
from case_service.actions.recording import refuse, refuse_locations
from case_service.actions.telling import tell
from case_service.domain.establishing import locating as domain
from case_service.domain.establishing.household import may_owe
from case_service.domain.establishing.locate_checks import (
    inquiry_violations,
    location_violations,
)
from case_service.domain.model import Case, Violation
from case_service.store import locating as store
from chassis.errors import not_found
from chassis.ids import new_id
from chassis.runtime import Work

OVER = ("located", "ended")


def begin(work: Work, case_id: str, participant_id: str, needed_on: date | None) -> store.Stored:
    """Begin locating somebody; 75 days for all appropriate sources (45 CFR 303.3(b)(3)).

    A window runs beside: after its years in vain the case may be closed (303.11(b)(7)).
    """
    case = lock_case(work, case_id).case
    refuse_closed(case)
    on = day(work, "needed_on", needed_on)
    refuse_outsider(case, "participant_id", participant_id)
    if open_id := store.open_for(work.session, case_id, participant_id):
        raise unfit("this person is being located already; use that request", locate_id=open_id)
    request = domain.LocateRequest(
        locate_id=new_id(work.clock.now()),
        case_id=case_id,
        participant_id=participant_id,
        needed_on=on,
        state="searching",
        rounds=(domain.Round(1, domain.FIRST, on),),
    )
    # Where he was thought to be is of no use: the days for an order count from locating him.
    clocks.cancel(work, case_id, "establish_order", on, about_id=participant_id)
    for kind in ("locate", "closure_locate"):
        clocks.start(work, case_id, kind, on, about_id=request.locate_id)
    _tell(work, request, "locate_begun", on)
    return _save(work, request, 0)


def record_inquiries(
    work: Work,
    locate_id: str,
    inquiries: Sequence[domain.Inquiry],
    found: Sequence[tuple[str, domain.Location]],
    etag: str,
) -> store.Stored:
    """Record sources asked, answered or not appropriate, and the locations that they gave.

    When the last one was asked the attempt is over: its clock stops, the quarterly one runs.
    """
    before, case = _open(work, locate_id, etag)
    request = before.request
    refuse(inquiry_violations(request, inquiries, work.clock.today(), law_of(work)))
    refuse(location_violations(request, inquiries, found))
    for n, inquiry in enumerate(inquiries):
        refuse_locations(work, [case], f"inquiries[{n}].reason", inquiry.reason)
    number = request.round.number
    asked = {(i.round, i.source): i for i in request.inquiries}
    asked |= {(number, i.source): replace(i, round=number) for i in inquiries}
    request = replace(request, inquiries=tuple(asked.values()))
    today = work.clock.today()
    store.add_locations(
        work.session,
        work.keys,
        [
            store.Found(location, locate_id, request.participant_id, source, today)
            for source, location in found
        ],
    )
    sources = ", ".join(i.source.replace("_", " ") for i in inquiries)
    _tell(work, request, "locate_asked", today, sources=sources)
    if request.state == "searching" and domain.is_exhausted(request, law_of(work)):
        request = _exhausted(work, request, max(i.asked_on for i in inquiries))
    return _save(work, request, before.version)


def repeat(work: Work, locate_id: str, kind: str, on_date: date | None, etag: str) -> store.Stored:
    """Begin the next attempt: a quarter has passed, or there is new information.

    New information gives the whole 75 days anew (45 CFR 303.3(b)(5)).
    """
    before, _ = _open(work, locate_id, etag)
    request = before.request
    on = day(work, "begun_on", on_date)
    if kind not in {domain.AGAIN, domain.NEW_INFORMATION}:
        refuse([Violation("kind", "again (quarterly) or new information")])
    if kind == domain.AGAIN and request.state != "waiting":
        raise unfit("the present attempt is not over: ask its sources first")
    if on < request.round.begun_on:
        refuse([Violation("begun_on", f"{request.round.begun_on} or later")])
    if kind == domain.NEW_INFORMATION:
        clocks.cancel(work, request.case_id, "locate_again", on, about_id=locate_id)
        clocks.start(work, request.case_id, "locate", on, about_id=locate_id)
    following = domain.next_round(request.rounds, kind, on)
    request = replace(request, state="searching", rounds=(*request.rounds, following))
    why = "a quarter has passed" if kind == domain.AGAIN else "there is new information"
    _tell(work, request, "locate_repeated", on, why=why)
    return _save(work, request, before.version)


def conclude(
    work: Work, locate_id: str, *, located: bool, on_date: date | None, etag: str
) -> store.Stored:
    """Say that the person is located, which starts the 90 days for an order, or that it ended."""
    before, case = _open(work, locate_id, etag)
    request, case_id = before.request, case.case_id
    on = day(work, "on_date", on_date)
    if on < request.needed_on:
        refuse([Violation("on_date", f"{request.needed_on} or later")])
    if located:
        for kind in ("locate", "closure_locate"):
            clocks.stop(work, case_id, kind, on, about_id=locate_id)
        clocks.cancel(work, case_id, "locate_again", on, about_id=locate_id)
        if _needs_order(case, request.participant_id):
            about = request.participant_id
            clocks.start(work, case_id, "establish_order", on, about_id=about)
    else:
        for kind in ("locate", "locate_again", "closure_locate"):
            clocks.cancel(work, case_id, kind, on, about_id=locate_id)
    request = replace(
        request, state="located" if located else "ended", located_on=on if located else None
    )
    _tell(work, request, "located" if located else "locate_ended", on)
    return _save(work, request, before.version)


def _needs_order(case: Case, participant_id: str) -> bool:
    """An alleged father or who owes, in a case without an order (45 CFR 303.4(d))."""
    return not case.orders and participant_id in may_owe(case)


def _open(work: Work, locate_id: str, etag: str) -> tuple[store.Stored, Case]:
    """Return a request that is not over, and its case, which is locked before it."""
    case_id = store.case_of(work.session, locate_id)
    if not case_id:
        raise not_found("locate request", locate_id)
    case = lock_case(work, case_id).case
    refuse_closed(case)
    stored = store.lock(work.session, locate_id)
    if stored is None:
        raise not_found("locate request", locate_id)
    check_etag(stored.version, etag, "locate request")
    if stored.request.state in OVER:
        raise unfit("this request is over; begin another one", locate_id=locate_id)
    return stored, case


def _exhausted(work: Work, request: domain.LocateRequest, on: date) -> domain.LocateRequest:
    """Stop the attempt's clock; `locate_again` runs from it to the next attempt."""
    kind = "locate_again" if request.round.kind == domain.AGAIN else "locate"
    clocks.stop(work, request.case_id, kind, on, about_id=request.locate_id)
    if kind == "locate":
        clocks.start(work, request.case_id, "locate_again", on, about_id=request.locate_id)
    _tell(work, request, "locate_exhausted", on)
    done = replace(request.round, done_on=on)
    return replace(request, state="waiting", rounds=(*request.rounds[:-1], done))


def _save(work: Work, request: domain.LocateRequest, version: int) -> store.Stored:
    stored = store.Stored(request, version + 1)
    store.write(work.session, stored, work.caller.person, work.clock.now())
    return stored


def _tell(work: Work, request: domain.LocateRequest, kind: str, on: date, **said: str) -> None:
    called = names(work, request.participant_id)
    tell(
        work,
        request.case_id,
        kind,
        on=on,
        about_id=request.locate_id,
        citation="45 CFR 303.3(b)",
        whom=called.get(request.participant_id, ""),
        **said,
    )
