"""Recording what a child's paternity stands on, each with the rules that let it be recorded."""

from datetime import date

from case_service.actions import clocks
from case_service.actions.establishing.common import (
    day,
    law_of,
    names,
    refuse_strangers,
    refuse_unfit,
    unfit,
)
from case_service.actions.establishing.following import settle
from case_service.actions.establishing.parentage import Opened, View, add
from case_service.actions.notices import notify
from case_service.actions.recording import refuse, refuse_locations
from case_service.actions.telling import tell
from case_service.domain.establishing import facts, rescission
from case_service.domain.establishing.household import with_alleged
from case_service.domain.establishing.paternity import acknowledgment_of
from case_service.domain.model import Violation
from case_service.domain.notices import Notice
from chassis.errors import not_found
from chassis.runtime import Work

Recorded = tuple[facts.Recorded, View]
"""A fact that was added, and what stands now."""


def name_mother(work: Work, opened: Opened, mother_id: str) -> Recorded:
    """Say who bore a child."""
    refuse_strangers(work, mother_id=mother_id)
    added = add(work, opened, facts.Mother(mother_id), work.clock.today())
    _tell(work, opened, added, "mother_named", mother=mother_id)
    return added, settle(work, opened)


def name_alleged_father(
    work: Work, opened: Opened, father_id: str, on_date: date | None
) -> Recorded:
    """Say that a man may be the father of a child; he becomes a member of the case."""
    on = day(work, "on_date", on_date)
    refuse_strangers(work, father_id=father_id)
    _refuse_same(opened, father_id, "father_id")
    added = add(work, opened, facts.Alleged(father_id), on)
    _tell(work, opened, added, "alleged_father_named", father=father_id)
    return added, settle(work, opened, with_alleged(opened.case, father_id, on))


def record_marriage(work: Work, opened: Opened, marriage: facts.Marriage) -> Recorded:
    """Record the mother's marriage (KRS 406.011)."""
    on = day(work, "married_on", marriage.married_on)
    refuse_strangers(work, husband_id=marriage.husband_id, wife_id=marriage.wife_id)
    if marriage.ended_on is not None:
        day(work, "ended_on", marriage.ended_on)
        if marriage.ended_on < on:
            refuse([Violation("ended_on", f"{on} or later: the marriage begins then")])
    if marriage.husband_id == marriage.wife_id:
        refuse([Violation("husband_id", "another person than the wife")])
    if opened.view.child.birth_date is None:
        raise unfit("record the child's date of birth first: the presumption is counted from it")
    added = add(work, opened, marriage, on)
    _tell(
        work,
        opened,
        added,
        "marriage_recorded",
        said={"married_on": str(on), "ended_on": str(marriage.ended_on or "today")},
        husband=marriage.husband_id,
        wife=marriage.wife_id,
    )
    return added, settle(work, opened)


def record_acknowledgment(work: Work, opened: Opened, signed: facts.Acknowledgment) -> Recorded:
    """Record an acknowledgment that both have signed; its time to be taken back begins."""
    refuse_strangers(work, mother_id=signed.mother_id, father_id=signed.father_id)
    for field in ("mother_signed_on", "father_signed_on"):
        day(work, field, getattr(signed, field), required=True)
    _refuse_same(opened, signed.father_id, "father_id")
    if signed.father_id == signed.mother_id:
        refuse([Violation("father_id", "another person than the mother")])
    before = opened.view.standing
    if before.status == "adjudicated":
        raise unfit("paternity was determined already; a court can change that, a paper cannot")
    if before.acknowledgment_id:
        raise unfit("paternity is acknowledged already; it must be taken back or set aside first")
    added = add(work, opened, signed, signed.completed_on)
    known = [*opened.view.recorded, added]
    law = law_of(work)
    until = max(rescission.last_day(signed, one, known, law) for one in signed.signatories)
    case_id = opened.case.case_id
    clocks.start(work, case_id, "rescission", signed.completed_on, about_id=added.fact_id)
    _tell(
        work,
        opened,
        added,
        "acknowledgment_recorded",
        said={"signed_on": str(signed.completed_on), "until": str(until)},
        mother=signed.mother_id,
        father=signed.father_id,
    )
    view = settle(work, opened)
    for one in signed.signatories:
        if one in {view.case.obligor_id, view.case.obligee_id}:
            notice = Notice("acknowledgment_recorded", added.fact_id, answer_by=until)
            notify(work, view.case, one, notice)
    return added, view


def rescind(
    work: Work, opened: Opened, acknowledgment_id: str, by_id: str, on_date: date | None
) -> Recorded:
    """Take an acknowledgment back, within 60 days or before an earlier proceeding."""
    on = day(work, "rescinded_on", on_date)
    signed = _acknowledgment(opened, acknowledgment_id)
    recorded = facts.valid(opened.view.recorded)
    refuse_unfit(rescission.why_not_rescind(signed, by_id, on, recorded, law_of(work)))
    added = add(work, opened, facts.Rescission(acknowledgment_id, by_id), on)
    clocks.stop(work, opened.case.case_id, "rescission", on, about_id=acknowledgment_id)
    _tell(work, opened, added, "acknowledgment_rescinded", whom=by_id)
    view = settle(work, opened)
    for one in signed.signatories:
        if one in {view.case.obligor_id, view.case.obligee_id}:
            notify(work, view.case, one, Notice("acknowledgment_rescinded", added.fact_id))
    return added, view


