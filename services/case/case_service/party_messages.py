"""Messages about parties to the domain's dataclasses and back."""

from case_service.actions.parties import NewCase, NewMember, Person
from case_service.domain.model import HealthInsurance, Participant, Violation
from case_service.domain.reported_changes import Details, ReportedChange
from case_service.messages import (
    CASE_TYPES,
    CONTACT_VALUES,
    CONTACTS,
    ROLES,
    STATUS_VALUES,
    account_from_message,
    address_from_message,
    employer_from_message,
    participant_from_message,
)
from case_service.sealing import address_message, bank_account_message, employer_message
from case_service.store.parties import Part
from case_service.store.protections import Protection
from chassis.dates import from_date, from_instant, to_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as pb

KINDS = {
    pb.CHANGE_KIND_ADDRESS: "address",
    pb.CHANGE_KIND_CONTACT: "contact",
    pb.CHANGE_KIND_EMPLOYMENT: "employment",
    pb.CHANGE_KIND_ACCOUNT: "account",
    pb.CHANGE_KIND_INSURANCE: "insurance",
}
STATES = {
    pb.CHANGE_STATE_WAITING: "waiting",
    pb.CHANGE_STATE_ACCEPTED: "accepted",
    pb.CHANGE_STATE_REJECTED: "rejected",
    pb.CHANGE_STATE_REPLACED: "replaced",
}
BASES = {
    pb.OBLIGOR_BASIS_PATERNITY: "paternity was established",
    pb.OBLIGOR_BASIS_PARENT: "a parent by marriage, birth or adoption",
    pb.OBLIGOR_BASIS_COURT: "a court said so",
}
PURPOSES = {
    pb.LOCATION_PURPOSE_SERVICE_OF_PROCESS: "to have a paper served",
    pb.LOCATION_PURPOSE_CONTACT: "to write or call",
    pb.LOCATION_PURPOSE_CASE_WORK: "to establish, enforce or change an order",
    pb.LOCATION_PURPOSE_VERIFICATION: "to check what was reported",
    pb.LOCATION_PURPOSE_COURT: "a court asked for it",
    pb.LOCATION_PURPOSE_SHOW_TO_PARTICIPANT: "to show it to who may see it",
}
PARTY_ROLES = {
    "obligor": pb.PARTY_ROLE_OBLIGOR,
    "obligee": pb.PARTY_ROLE_OBLIGEE,
    "child": pb.PARTY_ROLE_CHILD,
    "alleged_father": pb.PARTY_ROLE_ALLEGED_FATHER,
    "caretaker": pb.PARTY_ROLE_CARETAKER,
    "other_parent": pb.PARTY_ROLE_OTHER_PARENT,
}
_KIND_VALUES = {code: value for value, code in KINDS.items()}
_STATE_VALUES = {code: value for value, code in STATES.items()}
_LAST_DIGITS = 4


def part_message(part: Part) -> pb.CasePart:
    """Return the message for what somebody is in a case."""
    return pb.CasePart(
        case_id=part.case_id,
        case_number=part.case_number,
        case_status=STATUS_VALUES[part.case_status],
        role=PARTY_ROLES[part.role],
        since=from_date(part.since),
        until=from_date(part.until),
    )


def protection_message(one: Protection) -> pb.Protection:
    """Return the message for a time of protection."""
    return pb.Protection(
        protection_id=one.protection_id,
        participant_id=one.participant_id,
        since=from_date(one.since),
        reason=one.reason,
        evidence_id=one.evidence_id,
        set_by=one.set_by,
        lift_asked_by=one.lift_asked_by,
        lift_reason=one.lift_reason,
        lift_evidence_id=one.lift_evidence_id,
        lifted_by=one.lifted_by,
        lifted_on=from_date(one.lifted_on),
    )


def change_message(change: ReportedChange) -> pb.ReportedChange:
    """Return the message for a reported change, without what it is."""
    return pb.ReportedChange(
        change_id=change.change_id,
        case_id=change.case_id,
        participant_id=change.participant_id,
        kind=_KIND_VALUES[change.kind],
        state=_STATE_VALUES[change.state],
        reported_by=change.reported_by,
        reported_at=from_instant(change.reported_at),
        decided_by=change.decided_by,
        decided_on=from_date(change.decided_on),
        answer=change.answer,
        etag=str(change.version),
    )


