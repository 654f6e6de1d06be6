"""What the rooms of establishing share: refusals, days, names, who is in a case."""

from collections.abc import Mapping
from datetime import date

from case_service.actions.recording import refuse
from case_service.domain.imports import parties_of
from case_service.domain.model import Case, Violation
from case_service.store import participants
from chassis.errors import PlatformError
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from policy import Policy, load


def law_of(work: Work) -> Policy:
    """Return the law of the State that this service runs for."""
    return load(work.settings.jurisdiction)


def unfit(sentence: str, **about: str) -> PlatformError:
    """Return the error for what does not fit the present state; the sentence says what to do."""
    return PlatformError(
        ErrorReason.ERROR_REASON_FAILED_PRECONDITION, sentence, metadata=dict(about)
    )


def refuse_unfit(sentence: str, **about: str) -> None:
    """Raise FAILED_PRECONDITION with a sentence; an empty one fits."""
    if sentence:
        raise unfit(sentence, **about)


def day(work: Work, field: str, said: date | None, *, required: bool = False) -> date:
    """Return a day that something happened on: today if unsaid, and never a later one."""
    today = work.clock.today()
    if said is None and required:
        refuse([Violation(field, "the day must be said")])
    if said is not None and said > today:
        refuse([Violation(field, f"{today} at the latest: it is about what has happened")])
    return said or today


def names(work: Work, *ids: str) -> Mapping[str, str]:
    """Return what participants are called, by id."""
    found = participants.read(work.session, work.keys, sorted({one for one in ids if one}))
    people = [s.participant for s in found]
    return {p.participant_id: f"{p.first_name} {p.last_name}".strip() for p in people}


def refuse_strangers(work: Work, **fields: str) -> None:
    """Refuse fields that name nobody, or nobody who is recorded."""
    known = participants.existing_ids(work.session, [one for one in fields.values() if one])
    refuse(
        Violation(field, "the id of a recorded participant")
        for field, one in fields.items()
        if one not in known
    )


def refuse_outsider(case: Case, field: str, participant_id: str) -> None:
    """Refuse somebody who is not in the case."""
    if not participant_id or participant_id not in set(parties_of(case)):
        refuse([Violation(field, "somebody of this case")])


def refuse_closed(case: Case) -> None:
    """Refuse work on a closed case."""
    if case.status == "closed":
        raise unfit("the case is closed; reopen it first", case_id=case.case_id)
