"""Deciding on applications: ask for more, accept and open the case, refuse, take back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from case_service.actions import assistance, clocks, worklist
from case_service.actions.applications import GIVEN_CLOCKS, keep, lacks, law_of
from case_service.actions.changing import lock_case
from case_service.actions.notices import notify, notify_applicant
from case_service.actions.parties import NewCase, NewMember, Person, open_case
from case_service.actions.protecting import protect
from case_service.actions.recording import lock_participant, record_participant, refuse
from case_service.actions.telling import tell
from case_service.domain import applications as domain
from case_service.domain import assistance as months
from case_service.domain.applications import Application
from case_service.domain.applying import Parts, applicant, child, other_parent, parts_of
from case_service.domain.model import AssistancePeriod, Case, Participant, Violation
from case_service.domain.notices import Notice
from case_service.store.cases import Stored
from chassis.errors import PlatformError, invalid_field
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason

CITATION = "45 CFR 303.2(b)"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whether somebody of an application is a participant already."""

    participant_id: str = ""
    confirm_not_duplicate_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who everybody is, and who of several owes (place from 1; 0: it is clear)."""

    applicant: Identity = Identity()
    other_parents: Sequence[Identity] = ()
    children: Sequence[Identity] = ()
    owing_parent: int = 0
    worker_id: str = ""
    case_id: str = ""
    """An open case of this family that it belongs to; empty: a new one."""


def request_information(
    work: Work, before: Application, what: str, identity: Identity
) -> Application:
    """Ask the applicant for what is missing; he can save and send again (45 CFR 303.2(b)(1))."""
    _check_waiting(before)
    applicant_id = _known_applicant(work, before, identity)
    today = work.clock.today()
    answer_by = law_of(work).due_date("application.information_answer", today)
    after = replace(
        before,
        answer_by=answer_by,
        applicant_id=applicant_id,
        resume_until=before.resume_until and max(before.resume_until, answer_by),
    )
    after = keep(
        work, after, "information_requested", what=what, answer_by=f"{answer_by:%B} {answer_by.day}"
    )
    notice = Notice(
        "information_requested",
        f"{before.application_id}/{after.version}",
        answer_by=answer_by,
        letter=True,
        text=what,
    )
    notify_applicant(work, before.application_id, before.reference, applicant_id, notice)
    return after


def withdraw(work: Work, before: Application, reason: str) -> Application:
    """Take an application back at the applicant's wish."""
    _check_undecided(before)
    today = work.clock.today()
    for kind in (*GIVEN_CLOCKS.values(), "open_case"):
        clocks.cancel(work, "", kind, today, about_id=before.application_id)
    worklist.done(work, before.application_id, kind="APPL", state="rejected")
    after = replace(before, status=domain.WITHDRAWN, decided_on=today, reason=reason)
    return keep(work, after, "withdrawn", reason=reason)


def reject(work: Work, before: Application, reason: str, identity: Identity) -> Application:
    """Refuse an application and tell the applicant why."""
    _check_waiting(before)
    applicant_id = _known_applicant(work, before, identity)
    today = work.clock.today()
    clocks.stop(work, "", "open_case", today, about_id=before.application_id)
    worklist.done(work, before.application_id, kind="APPL", state="rejected")
    notice = Notice("application_refused", before.application_id, letter=True, text=reason)
    notify_applicant(work, before.application_id, before.reference, applicant_id, notice)
    after = replace(
        before,
        status=domain.REFUSED,
        decided_on=today,
        reason=reason,
        applicant_id=applicant_id,
        answer_by=None,
    )
    return keep(work, after, "refused", reason=reason)


def accept(work: Work, before: Application, said: Acceptance) -> Application:
    """Open the case that was applied for: everybody is recorded now, and not before.

    What belongs to a case that is open already goes there (the same family, referred again).
    """
    _check_waiting(before)
    if before.filed_on is None:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "the fee is not settled: record it first (RecordApplicationFee)",
            metadata={"fee": before.fee},
        )
    refuse(lacks(work, before))
    stored = _joined(work, before, said) if said.case_id else _opened(work, before, said)
    case = stored.case
    today = work.clock.today()
    _heed_danger(work, before, _in_danger(before, case, said))
    worklist.done(work, before.application_id, kind="APPL", state="accepted")
    _tell(work, before, case.case_id)
    _record_assistance(work, before, stored, said)
    has_child = before.content.applicant.relationship != domain.WITHOUT_CHILD
    after = replace(
        before,
        status=domain.ACCEPTED,
        decided_on=today,
        case_id=case.case_id,
        applicant_id=case.obligee_id if has_child else case.obligor_id,
        answer_by=None,
    )
    return keep(work, after, "accepted", case_number=case.case_number)


def _in_danger(one: Application, case: Case, said: Acceptance) -> set[str]:
    """Return whom the danger is about that an applicant tells of: himself, the children he has."""
    if one.content.applicant.relationship == domain.WITHOUT_CHILD:
        return {said.applicant.participant_id or case.obligor_id}
    named = {identity.participant_id for identity in said.children}
    children = {m.participant_id for m in case.members if m.role == "child" and m.until is None}
    himself = said.applicant.participant_id or case.obligee_id
    return {himself} | (children & named if said.case_id else children)


def _heed_danger(work: Work, one: Application, people: Iterable[str]) -> None:
    """Protect whoever says that he is in danger, also one who is long recorded."""
    if domain.is_protected(one.content):
        for participant_id in sorted(people):
            protect(work, participant_id, f"Said in application {one.reference}.", "")