def details_message(details: Details) -> pb.ChangeDetails:
    """Return the message for what a change is about: of an account the last four digits."""
    account = bank_account_message(details.bank_account)
    if account:
        account.account_number = last_four(account.account_number)
    return pb.ChangeDetails(
        address=address_message(details.address),
        phone=details.phone,
        email=details.email,
        email_notices=details.email_notices,
        preferred_contact=CONTACT_VALUES.get(
            details.preferred_contact, case_pb.PREFERRED_CONTACT_UNSPECIFIED
        ),
        employer=employer_message(details.employer),
        bank_account=account,
        employed_since=from_date(details.employed_since),
        employment_ended_on=from_date(details.employment_ended_on),
        insurance=insurance_message(details.insurance),
        debit_card=details.debit_card,
    )


def insurance_message(insurance: HealthInsurance | None) -> pb.HealthInsurance | None:
    """Return the message for health insurance: of its number the last four characters."""
    if insurance is None:
        return None
    return pb.HealthInsurance(
        insurer=insurance.insurer,
        policy_number=last_four(insurance.policy_number),
        through_employer=insurance.through_employer,
        since=from_date(insurance.since),
        until=from_date(insurance.until),
        covered_children=insurance.covered_children,
    )


def last_four(account_number: str) -> str:
    """Return what is shown of an account: enough to know it, too little to use it."""
    return account_number[-_LAST_DIGITS:] if len(account_number) > _LAST_DIGITS else ""


def details_from_message(m: pb.ChangeDetails) -> Details:
    """Return what a message says is to be recorded."""
    return Details(
        address=address_from_message(m.address) if m.HasField("address") else None,
        phone=m.phone.strip(),
        email=m.email.strip(),
        email_notices=m.email_notices,
        preferred_contact=CONTACTS.get(m.preferred_contact, ""),
        employer=employer_from_message(m.employer) if m.HasField("employer") else None,
        bank_account=account_from_message(m.bank_account) if m.HasField("bank_account") else None,
        employed_since=to_date(m.employed_since, "details.employed_since"),
        employment_ended_on=to_date(m.employment_ended_on, "details.employment_ended_on"),
        insurance=_insurance(m.insurance) if m.HasField("insurance") else None,
        debit_card=m.debit_card,
    )


def _insurance(m: pb.HealthInsurance) -> HealthInsurance:
    return HealthInsurance(
        insurer=m.insurer.strip(),
        policy_number=m.policy_number.strip(),
        through_employer=m.through_employer,
        since=to_date(m.since, "details.insurance.since"),
        until=to_date(m.until, "details.insurance.until"),
        covered_children=tuple(name.strip() for name in m.covered_children),
    )


def locations_message(person: Participant, visible_to: tuple[str, ...]) -> pb.Locations:
    """Return the message for where somebody can be found. Only two methods may answer with it."""
    return pb.Locations(
        participant_id=person.participant_id,
        address=address_message(person.address),
        phone=person.phone,
        email=person.email,
        employer=employer_message(person.employer),
        school=person.school,
        protected=person.protected,
        visible_to=visible_to,
    )


def new_case_from_message(m: pb.OpenCaseRequest) -> NewCase:
    """Return the case that is to be opened."""
    return NewCase(
        case_type=CASE_TYPES.get(m.case_type, ""),
        obligee=_person(m.obligee),
        obligor=_person(m.obligor) if m.HasField("obligor") else None,
        members=tuple(NewMember(_person(n.person), ROLES.get(n.role, "")) for n in m.members),
        county_fips=m.county_fips,
        received_on=to_date(m.received_on, "received_on"),
        office_id=m.office_id,
        worker_id=m.worker_id,
    )


def account_violations(m: case_pb.Participant, path: str) -> list[Violation]:
    """Return the refusal of a bank account that one worker alone would record."""
    if not m.HasField("bank_account"):
        return []
    expected = "unset: an account takes two people (RecordAccountChange, then AcceptChange)"
    return [Violation(f"{path}.bank_account", expected)]


def _person(m: pb.NewCasePerson) -> Person:
    return Person(
        participant_id=m.participant_id,
        new=participant_from_message(m.participant) if m.HasField("participant") else None,
        confirm_not_duplicate_of=tuple(m.confirm_not_duplicate_of),
    )
