"""What ends with somebody's part in a case, and goes on when he comes back into it.

A man whom a test excludes, or beside whom another is found to be the father, is not to be located,
served or ordered to pay in that case any more: the time limits for it end. The petition against him
stays until the court has disposed of it.
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from case_service.actions import clocks
from case_service.actions.known_places import ORDER, begin_orders
from case_service.actions.telling import tell
from case_service.domain.establishing import locating
from case_service.domain.establishing.household import may_owe, present
from case_service.domain.model import Case
from case_service.store import locating as requests
from case_service.store import participants, serving
from chassis.runtime import Work

LOCATING = (
    "locate",
    "locate_again",
    "closure_locate",
    "closure_locate_little_known",
    "closure_locate_unverified_ssn",
)
EXPEDITED = ("expedited_six_months", "expedited_twelve_months")
DEFAULT = "default_answer"


def follow(work: Work, before: Case, after: Case) -> None:
    """Let the clocks about people follow who left a case and who came back."""
    if gone := present(before) - present(after):
        _end_locating(work, after, gone)
    out = may_owe(before) - may_owe(after)
    if out:
        _cancel(work, after, out)
    back = may_owe(after) - may_owe(before)
    if back and before.status == after.status == "open":
        _resume(work, before, after, back)


def _end_locating(work: Work, case: Case, gone: AbstractSet[str]) -> None:
    today = work.clock.today()
    for participant_id in sorted(gone):
        locate_id = requests.open_for(work.session, case.case_id, participant_id)
        stored = requests.lock(work.session, locate_id) if locate_id else None
        if stored is None:
            continue
        for kind in LOCATING:
            clocks.cancel(work, case.case_id, kind, today, about_id=locate_id)
        request = replace(stored.request, state="ended")
        after = requests.Stored(request, stored.version + 1)
        requests.write(work.session, after, work.caller.person, work.clock.now())
        _tell_ended(work, request)


def _tell_ended(work: Work, request: locating.LocateRequest) -> None:
    found = participants.read(work.session, work.keys, [request.participant_id])
    name = " ".join(f"{s.participant.first_name} {s.participant.last_name}" for s in found)
    tell(work, request.case_id, "locate_left", about_id=request.locate_id, whom=name.strip())


def _cancel(work: Work, case: Case, out: AbstractSet[str]) -> None:
    today = work.clock.today()
    for participant_id in sorted(out):
        clocks.cancel(work, case.case_id, ORDER, today, about_id=participant_id)
    known = serving.read(work.session, work.keys, serving.ids(work.session, case.case_id))
    for process in (stored.process for stored in known):
        if process.participant_id in out:
            for kind in (*EXPEDITED, DEFAULT):
                clocks.cancel(work, case.case_id, kind, today, about_id=process.process_id)


def _resume(work: Work, before: Case, case: Case, back: AbstractSet[str]) -> None:
    """Let run on, from its first day, what was taken back; what was done by then stays done."""
    if not case.orders:
        located = requests.located(work.session, case.case_id, sorted(back))
        for participant_id, located_on in located.items():
            clocks.start(work, case.case_id, ORDER, located_on, about_id=participant_id)
        first = {m.participant_id: m.since for m in before.members if m.since}
        today = work.clock.today()
        begin_orders(work, case, {man: first.get(man, today) for man in back - set(located)})
    known = serving.read(work.session, work.keys, serving.ids(work.session, case.case_id))
    for process in (stored.process for stored in known):
        if process.participant_id not in back or process.served_on is None:
            continue
        kinds = {"served": (*EXPEDITED, DEFAULT), "answered": EXPEDITED}.get(process.state, ())
        for kind in kinds:
            about_id = process.process_id
            clocks.resume(work, case.case_id, kind, process.served_on, about_id=about_id)