def _opened(work: Work, one: Application, said: Acceptance) -> Stored:
    parts = parts_of(one.content, said.owing_parent)
    if isinstance(parts, Violation):
        raise invalid_field(parts.field, parts.expected)
    stored = open_case(work, _new_case(one, said, parts))
    if not parts.applicant_has_child:
        case = stored.case
        notify(work, case, case.obligor_id, Notice("case_opened", case.case_id))
    return stored


def _joined(work: Work, one: Application, said: Acceptance) -> Stored:
    stored = lock_case(work, said.case_id)
    case = stored.case
    if case.status != "open":
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"case {case.case_number} is closed: reopen it first, or open another",
            metadata={"case_number": case.case_number},
        )
    if said.applicant.participant_id not in {case.obligee_id, case.obligor_id}:
        raise invalid_field("applicant.participant_id", "who is owed or owes in that case")
    about_id = one.application_id
    clocks.attach(work, about_id, case.case_id)
    clocks.stop(work, case.case_id, "open_case", work.clock.today(), about_id=about_id)
    return stored


def _new_case(one: Application, said: Acceptance, parts: Parts) -> NewCase:
    content = one.content
    in_danger = domain.is_protected(content) and parts.applicant_has_child
    known = replace(
        said.applicant, participant_id=said.applicant.participant_id or one.applicant_id
    )
    himself = _person(known, applicant(content))
    others = [
        _person(_at(said.other_parents, place), other_parent(parent))
        for place, parent in enumerate(content.other_parents)
    ]
    members = [
        NewMember(
            _person(
                _at(said.children, place),
                child(one_child, protected=in_danger),
            ),
            "child",
        )
        for place, one_child in enumerate(content.children)
    ]
    members += [NewMember(others[place], role) for place, role in parts.beside]
    other = None if parts.opposite is None else others[parts.opposite]
    return NewCase(
        case_type="iv_d",
        obligee=himself if parts.applicant_has_child or other is None else other,
        obligor=other if parts.applicant_has_child else himself,
        members=tuple(members),
        county_fips=content.applicant.county_fips or one.office_id,
        application_id=one.application_id,
        office_id=one.office_id,
        worker_id=said.worker_id,
    )


def _record_assistance(work: Work, one: Application, stored: Stored, said: Acceptance) -> None:
    """Record what the referring agency gives; by the child whom it is for."""
    month = months.month_of(work.clock.today())
    for given in one.content.assistance:
        if given.first_day is None:
            continue
        first, last = assistance.months_from_days(work, given.first_day, given.last_day)
        child_id = ""
        if given.program == months.FOSTER_CARE:
            child_id = _child_in_care(stored, said, given.child_place)
        period = AssistancePeriod(
            new_id(work.clock.now()), given.program, first, last, 0, child_id=child_id
        )
        if months.overlapping(stored.case.assistance, period):
            _tell_known(work, stored, period)
            continue
        paid = None
        if given.paid_cents and given.program in months.CASH:
            until = last or max(first, month)
            paid = months.Paid(given.program, child_id, first, until, given.paid_cents)
        stored = assistance.record(work, stored, period, paid)


def _tell_known(work: Work, stored: Stored, period: AssistancePeriod) -> None:
    """Leave months that are recorded as they are: which of the two is right, a worker finds out."""
    tell(
        work,
        stored.case.case_id,
        "assistance_referred_again",
        program=assistance.WORDS[period.program],
        first=f"{period.first_month:%B %Y}",
        last=f"{period.last_month:%B %Y}" if period.last_month else "now",
    )


def _child_in_care(stored: Stored, said: Acceptance, place: int) -> str:
    """Return which child it is: of a new case, whose first members are the children, by place."""
    if not said.case_id:
        return stored.case.members[place].participant_id
    child_id = _at(said.children, place).participant_id
    if child_id not in {m.participant_id for m in stored.case.members if m.role == "child"}:
        raise invalid_field(f"children[{place}].participant_id", "the child of that case in care")
    return child_id


def _tell(work: Work, one: Application, case_id: str) -> None:
    tell(
        work,
        case_id,
        "referred" if one.kind == domain.REFERRAL else "applied",
        on=one.filed_on,
        about_id=one.application_id,
        citation=CITATION,
        reference=one.reference,
        channel=one.channel.replace("_", " "),
        agency=one.agency,
        fee=one.fee,
    )
    if orders := one.content.orders:
        tell(
            work,
            case_id,
            "orders_named",
            about_id=one.application_id,
            orders="; ".join(f"{o.court} {o.court_number} {o.state}".strip() for o in orders),
        )
    if married := one.content.marriage.married:
        tell(work, case_id, "marriage_named", about_id=one.application_id, married=married)


def _known_applicant(work: Work, one: Application, identity: Identity) -> str:
    """Return the applicant's participant, recorded now if nobody did: he has to be told."""
    if known := identity.participant_id or one.applicant_id:
        applicant_id = lock_participant(work, known).participant.participant_id
        _heed_danger(work, one, [applicant_id])
        return applicant_id
    person = applicant(one.content)
    confirmed = identity.confirm_not_duplicate_of
    return record_participant(work, person, confirmed).participant.participant_id


def _person(identity: Identity, person: Participant) -> Person:
    if identity.participant_id:
        return Person(participant_id=identity.participant_id)
    return Person(new=person, confirm_not_duplicate_of=identity.confirm_not_duplicate_of)


def _at(identities: Sequence[Identity], place: int) -> Identity:
    return identities[place] if place < len(identities) else Identity()


def _check_undecided(one: Application) -> None:
    if one.is_decided:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"the application is {one.status} already",
            metadata={"status": one.status},
        )


def _check_waiting(one: Application) -> None:
    _check_undecided(one)
    if one.status == domain.DRAFT:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "the application was not sent yet: submit it first (SubmitApplication)",
            metadata={"status": one.status},
        )
