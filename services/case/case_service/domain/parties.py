"""What the parties of a case must be, and how they come and go."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from case_service.domain.model import (
    Case,
    Employer,
    HealthInsurance,
    Member,
    Participant,
    Violation,
)

ROLES = ("child", "alleged_father", "caretaker", "other_parent")
SEXES = ("", "female", "male", "other")
CONTACTS = ("", "mail", "email", "phone")
MAX_NAME_CHARS = 100
POLICY_CHARACTERS_MAX = 40
MAX_COVERED = 20
_PHONE_DIGITS = (10, 15)


def record_violations(p: Participant, today: date) -> Iterator[Violation]:
    """Yield what is wrong with a participant beyond what an import asks of him."""
    for name in ("first_name", "last_name", "school"):
        if len(getattr(p, name)) > MAX_NAME_CHARS:
            yield Violation(name, f"{MAX_NAME_CHARS} characters at the most")
    if p.birth_date and p.birth_date > today:
        yield Violation("birth_date", "must not be in the future")
    if p.died_on and (p.died_on > today or (p.birth_date and p.died_on < p.birth_date)):
        yield Violation("died_on", "must lie between birth_date and today")
    if p.sex not in SEXES:
        yield Violation("sex", "female, male, other, or unset")
    if not phone_is_right(p.phone):
        yield Violation("phone", "ten digits, or up to fifteen after a +")
    yield from _contact(p)
    yield from employer_violations(p.employer)
    yield from _insurance(p.insurance)


def _contact(p: Participant) -> Iterator[Violation]:
    if p.preferred_contact not in CONTACTS:
        yield Violation("preferred_contact", "mail, e-mail, phone, or unset")
    needs = {"mail": p.address, "email": p.email, "phone": p.phone}
    if p.preferred_contact in needs and not needs[p.preferred_contact]:
        yield Violation("preferred_contact", "something that is recorded: it is not known")


def employment_violations(p: Participant, today: date) -> Iterator[Violation]:
    """Yield what does not fit together of an employer and the days of an employment."""
    if p.employed_since and not p.employer:
        yield Violation("employed_since", "unset: there is no employer")
    if p.employment_ended_on and p.employer:
        yield Violation("employment_ended_on", "unset: there is an employer")
    if p.employment_ended_on and p.employment_ended_on > today:
        yield Violation("employment_ended_on", "today or before")


def _insurance(insurance: HealthInsurance | None) -> Iterator[Violation]:
    if insurance is None:
        return
    if not insurance.insurer or len(insurance.insurer) > MAX_NAME_CHARS:
        yield Violation("insurance.insurer", f"1 to {MAX_NAME_CHARS} characters")
    if len(insurance.policy_number) > POLICY_CHARACTERS_MAX:
        yield Violation(
            "insurance.policy_number", f"{POLICY_CHARACTERS_MAX} characters at the most"
        )
    if insurance.since and insurance.until and insurance.until < insurance.since:
        yield Violation("insurance.until", "not before since")
    if len(insurance.covered_children) > MAX_COVERED:
        yield Violation("insurance.covered_children", f"{MAX_COVERED} at the most")
    for n, name in enumerate(insurance.covered_children):
        if not 1 <= len(name) <= MAX_NAME_CHARS:
            yield Violation(f"insurance.covered_children[{n}]", f"1 to {MAX_NAME_CHARS} characters")


def employed_anew(before: Participant, after: Participant) -> Participant:
    """Return a participant without the days of an employment that is not the one any more."""
    days = (before.employed_since, before.employment_ended_on)
    if (
        after.employer == before.employer
        or (after.employed_since, after.employment_ended_on) != days
    ):
        return after
    return replace(after, employed_since=None, employment_ended_on=None)


def employer_violations(employer: Employer | None) -> Iterator[Violation]:
    """Yield what is wrong with an employer."""
    if employer is None:
        return
    if not employer.name.strip() or len(employer.name) > MAX_NAME_CHARS:
        yield Violation("employer.name", f"1 to {MAX_NAME_CHARS} characters")
    if not phone_is_right(employer.phone):
        yield Violation("employer.phone", "ten digits, or up to fifteen after a +")


def phone_is_right(phone: str) -> bool:
    """Tell whether a phone number is empty, ten digits, or international with its +."""
    national, international = _PHONE_DIGITS
    if not phone:
        return True
    digits = phone.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return False
    if phone.startswith("+"):
        return national <= len(digits) <= international
    return len(digits) == national


def grown_ups(case: Case) -> frozenset[str]:
    """Return the parties who act for themselves: obligor, obligee, everybody but the children."""
    acting = {m.participant_id for m in case.members if m.role != "child" and m.until is None}
    return frozenset({case.obligor_id, case.obligee_id, *acting} - {""})


def children(case: Case) -> tuple[str, ...]:
    """Return the children of a case as it is."""
    return tuple(m.participant_id for m in case.members if m.role == "child" and m.until is None)


def with_member(case: Case, member: Member) -> Case:
    """Return the case with one more member; one who was there before in the role comes back."""
    kept = tuple(
        m
        for m in case.members
        if (m.participant_id, m.role) != (member.participant_id, member.role)
    )
    members = sorted((*kept, member), key=lambda m: (m.role, m.participant_id))
    return replace(case, members=tuple(members))


def member_violations(case: Case, member: Member) -> Iterator[Violation]:
    """Yield why somebody cannot be a member of a case in a role."""
    if member.role not in ROLES:
        yield Violation("role", "child, alleged father, caretaker or other parent")
    present = {(m.participant_id, m.role) for m in case.members if m.until is None}
    if (member.participant_id, member.role) in present:
        yield Violation("participant_id", "is in the case in this role already")
    if member.role == "child" and member.participant_id in grown_ups(case):
        yield Violation("participant_id", "is a grown-up of the case: a child owes nobody support")
    if member.role != "child" and member.participant_id in children(case):
        yield Violation("participant_id", "is a child of the case")
    if member.role == "alleged_father" and member.participant_id == case.obligee_id:
        yield Violation("participant_id", "is who is owed: nobody owes support to himself")


def without_member(case: Case, participant_id: str, role: str, on: date) -> Case:
    """Return the case with a member's part ended on a day; nobody there: the case as it is."""
    return replace(
        case,
        members=tuple(
            replace(m, until=on)
            if (m.participant_id, m.role, m.until) == (participant_id, role, None)
            else m
            for m in case.members
        ),
    )