def challenge(work: Work, opened: Opened, said: facts.Challenge, on_date: date | None) -> Recorded:
    """Record that a court is asked to set an acknowledgment aside."""
    on = day(work, "filed_on", on_date)
    refuse_strangers(work, participant_id=said.by_id)
    signed = _acknowledgment(opened, said.acknowledgment_id)
    grounds = law_of(work).codes(rescission.GROUNDS, on)
    if said.ground not in grounds:
        refuse([Violation("ground", f"one of {', '.join(grounds)}")])
    recorded = facts.valid(opened.view.recorded)
    refuse_unfit(rescission.why_not_challenge(signed, said.by_id, on, recorded, law_of(work)))
    added = add(work, opened, said, on)
    ground = said.ground.replace("_", " ")
    _tell(
        work, opened, added, "acknowledgment_challenged", said={"ground": ground}, whom=said.by_id
    )
    return added, settle(work, opened)


def record_proceeding(
    work: Work, opened: Opened, party_ids: tuple[str, ...], on_date: date | None
) -> Recorded:
    """Record a proceeding about a child; it ends its parties' time to take an acknowledgment back.

    The clock of an acknowledgment whose signatories were all parties in it stops.
    """
    on = day(work, "on_date", on_date, required=True)
    if not party_ids:
        refuse([Violation("party_ids", "who was a party in it")])
    refuse_strangers(work, **{f"party_ids[{n}]": one for n, one in enumerate(party_ids)})
    added = add(work, opened, facts.Proceeding(party_ids), on)
    _tell(work, opened, added, "paternity_proceeding")
    stop_rescission(work, opened.view, [*opened.view.recorded, added], on)
    return added, settle(work, opened)


def stop_rescission(work: Work, view: View, recorded: list[facts.Recorded], on: date) -> None:
    """Stop the clock of an acknowledgment that nobody can take back any more after a day."""
    acknowledgment_id = view.standing.acknowledgment_id
    signed = acknowledgment_of(recorded, acknowledgment_id)
    if signed is None:
        return
    law = law_of(work)
    valid = facts.valid(recorded)
    if all(rescission.last_day(signed, one, valid, law) < on for one in signed.signatories):
        clocks.stop(work, view.case.case_id, "rescission", on, about_id=acknowledgment_id)


def decide_pursuit(work: Work, opened: Opened, ground: str) -> Recorded:
    """Record that paternity is not pursued, on a ground of 45 CFR 303.5(b), or is again."""
    today = work.clock.today()
    grounds = law_of(work).codes("paternity.not_pursued", today)
    if ground and ground not in grounds:
        refuse([Violation("decision", f"one of {', '.join(grounds)}, or taken up again")])
    if not ground and opened.view.standing.status != "not_pursued":
        raise unfit("paternity is pursued: there is nothing to take up again")
    added = add(work, opened, facts.NotPursued(ground), today)
    kind = "paternity_not_pursued" if ground else "paternity_taken_up"
    _tell(work, opened, added, kind, said={"ground": ground.replace("_", " ")})
    return added, settle(work, opened)


def withdraw(work: Work, opened: Opened, fact_id: str, reason: str) -> Recorded:
    """Take back a fact that was recorded in error; it stays on record as withdrawn."""
    if not reason.strip():
        refuse([Violation("reason", "why it was an error")])
    refuse_locations(work, [opened.case], "reason", reason)
    named = [r for r in facts.valid(opened.view.recorded) if r.fact_id == fact_id]
    if not named:
        raise not_found("fact", fact_id)
    added = add(work, opened, facts.Withdrawal(fact_id, reason), work.clock.today())
    if isinstance(named[0].fact, facts.Acknowledgment):
        today = work.clock.today()
        clocks.cancel(work, named[0].case_id, "rescission", today, about_id=fact_id)
    what = type(named[0].fact).__name__
    _tell(work, opened, added, "paternity_fact_withdrawn", said={"what": what, "reason": reason})
    return added, settle(work, opened)


def _acknowledgment(opened: Opened, acknowledgment_id: str) -> facts.Acknowledgment:
    signed = acknowledgment_of(opened.view.recorded, acknowledgment_id)
    if signed is None:
        raise not_found("acknowledgment", acknowledgment_id)
    return signed


def _refuse_same(opened: Opened, father_id: str, field: str) -> None:
    if father_id in {opened.child_id, opened.view.standing.mother_id}:
        refuse([Violation(field, "another person than the child and the mother")])


def _tell(
    work: Work,
    opened: Opened,
    added: facts.Recorded,
    kind: str,
    *,
    said: dict[str, str] | None = None,
    **people: str,
) -> None:
    """Tell what was recorded, naming the child and who is in it."""
    called = names(work, opened.child_id, *people.values())
    tell(
        work,
        opened.case.case_id,
        kind,
        on=added.on_date,
        about_id=added.fact_id,
        **{role: called.get(one, "") for role, one in people.items()},
        **(said or {}),
        child=called.get(opened.child_id, ""),
    )
