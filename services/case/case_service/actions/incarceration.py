"""Learning that somebody is incarcerated: what is told, and that the obligation goes on."""

from dataclasses import replace
from datetime import date

import policy
from case_service.actions.changing import check_etag
from case_service.actions.review_rights import GOES_ON, NOT_KNOWN, tell_of_incarceration
from case_service.actions.telling import tell
from case_service.domain.reviews import runs_beyond_length
from case_service.store import incarcerations, participants
from case_service.store.incarcerations import Incarceration
from chassis.errors import not_found
from chassis.ids import new_id
from chassis.runtime import Work


def learn(work: Work, given: Incarceration, etag: str) -> tuple[Incarceration, list[str]]:
    """Record an incarceration, or what is newly known of it; returns it and the cases told.

    Beyond the federal length both parents are told at once, well within the fifteen business days
    from learning (45 CFR 303.8(b)(7)(ii)). Nothing is imputed, and nothing ends by it.
    """
    one = _changed(work, given, etag) if given.incarceration_id else _added(work, given)
    _write_history(work, one)
    today, law = work.clock.today(), policy.load(work.settings.jurisdiction)
    until = one.released_on or one.expected_until
    if one.told_on or until is None or until < today:
        return one, []
    if not runs_beyond_length(one.since, until, law, today):
        return one, []
    return tell_parents(work, one, given.learned_on)


def tell_parents(
    work: Work, one: Incarceration, learned_on: date
) -> tuple[Incarceration, list[str]]:
    """Tell the parents of every case that it touches, once."""
    told = tell_of_incarceration(work, one, learned_on)
    if not told:
        return one, []
    return incarcerations.save(work.session, replace(one, told_on=work.clock.today())), told


def _added(work: Work, given: Incarceration) -> Incarceration:
    if not participants.existing_ids(work.session, [given.participant_id]):
        raise not_found("participant", given.participant_id)
    one = replace(given, incarceration_id=new_id(), recorded_by=work.caller.person)
    incarcerations.add(work.session, one)
    return one


def _changed(work: Work, given: Incarceration, etag: str) -> Incarceration:
    before = incarcerations.lock(work.session, given.incarceration_id)
    if before is None or before.participant_id != given.participant_id:
        raise not_found("incarceration", given.incarceration_id)
    check_etag(before.version, etag, "incarceration")
    after = replace(
        before,
        since=given.since,
        expected_until=given.expected_until,
        released_on=given.released_on,
    )
    return incarcerations.save(work.session, after)


def _write_history(work: Work, one: Incarceration) -> None:
    today = work.clock.today()
    for case_id in incarcerations.cases_that_owe(work.session, one.participant_id, today):
        if one.released_on:
            tell(
                work,
                case_id,
                "incarceration_ended",
                on=one.released_on,
                about_id=one.incarceration_id,
            )
            continue
        tell(
            work,
            case_id,
            "incarceration_learned",
            about_id=one.incarceration_id,
            citation=GOES_ON,
            since=one.since.isoformat(),
            until=one.expected_until.isoformat() if one.expected_until else NOT_KNOWN,
        )
