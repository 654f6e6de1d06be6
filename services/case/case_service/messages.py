"""Messages of the contract to the domain's dataclasses and back."""

from case_service.domain import model as domain
from case_service.domain.happenings import sentence
from case_service.store import histories
from chassis.dates import from_date, from_instant, to_date
from chassis.errors import invalid_field
from childsupport.case.v1 import case_service_pb2 as pb

FIPS_LENGTHS = (5, 7)

BUCKETS = {
    pb.ARREARS_BUCKET_NEVER_ASSIGNED: "NA",
    pb.ARREARS_BUCKET_PERMANENTLY_ASSIGNED: "PA",
    pb.ARREARS_BUCKET_TEMPORARILY_ASSIGNED: "TA",
    pb.ARREARS_BUCKET_CONDITIONALLY_ASSIGNED: "CA",
    pb.ARREARS_BUCKET_UNASSIGNED_DURING: "UD",
    pb.ARREARS_BUCKET_UNASSIGNED_PRE: "UP",
}
SUPPORT_TYPES = {
    pb.SUPPORT_TYPE_CHILD: "child",
    pb.SUPPORT_TYPE_MEDICAL: "medical",
    pb.SUPPORT_TYPE_SPOUSAL: "spousal",
    pb.SUPPORT_TYPE_CHILD_CARE: "child_care",
}
CASE_TYPES = {pb.CASE_TYPE_IV_D: "iv_d", pb.CASE_TYPE_NON_IV_D: "non_iv_d"}
ASSISTANCE = {
    pb.ASSISTANCE_STATUS_NEVER: "never",
    pb.ASSISTANCE_STATUS_CURRENT: "current",
    pb.ASSISTANCE_STATUS_FORMER: "former",
}
STATUSES = {pb.CASE_STATUS_OPEN: "open", pb.CASE_STATUS_CLOSED: "closed"}
ROLES = {
    pb.CASE_ROLE_CHILD: "child",
    pb.CASE_ROLE_ALLEGED_FATHER: "alleged_father",
    pb.CASE_ROLE_CARETAKER: "caretaker",
    pb.CASE_ROLE_OTHER_PARENT: "other_parent",
}
PROGRAMS = {
    pb.ASSISTANCE_PROGRAM_K_TAP: "k_tap",
    pb.ASSISTANCE_PROGRAM_MEDICAID: "medicaid",
    pb.ASSISTANCE_PROGRAM_FOSTER_CARE: "foster_care",
}
FREQUENCIES = {
    pb.FREQUENCY_WEEKLY: "weekly",
    pb.FREQUENCY_BIWEEKLY: "biweekly",
    pb.FREQUENCY_SEMIMONTHLY: "semimonthly",
    pb.FREQUENCY_MONTHLY: "monthly",
    pb.FREQUENCY_QUARTERLY: "quarterly",
    pb.FREQUENCY_YEARLY: "yearly",
    pb.FREQUENCY_ONCE: "once",
}
SEXES = {pb.SEX_FEMALE: "female", pb.SEX_MALE: "male", pb.SEX_OTHER: "other"}
CONTACTS = {
    pb.PREFERRED_CONTACT_MAIL: "mail",
    pb.PREFERRED_CONTACT_EMAIL: "email",
    pb.PREFERRED_CONTACT_PHONE: "phone",
}
SEX_VALUES = {code: value for value, code in SEXES.items()}
CONTACT_VALUES = {code: value for value, code in CONTACTS.items()}
STATUS_VALUES = {code: value for value, code in STATUSES.items()}
ROLE_VALUES = {code: value for value, code in ROLES.items()}
PROGRAM_VALUES = {code: value for value, code in PROGRAMS.items()}
FREQUENCY_VALUES = {code: value for value, code in FREQUENCIES.items()}
BUCKET_VALUES = {code: value for value, code in BUCKETS.items()}
SUPPORT_TYPE_VALUES = {code: value for value, code in SUPPORT_TYPES.items()}
CASE_TYPE_VALUES = {code: value for value, code in CASE_TYPES.items()}
ASSISTANCE_VALUES = {code: value for value, code in ASSISTANCE.items()}


def participant_from_message(m: pb.Participant) -> domain.Participant:
    """Return the participant that a message describes. Raises an error naming a broken date."""
    return domain.Participant(
        participant_id=m.participant_id,
        participant_number=m.participant_number,
        first_name=m.first_name.strip(),
        last_name=m.last_name.strip(),
        birth_date=to_date(m.birth_date, "birth_date"),
        ssn=m.ssn,
        address=address_from_message(m.address) if m.HasField("address") else None,
        email=m.email.strip(),
        email_notices=m.email_notices,
        bank_account=account_from_message(m.bank_account) if m.HasField("bank_account") else None,
        protected=m.protected,
        language=m.language or "en",
        phone=m.phone.strip(),
        employer=employer_from_message(m.employer) if m.HasField("employer") else None,
        school=m.school.strip(),
        sex=SEXES.get(m.sex, ""),
        died_on=to_date(m.died_on, "died_on"),
        preferred_contact=CONTACTS.get(m.preferred_contact, ""),
    )


