"""Who owes and who still is an alleged father of a case, given what its children's paternity is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from case_service.domain.establishing.blocking import missing
from case_service.domain.establishing.paternity import Standing
from case_service.domain.model import Case, Member
from case_service.domain.parties import with_member, without_member
from policy import Policy

ALLEGED = "alleged_father"
CHILD = "child"


def children_of(case: Case) -> list[str]:
    """Return the children of a case."""
    return sorted(m.participant_id for m in case.members if m.role == CHILD and m.until is None)


def alleged_of(case: Case) -> set[str]:
    """Return who now is an alleged father of a case."""
    return {m.participant_id for m in case.members if m.role == ALLEGED and m.until is None}


def present(case: Case) -> set[str]:
    """Return who now has a part in a case."""
    members = {m.participant_id for m in case.members if m.until is None}
    return ({case.obligor_id, case.obligee_id} | members) - {""}


def may_owe(case: Case) -> set[str]:
    """Return against whom support may be ordered in a case: who owes, who may be a father."""
    return ({case.obligor_id} | alleged_of(case)) - {""}


def with_alleged(case: Case, father_id: str, on: date) -> Case:
    """Return the case with a man among its alleged fathers, unless he is a party already."""
    if father_id in {case.obligor_id, case.obligee_id} | alleged_of(case):
        return case
    return with_member(case, Member(father_id, ALLEGED, on))


def father_to_owe(case: Case, standings: Mapping[str, Standing], law: Policy, on: date) -> str:
    """Return the father in law who is to owe where nobody does yet; empty when there is none.

    Who owes never changes: a husband by presumption alone is not named while another man is in
    question.
    """
    if case.obligor_id:
        return ""
    for child_id in children_of(case):
        found = standings[child_id]
        owing = replace(case, obligor_id=found.father_id)
        if found.father_id in {"", case.obligee_id} or _open(owing, found, law, on):
            continue
        if found.status == "presumed_by_marriage" and found.alleged_ids:
            continue
        return found.father_id
    return ""


def without_excluded(case: Case, standings: Mapping[str, Standing], law: Policy, on: date) -> Case:
    """Return the case without the alleged fathers who no longer are.

    A man leaves who is excluded for a child and not in question for another; all leave when each
    child's father is the one who owes.
    """
    gone = {man for man in alleged_of(case) if _is_excluded(man, standings)}
    if case.obligor_id and not any(_open(case, one, law, on) for one in standings.values()):
        gone |= alleged_of(case)
    for man in sorted(gone):
        case = without_member(case, man, ALLEGED, on)
    return case


def _open(case: Case, one: Standing, law: Policy, on: date) -> bool:
    return bool(missing(one, case.obligor_id, law, on, obligor_bore=False))


def _is_excluded(man: str, standings: Mapping[str, Standing]) -> bool:
    of_some = any(man in one.excluded_ids for one in standings.values())
    asked = any(man in (*one.alleged_ids, one.father_id) for one in standings.values())
    return of_some and not asked