def with_obligor(case: Case, obligor_id: str, on: date) -> Case:
    """Return the case with who owes. The men who might have been the father are no longer."""
    members = tuple(
        replace(m, until=on) if m.role == "alleged_father" and m.until is None else m
        for m in case.members
    )
    return replace(case, obligor_id=obligor_id, members=members)


def case_violations(case: Case) -> Iterator[Violation]:
    """Yield what is wrong with a case that is to be opened."""
    if case.case_type not in {"iv_d", "non_iv_d"}:
        yield Violation("case_type", "must be said: IV-D or non-IV-D")
    if case.assistance_status not in {"never", "current", "former"}:
        yield Violation("assistance_status", "must be said: never, current or former")
    if case.obligor_id and case.obligor_id == case.obligee_id:
        yield Violation("obligor", "must be somebody else than the obligee")
    if not children(case) and not case.obligor_id:
        yield Violation("members", "a child, or somebody who owes: else there is nothing to do")
    seen: set[str] = {case.obligor_id, case.obligee_id}
    for n, member in enumerate(case.members):
        if member.role not in ROLES:
            yield Violation(f"members[{n}].role", f"one of {', '.join(ROLES)}")
        if member.participant_id in seen:
            yield Violation(f"members[{n}].participant_id", "each person once in a new case")
        seen.add(member.participant_id)