def participant_message(p: domain.Participant, version: int) -> pb.Participant:
    """Return the message for a participant without secrets and locations.

    What is not in this message cannot leak: where somebody can be found has its own answers.
    """
    return pb.Participant(
        participant_id=p.participant_id,
        participant_number=p.participant_number,
        first_name=p.first_name,
        last_name=p.last_name,
        birth_date=from_date(p.birth_date),
        email_notices=p.email_notices,
        protected=p.protected,
        language=p.language,
        version=version,
        sex=SEX_VALUES.get(p.sex, pb.SEX_UNSPECIFIED),
        died_on=from_date(p.died_on),
        preferred_contact=CONTACT_VALUES.get(p.preferred_contact, pb.PREFERRED_CONTACT_UNSPECIFIED),
        etag=str(version),
    )


def address_from_message(m: pb.PostalAddress) -> domain.Address:
    """Return the address that a message describes."""
    return domain.Address(m.line1, m.line2, m.city, m.state, m.zip_code)


def account_from_message(m: pb.BankAccount) -> domain.BankAccount:
    """Return the account that a message describes."""
    return domain.BankAccount(m.routing_number, m.account_number, m.savings)


def employer_from_message(m: pb.Employer) -> domain.Employer:
    """Return the employer that a message describes."""
    return domain.Employer(
        name=m.name.strip(),
        address=address_from_message(m.address) if m.HasField("address") else None,
        phone=m.phone.strip(),
    )


def case_from_message(m: pb.Case) -> domain.Case:
    """Return the case that a message describes. Raises an error naming a broken date."""
    return domain.Case(
        case_id=m.case_id,
        case_number=m.case_number,
        case_type=CASE_TYPES.get(m.case_type, ""),
        assistance_status=ASSISTANCE.get(m.assistance_status, ""),
        assistance_since=to_date(m.assistance_since, "assistance_since"),
        unreimbursed_assistance_cents=m.unreimbursed_assistance_cents,
        obligor_id=m.obligor_id,
        obligee_id=m.obligee_id,
        county_fips=m.county_fips,
        opened_on=to_date(m.opened_on, "opened_on"),
        orders=tuple(_order_from_message(o) for o in m.orders),
        members=tuple(
            domain.Member(
                member.participant_id,
                ROLES.get(member.role, ""),
                to_date(member.since, "members.since"),
                to_date(member.until, "members.until"),
            )
            for member in m.members
        ),
        assistance=tuple(_period_from_message(period) for period in m.assistance),
        status=STATUSES.get(m.status, "open"),
        closed_on=to_date(m.closed_on, "closed_on"),
        closure_ground=m.closure_ground,
        office_id=m.office_id,
        worker_id=m.worker_id,
        initiating_fips=_fips(m.initiating_fips, "initiating_fips"),
    )


def _fips(value: str, field: str) -> str:
    """Return the FIPS code of another State's agency. Raises an error for what is none."""
    if value and not (value.isdecimal() and len(value) in FIPS_LENGTHS):
        raise invalid_field(field, "must be a FIPS code of 5 or 7 digits")
    return value


def _period_from_message(m: pb.AssistancePeriod) -> domain.AssistancePeriod:
    first = to_date(m.first_month, "assistance.first_month")
    if first is None:
        raise invalid_field("assistance.first_month", "must be said: the first day of a month")
    return domain.AssistancePeriod(
        period_id=m.period_id,
        program=PROGRAMS.get(m.program, ""),
        first_month=first,
        last_month=to_date(m.last_month, "assistance.last_month"),
        paid_cents=m.paid_cents,
        child_id=m.child_id,
    )


def _term_from_message(m: pb.Term) -> domain.Term:
    first = to_date(m.effective_from, "terms.effective_from")
    if first is None:
        raise invalid_field("terms.effective_from", "must be said")
    return domain.Term(
        effective_from=first,
        effective_to=to_date(m.effective_to, "terms.effective_to"),
        amount_cents=m.amount_cents,
        frequency=FREQUENCIES.get(m.frequency, ""),
        monthly_cents=m.monthly_cents,
    )


def _judgment_from_message(m: pb.InterestJudgment) -> domain.InterestJudgment:
    entered = to_date(m.entered_on, "judgments.entered_on")
    if entered is None or m.amount_cents <= 0:
        raise invalid_field("judgments", "needs an amount above zero and the day of its entry")
    return domain.InterestJudgment(m.amount_cents, entered)


