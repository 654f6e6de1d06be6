"""Who may learn where a person can be found: address, employer, phone, e-mail, school.

42 USC 654(26) asks for safeguards where the release of information may harm a party or a child.
Here the rule is wider than protection: the other side of a case never learns a location through
the platform, whether or not anybody has asked to be protected. Protection (the family violence
indicator) adds that a worker says why he looks, and that lifting it takes two people.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from case_service.domain.model import Case, Participant

_AT_HOME = frozenset({"caretaker"})
_OTHER_SIDE = frozenset({"alleged_father", "other_parent"})
_TELLING_CHARS = 6
_WITH_COUNTRY = 11


@dataclass(frozen=True, slots=True)
class Circle:
    """The people of one open case: who has the children, and who stands on the other side."""

    keepers: frozenset[str]
    others: frozenset[str]
    children: frozenset[str]


def circle(case: Case) -> Circle:
    """Return the people of a case by side."""
    present = [member for member in case.members if member.until is None]
    in_role = {
        role: frozenset(m.participant_id for m in present if m.role in role)
        for role in (_AT_HOME, _OTHER_SIDE, frozenset({"child"}))
    }
    return Circle(
        keepers=frozenset({case.obligee_id}) | in_role[_AT_HOME],
        others=frozenset({case.obligor_id} - {""}) | in_role[_OTHER_SIDE],
        children=in_role[frozenset({"child"})],
    )


def visible_to(participant_id: str, circles: Iterable[Circle]) -> tuple[str, ...]:
    """Return which participants may see where a person can be found, himself first.

    A grown-up: nobody else. A child: also those who have it, unless one of them stands on the
    other side of another case about the same child. `circles` are of its open cases.
    """
    about = [c for c in circles if participant_id in c.children]
    keepers = frozenset().union(*(c.keepers for c in about))
    others = frozenset().union(*(c.others for c in about))
    return (participant_id, *sorted(keepers - others - {participant_id}))


def may_see(viewer_id: str, participant_id: str, circles: Iterable[Circle]) -> bool:
    """Tell whether one participant may see where another can be found."""
    return viewer_id in visible_to(participant_id, circles)


def mentions(text: str, person: Participant) -> str:
    """Return which of a person's locations stands in a text that others read; empty: none."""
    digits = "".join(c for c in text if c.isdigit())
    employer = person.employer
    places = {
        "address": [a.line1 for a in (person.address,) if a],
        "employer": [employer.name] if employer else [],
        "e-mail": [person.email],
        "school": [person.school],
    }
    if employer and employer.address:
        places["employer"].append(employer.address.line1)
    for what, values in places.items():
        if any(_stands_in(value, text) for value in values):
            return what
    phones = [person.phone, employer.phone if employer else ""]
    return "phone" if any(p and _national(p) in digits for p in phones) else ""


def _stands_in(value: str, text: str) -> bool:
    """However it is spaced and marked; what is short stands in other words too (UPS in groups)."""
    said = _plain(value)
    if len(said) >= _TELLING_CHARS:
        return said in _plain(text)
    return bool(said) and f" {_words(value)} " in f" {_words(text)} "


def _national(phone: str) -> str:
    """Return a number's digits without this country's code, which hardly anybody writes."""
    digits = phone.removeprefix("+")
    return digits[1:] if len(digits) == _WITH_COUNTRY and digits.startswith("1") else digits


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
