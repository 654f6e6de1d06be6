"""Changing what is recorded of a participant, field by field."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from case_service.actions.changing import check_etag
from case_service.actions.recording import change_participant, lock_participant, refuse
from case_service.actions.telling import tell
from case_service.domain.model import Participant, Violation
from case_service.store import parties as store
from case_service.store.participants import Stored
from chassis.runtime import Work

FIELDS = (
    "first_name",
    "last_name",
    "birth_date",
    "ssn",
    "address",
    "email",
    "email_notices",
    "language",
    "phone",
    "employer",
    "school",
    "sex",
    "died_on",
    "preferred_contact",
)
_ELSEWHERE = {
    "bank_account": "takes two people: RecordAccountChange, then AcceptChange by another worker",
    "protected": "is changed by SetProtection and LiftProtection",
    "participant_number": "never changes",
    "participant_id": "never changes",
}


def update_participant(work: Work, new: Participant, fields: Collection[str], etag: str) -> Stored:
    """Take the named fields of `new`; the history says which, and not what is in them."""
    refuse(_mask_violations(fields))
    if "ssn" in fields:
        # Before the participant, as when a case is opened: else the two could wait for each other.
        store.lock_recording(work.session)
    before = lock_participant(work, new.participant_id)
    check_etag(before.version, etag, "participant")
    after = replace(before.participant, **{name: getattr(new, name) for name in fields})
    stored = change_participant(work, before, after)
    if stored.version != before.version:
        for case_id in store.open_case_ids(work.session, [new.participant_id]):
            tell(
                work,
                case_id,
                "participant_changed",
                about_id=new.participant_id,
                name=f"{after.first_name} {after.last_name}".strip(),
                fields=", ".join(_changed(before.participant, after)),
            )
    return stored


def _mask_violations(fields: Collection[str]) -> Iterator[Violation]:
    if not fields:
        yield Violation("update_mask", f"at least one of {', '.join(FIELDS)}")
    for name in fields:
        if name in _ELSEWHERE:
            yield Violation("update_mask", f"{name} {_ELSEWHERE[name]}")
        elif name not in FIELDS:
            yield Violation("update_mask", f"{name} is not one of {', '.join(FIELDS)}")


def _changed(before: Participant, after: Participant) -> list[str]:
    names = (name for name in FIELDS if getattr(before, name) != getattr(after, name))
    return [name.replace("_", " ") for name in names]