def _order_from_message(m: pb.Order) -> domain.Order:
    return domain.Order(
        order_id=m.order_id,
        court_number=m.court_number.strip(),
        income_withholding=m.income_withholding,
        obligations=tuple(
            domain.Obligation(
                obligation_id=o.obligation_id,
                support_type=SUPPORT_TYPES.get(o.support_type, ""),
                monthly_amount_cents=o.monthly_amount_cents,
                monthly_arrears_cents=o.monthly_arrears_cents,
                effective_from=to_date(o.effective_from, "effective_from"),
                effective_to=to_date(o.effective_to, "effective_to"),
                opening_arrears=tuple(
                    domain.OpeningArrears(
                        BUCKETS.get(a.bucket, ""), a.amount_cents, to_date(a.as_of, "as_of")
                    )
                    for a in o.opening_arrears
                ),
                terms=tuple(_term_from_message(term) for term in o.terms),
                child_id=o.child_id,
                owed_to_fips=_fips(o.owed_to_fips, "owed_to_fips"),
                judgments=tuple(_judgment_from_message(j) for j in o.judgments),
            )
            for o in m.obligations
        ),
        county_fips=m.county_fips,
        entered_on=to_date(m.entered_on, "entered_on"),
        interest_ordered=m.interest_ordered,
    )


def case_message(case: domain.Case, version: int) -> pb.Case:
    """Return the message for a case in the given version."""
    return pb.Case(
        case_id=case.case_id,
        case_number=case.case_number,
        case_type=CASE_TYPE_VALUES[case.case_type],
        assistance_status=ASSISTANCE_VALUES[case.assistance_status],
        assistance_since=from_date(case.assistance_since),
        unreimbursed_assistance_cents=case.unreimbursed_assistance_cents,
        obligor_id=case.obligor_id,
        obligee_id=case.obligee_id,
        county_fips=case.county_fips,
        opened_on=from_date(case.opened_on),
        orders=[_order_message(case.case_id, o, version) for o in case.orders],
        version=version,
        status=STATUS_VALUES[case.status],
        closed_on=from_date(case.closed_on),
        closure_ground=case.closure_ground,
        office_id=case.office_id,
        worker_id=case.worker_id,
        members=[
            pb.CaseMember(
                participant_id=m.participant_id,
                role=ROLE_VALUES[m.role],
                since=from_date(m.since),
                until=from_date(m.until),
            )
            for m in case.members
        ],
        assistance=[
            pb.AssistancePeriod(
                period_id=p.period_id,
                program=PROGRAM_VALUES[p.program],
                first_month=from_date(p.first_month),
                last_month=from_date(p.last_month),
                paid_cents=p.paid_cents,
                child_id=p.child_id,
            )
            for p in case.assistance
        ],
        etag=str(version),
        initiating_fips=case.initiating_fips,
    )


def obligation_message(o: domain.Obligation) -> pb.Obligation:
    """Return the message for an obligation with its terms."""
    return pb.Obligation(
        obligation_id=o.obligation_id,
        support_type=SUPPORT_TYPE_VALUES[o.support_type],
        monthly_amount_cents=o.monthly_amount_cents,
        monthly_arrears_cents=o.monthly_arrears_cents,
        effective_from=from_date(o.effective_from),
        effective_to=from_date(o.effective_to),
        opening_arrears=[
            pb.OpeningArrears(
                bucket=BUCKET_VALUES[a.bucket],
                amount_cents=a.amount_cents,
                as_of=from_date(a.as_of),
            )
            for a in o.opening_arrears
        ],
        terms=[term_message(term) for term in o.terms],
        child_id=o.child_id,
        owed_to_fips=o.owed_to_fips,
        judgments=[
            pb.InterestJudgment(amount_cents=j.amount_cents, entered_on=from_date(j.entered_on))
            for j in o.judgments
        ],
    )


def term_message(t: domain.Term) -> pb.Term:
    """Return the message for a term."""
    return pb.Term(
        effective_from=from_date(t.effective_from),
        effective_to=from_date(t.effective_to),
        amount_cents=t.amount_cents,
        frequency=FREQUENCY_VALUES[t.frequency],
        monthly_cents=t.monthly_cents,
    )


def _order_message(case_id: str, order: domain.Order, version: int) -> pb.Order:
    return pb.Order(
        order_id=order.order_id,
        case_id=case_id,
        court_number=order.court_number,
        income_withholding=order.income_withholding,
        obligations=[obligation_message(one) for one in order.obligations],
        version=version,
        county_fips=order.county_fips,
        entered_on=from_date(order.entered_on),
        interest_ordered=order.interest_ordered,
    )


def history_message(entry: histories.Entry) -> pb.HistoryEntry:
    """Return the message for one thing that happened, with its sentence."""
    return pb.HistoryEntry(
        on_date=from_date(entry.on_date),
        kind=entry.kind,
        about_id=entry.about_id or "",
        recorded_at=from_instant(entry.recorded_at),
        recorded_by=entry.recorded_by,
        text=sentence(entry.kind, entry.facts),
        citation=entry.citation,
    )
