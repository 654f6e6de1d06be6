"""Taking a location that was found as a person's own, as a worker does who has verified it."""

from case_service.actions.establishing.common import names, refuse_closed, unfit
from case_service.actions.recording import lock_participant
from case_service.actions.telling import tell
from case_service.actions.updating import update_participant
from case_service.domain.establishing import adopting as domain
from case_service.domain.establishing.household import present
from case_service.store import cases, participants
from case_service.store import locating as store
from chassis.errors import not_found
from chassis.runtime import Work


def adopt(work: Work, location_id: str, etag: str) -> participants.Stored:
    """Make a location what is recorded of its person, sealed like everything that locates.

    The history says that it was done and which source gave it, never what it is.
    """
    known = store.location(work.session, work.keys, location_id)
    if known is None:
        raise not_found("location", location_id)
    case_id, found = known
    case = cases.read(work.session, [case_id])[0].case
    refuse_closed(case)
    if found.participant_id not in present(case):
        raise unfit("the person has no part in the case any more", case_id=case_id)
    if sentence := domain.why_not(found.location):
        raise unfit(sentence, location_id=location_id)
    before = lock_participant(work, found.participant_id)
    person = domain.adopted(before.participant, found.location)
    field = domain.FIELDS[found.location.kind]
    stored = update_participant(work, person, [field], etag)
    if stored.version != before.version:
        tell(
            work,
            case_id,
            "location_adopted",
            about_id=found.participant_id,
            whom=names(work, found.participant_id).get(found.participant_id, ""),
            what=field,
            source=found.source.replace("_", " "),
        )
    return stored
