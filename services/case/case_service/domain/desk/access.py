"""Who of a case may come to the desk: its parties, each for himself."""

import re
from datetime import date
from typing import Final

from case_service.domain.model import Case

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADULTS: Final = frozenset({"alleged_father", "caretaker", "other_parent"})


def is_id(value: str) -> bool:
    """Whether a value can be an id of ours."""
    return _UUID.fullmatch(value) is not None


def parties(case: Case, on: date) -> frozenset[str]:
    """Return who is a party of a case on a day: obligor, obligee, and its adult members."""
    members = {
        m.participant_id
        for m in case.members
        if m.role in _ADULTS and (m.until is None or m.until >= on)
    }
    return frozenset({case.obligor_id, case.obligee_id} - {""} | members)
