"""Who of an application becomes what in the case, and with what is known of them."""

from dataclasses import dataclass

from case_service.domain.applications import (
    WITHOUT_CHILD,
    Applicant,
    Child,
    Content,
    OtherParent,
    is_protected,
)
from case_service.domain.model import Employer, Participant, Violation


@dataclass(frozen=True, slots=True)
class Parts:
    """Who stands opposite the applicant (place among the other parents), and who beside them."""

    applicant_has_child: bool
    opposite: int | None
    """None: nobody knows yet who owes, there are alleged fathers only."""
    beside: tuple[tuple[int, str], ...]


def parts_of(content: Content, owing_parent: int) -> Parts | Violation:
    """Return the parts of a case, or what keeps it from being clear.

    `owing_parent` is the place from 1 of the other parent who stands opposite; 0: it is clear.
    """
    others = content.other_parents
    certain = [place for place, one in enumerate(others) if not one.alleged_father]
    has_child = content.applicant.relationship != WITHOUT_CHILD
    opposite: int | None
    if owing_parent:
        if owing_parent > len(others):
            return Violation("owing_parent", f"1 to {len(others)}: a place in other_parents")
        opposite = owing_parent - 1
    elif len(certain) > 1:
        return Violation(
            "owing_parent", "which other parent this case is with; open another for the other one"
        )
    else:
        opposite = certain[0] if certain else None
    if opposite is None and not has_child:
        return Violation("owing_parent", "the parent who has the children must be known")
    beside = tuple(
        (place, "alleged_father" if one.alleged_father and has_child else "other_parent")
        for place, one in enumerate(others)
        if place != opposite
    )
    return Parts(has_child, opposite, beside)


def applicant(content: Content) -> Participant:
    """Return the participant that an applicant becomes, protected when there is danger."""
    one = content.applicant
    works = [work for work in content.employments if work.employer.strip()]
    return _participant(
        one,
        protected=is_protected(content),
        language=one.language or "en",
        employer=Employer(works[0].employer.strip(), phone=works[0].phone) if works else None,
    )


def other_parent(one: OtherParent) -> Participant:
    """Return the participant that another parent becomes."""
    employer = (
        Employer(one.employer.strip(), phone=one.employer_phone) if one.employer.strip() else None
    )
    return _participant(one, employer=employer)


def child(one: Child, *, protected: bool) -> Participant:
    """Return the participant that a child becomes."""
    return _participant(one, protected=protected, school=one.school.strip())


def _participant(
    one: Applicant | OtherParent | Child,
    *,
    protected: bool = False,
    language: str = "en",
    employer: Employer | None = None,
    school: str = "",
) -> Participant:
    grown_up = None if isinstance(one, Child) else one
    return Participant(
        participant_id="",
        participant_number="",
        first_name=one.first_name.strip(),
        last_name=one.last_name.strip(),
        birth_date=one.birth_date,
        ssn=one.ssn,
        address=grown_up.address if grown_up else None,
        email=grown_up.email.strip() if grown_up else "",
        email_notices=False,
        bank_account=None,
        protected=protected,
        language=language,
        phone=grown_up.phone if grown_up else "",
        employer=employer,
        school=school,
        sex=one.sex,
    )
