"""A case as one of its parties sees it: his part, the other side by name, the children."""

from typing import Final

from case_service.domain.model import Case
from case_service.domain.protection import circle

OBLIGOR: Final = "obligor"
OBLIGEE: Final = "obligee"
OTHER: Final = "other"


def role_in(case: Case, participant_id: str) -> str:
    """Return what a party of a case is in it."""
    if participant_id == case.obligor_id:
        return OBLIGOR
    return OBLIGEE if participant_id == case.obligee_id else OTHER


def other_side(case: Case, participant_id: str) -> str:
    """Return who stands on the other side of a party; empty: nobody, or not known.

    The parent who neither owes nor is owed stands on no side.
    """
    if participant_id == case.obligor_id:
        return case.obligee_id
    people = circle(case)
    if participant_id in people.keepers:
        return case.obligor_id
    alleged = {m.participant_id for m in case.members if m.role == "alleged_father"}
    return case.obligee_id if participant_id in alleged else ""


def has_children(case: Case, participant_id: str) -> bool:
    """Tell whether a party has the children, and so is told more of them than their given names."""
    return participant_id in circle(case).keepers
