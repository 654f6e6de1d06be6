"""How the console says what services name by a code."""

from collections.abc import Mapping
from datetime import date

from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import clock_service_pb2 as clock_pb
from childsupport.case.v1 import conversation_service_pb2 as conversation_pb
from childsupport.case.v1 import dispute_service_pb2 as dispute_pb
from childsupport.case.v1 import document_service_pb2 as document_pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1 import worklist_service_pb2 as worklist_pb
from childsupport.identity.v1 import worker_service_pb2 as worker_pb
from console_service.settings import DUE_SOON_DAYS, ConsoleSettings
from web.i18n import N_
from web.visit import Visit

KINDS: Mapping[str, str] = {
    "APPL": N_("Applications"),
    "DEPO": N_("Direct deposit"),
    "DEMO": N_("Address and contact"),
    "EMPU": N_("Employment"),
    "FORM": N_("Documents"),
    "QUES": N_("Questions"),
    "ALERT": N_("Alerts"),
}
"""Kentucky's types of item, in the order of its own worklist."""
ITEM_STATES: Mapping[int, str] = {
    worklist_pb.WORKLIST_STATE_OPEN: N_("Waiting"),
    worklist_pb.WORKLIST_STATE_ACCEPTED: N_("Accepted"),
    worklist_pb.WORKLIST_STATE_REJECTED: N_("Rejected"),
    worklist_pb.WORKLIST_STATE_ANSWERED: N_("Answered"),
    worklist_pb.WORKLIST_STATE_DONE: N_("Done"),
}
MOVES: Mapping[str, str] = {
    "put": N_("Came in"),
    "taken": N_("Taken"),
    "released": N_("Given back"),
    "forwarded": N_("Forwarded"),
    "escalated": N_("Put before the supervisor"),
    "de_escalated": N_("Taken back from the supervisor"),
    "assigned": N_("Assigned"),
    "handed_over": N_("Handed over"),
    "accepted": N_("Accepted"),
    "rejected": N_("Rejected"),
    "answered": N_("Answered"),
    "returned": N_("Proposed answer given back"),
    "withdrawn": N_("Taken back by the person"),
    "done": N_("Done"),
}
PARTY_ROLES: Mapping[int, str] = {
    party_pb.PARTY_ROLE_OBLIGOR: N_("Pays support"),
    party_pb.PARTY_ROLE_OBLIGEE: N_("Receives support"),
    party_pb.PARTY_ROLE_CHILD: N_("Child"),
    party_pb.PARTY_ROLE_ALLEGED_FATHER: N_("Alleged father"),
    party_pb.PARTY_ROLE_CARETAKER: N_("Caretaker"),
    party_pb.PARTY_ROLE_OTHER_PARENT: N_("Other parent"),
}
MEMBER_ROLES: Mapping[int, str] = {
    case_pb.CASE_ROLE_CHILD: N_("Child"),
    case_pb.CASE_ROLE_ALLEGED_FATHER: N_("Alleged father"),
    case_pb.CASE_ROLE_CARETAKER: N_("Caretaker"),
    case_pb.CASE_ROLE_OTHER_PARENT: N_("Other parent"),
}
CASE_TYPES: Mapping[int, str] = {
    case_pb.CASE_TYPE_IV_D: N_("IV-D"),
    case_pb.CASE_TYPE_NON_IV_D: N_("Non-IV-D"),
}
CASE_STATES: Mapping[int, str] = {
    case_pb.CASE_STATUS_OPEN: N_("Open"),
    case_pb.CASE_STATUS_CLOSED: N_("Closed"),
}
ASSISTANCE: Mapping[int, str] = {
    case_pb.ASSISTANCE_STATUS_NEVER: N_("Never"),
    case_pb.ASSISTANCE_STATUS_CURRENT: N_("Now"),
    case_pb.ASSISTANCE_STATUS_FORMER: N_("Formerly"),
}
SUPPORT: Mapping[int, str] = {
    case_pb.SUPPORT_TYPE_CHILD: N_("Child support"),
    case_pb.SUPPORT_TYPE_MEDICAL: N_("Medical support"),
    case_pb.SUPPORT_TYPE_SPOUSAL: N_("Spousal support"),
    case_pb.SUPPORT_TYPE_CHILD_CARE: N_("Child care"),
}
FREQUENCIES: Mapping[int, str] = {
    case_pb.FREQUENCY_WEEKLY: N_("a week"),
    case_pb.FREQUENCY_BIWEEKLY: N_("every two weeks"),
    case_pb.FREQUENCY_SEMIMONTHLY: N_("twice a month"),
    case_pb.FREQUENCY_MONTHLY: N_("a month"),
    case_pb.FREQUENCY_QUARTERLY: N_("a quarter"),
    case_pb.FREQUENCY_YEARLY: N_("a year"),
    case_pb.FREQUENCY_ONCE: N_("once"),
}
BUCKETS: Mapping[int, str] = {
    case_pb.ARREARS_BUCKET_NEVER_ASSIGNED: "NA",
    case_pb.ARREARS_BUCKET_PERMANENTLY_ASSIGNED: "PA",
    case_pb.ARREARS_BUCKET_TEMPORARILY_ASSIGNED: "TA",
    case_pb.ARREARS_BUCKET_CONDITIONALLY_ASSIGNED: "CA",
    case_pb.ARREARS_BUCKET_UNASSIGNED_DURING: "UD",
    case_pb.ARREARS_BUCKET_UNASSIGNED_PRE: "UP",
}
CHANGES: Mapping[int, str] = {
    party_pb.CHANGE_KIND_ADDRESS: N_("Address"),
    party_pb.CHANGE_KIND_CONTACT: N_("Phone and e-mail"),
    party_pb.CHANGE_KIND_EMPLOYMENT: N_("Employment"),
    party_pb.CHANGE_KIND_ACCOUNT: N_("Account that support is paid to"),
    party_pb.CHANGE_KIND_INSURANCE: N_("Health insurance"),
}
CONTACTS: Mapping[int, str] = {
    case_pb.PREFERRED_CONTACT_MAIL: N_("by letter"),
    case_pb.PREFERRED_CONTACT_EMAIL: N_("by e-mail"),
    case_pb.PREFERRED_CONTACT_PHONE: N_("by phone"),
}
TOPICS: Mapping[int, str] = {
    conversation_pb.CONVERSATION_TOPIC_PAYMENTS: N_("Payments"),
    conversation_pb.CONVERSATION_TOPIC_ORDER: N_("Order"),
    conversation_pb.CONVERSATION_TOPIC_ADDRESS: N_("Address"),
    conversation_pb.CONVERSATION_TOPIC_EMPLOYMENT: N_("Employment"),
    conversation_pb.CONVERSATION_TOPIC_INSURANCE: N_("Insurance"),
    conversation_pb.CONVERSATION_TOPIC_PATERNITY: N_("Paternity"),
    conversation_pb.CONVERSATION_TOPIC_APPOINTMENT: N_("Appointment"),
    conversation_pb.CONVERSATION_TOPIC_DOCUMENTS: N_("Documents"),
    conversation_pb.CONVERSATION_TOPIC_OTHER: N_("Something else"),
}
DOCUMENTS: Mapping[int, str] = {
    document_pb.DOCUMENT_SUBJECT_INCOME: N_("Income"),
    document_pb.DOCUMENT_SUBJECT_IDENTITY: N_("Identity"),
    document_pb.DOCUMENT_SUBJECT_BIRTH: N_("Birth or paternity"),
    document_pb.DOCUMENT_SUBJECT_COURT: N_("Court paper"),
    document_pb.DOCUMENT_SUBJECT_INSURANCE: N_("Health insurance"),
    document_pb.DOCUMENT_SUBJECT_CHILD_CARE: N_("Child care"),
    document_pb.DOCUMENT_SUBJECT_PAYMENT: N_("Payment"),
    document_pb.DOCUMENT_SUBJECT_RESIDENCE: N_("Residence"),
    document_pb.DOCUMENT_SUBJECT_CUSTODY: N_("Custody"),
    document_pb.DOCUMENT_SUBJECT_INCARCERATION: N_("Incarceration"),
    document_pb.DOCUMENT_SUBJECT_OTHER: N_("Something else"),
}
DECISIONS: Mapping["dispute_pb.DisputeDecision.ValueType", str] = {
    dispute_pb.DISPUTE_DECISION_FOR: N_("The parent is right: the balance was wrong"),
    dispute_pb.DISPUTE_DECISION_PARTLY: N_("Some of the balance was wrong"),
    dispute_pb.DISPUTE_DECISION_AGAINST: N_("The balance is right"),
}
PURPOSES: Mapping["party_pb.LocationPurpose.ValueType", str] = {
    party_pb.LOCATION_PURPOSE_CONTACT: N_("To write or call"),
    party_pb.LOCATION_PURPOSE_CASE_WORK: N_("To establish, enforce or change an order"),
    party_pb.LOCATION_PURPOSE_SERVICE_OF_PROCESS: N_("To have a paper served"),
    party_pb.LOCATION_PURPOSE_VERIFICATION: N_("To check what was reported"),
    party_pb.LOCATION_PURPOSE_COURT: N_("A court asked for it"),
}
WORKER_ROLES: Mapping["worker_pb.WorkerRole.ValueType", str] = {
    worker_pb.WORKER_ROLE_CASEWORKER: N_("Caseworker"),
    worker_pb.WORKER_ROLE_SUPERVISOR: N_("Supervisor"),
    worker_pb.WORKER_ROLE_PAYMENTS_WORKER: N_("Payments worker"),
    worker_pb.WORKER_ROLE_AUDITOR: N_("Auditor"),
}
WORKER_STATES: Mapping[int, str] = {
    worker_pb.WORKER_STATE_INVITED: N_("Invited"),
    worker_pb.WORKER_STATE_ACTIVE: N_("Active"),
    worker_pb.WORKER_STATE_RESET: N_("To set up again"),
    worker_pb.WORKER_STATE_ENDED: N_("Ended"),
}
COLORS: Mapping[int, str] = {
    clock_pb.CLOCK_COLOR_RED: "red",
    clock_pb.CLOCK_COLOR_AMBER: "amber",
    clock_pb.CLOCK_COLOR_GREEN: "green",
}
CLOCK_STATES: Mapping[int, str] = {
    clock_pb.CLOCK_STATE_RUNNING: N_("Running"),
    clock_pb.CLOCK_STATE_MISSED: N_("Overdue"),
    clock_pb.CLOCK_STATE_MET: N_("Done in time"),
    clock_pb.CLOCK_STATE_LATE: N_("Done late"),
    clock_pb.CLOCK_STATE_ELAPSED: N_("Ran out"),
    clock_pb.CLOCK_STATE_CANCELLED: N_("Taken back"),
}


def left(visit: Visit, days: int) -> str:
    """Say how many days are left, or by how many something is overdue."""
    many = visit.texts.ngettext
    if days < 0:
        return many("Overdue by %(n)s day", "Overdue by %(n)s days", -days) % {"n": -days}
    if days == 0:
        return visit.text(N_("Due today"))
    return many("Due in %(n)s day", "Due in %(n)s days", days) % {"n": days}


def due(visit: Visit, on: date | None, today: date) -> tuple[str, str]:
    """Return color and words of an item's day; both empty without one."""
    if on is None:
        return "", ""
    days = (on - today).days
    if days < 0:
        return "red", left(visit, days)
    settings = visit.site.settings
    soon = settings.due_soon_days if isinstance(settings, ConsoleSettings) else DUE_SOON_DAYS
    return ("amber" if days <= soon else "green"), left(visit, days)


def kind_of(item: worklist_pb.WorklistItem) -> str:
    """Return Kentucky's name of an item's type."""
    return worklist_pb.WorklistKind.Name(item.kind).removeprefix("WORKLIST_KIND_")
