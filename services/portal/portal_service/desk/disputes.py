"""'A balance is wrong': saying so, following it, asking once more (45 CFR 303.35)."""

from datetime import date

from starlette.responses import Response

from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from childsupport.case.v1 import dispute_service_pb2 as pb
from childsupport.case.v1 import document_service_pb2 as documents_pb
from childsupport.case.v1.dispute_service_pb2_grpc import DisputePartyServiceStub
from portal_service.desk import cases, documents
from portal_service.keeper import parent
from web.forms import Form
from web.i18n import N_
from web.site import Page
from web.visit import Visit

ROUNDS_MAX = 2
YEAR_MIN, YEAR_MAX = 1970, 2100

STATES: dict[int, tuple[str, str]] = {
    pb.DISPUTE_STATE_OPEN: ("is-now", N_("Your office is checking it")),
    pb.DISPUTE_STATE_PROPOSED: ("is-now", N_("Your office is checking it")),
    pb.DISPUTE_STATE_ANSWERED: ("is-done", N_("Answered")),
    pb.DISPUTE_STATE_WITHDRAWN: ("", N_("You took it back")),
}
DECISIONS: dict[int, str] = {
    pb.DISPUTE_DECISION_FOR: N_("You were right: the balance was wrong."),
    pb.DISPUTE_DECISION_AGAINST: N_("We found that the balance is right."),
    pb.DISPUTE_DECISION_PARTLY: N_("You were right in part."),
}
MONTHS = tuple(range(1, 13))
NOT_A_MONTH = N_("Choose a month and enter a year of four digits.")
MONTHS_TURNED = N_("The last month must not be before the first, and none may be to come.")


def show(visit: Visit) -> Response:
    """Show every dispute."""
    stub = visit.stub("case", DisputePartyServiceStub)
    found: list[pb.Dispute] = []
    for party in parent(visit).parties:
        asked = pb.ListMyDisputesRequest(
            case_id=party.case_id, participant_id=party.participant_id, page_size=cases.PAGE_SIZE
        )
        found += stub.ListMyDisputes(asked, **visit.as_person).disputes
    found.sort(key=lambda one: to_date(one.rounds[-1].stated_on) or date.min, reverse=True)
    return visit.render(
        "desk/disputes.html",
        disputes=found,
        states=STATES,
        decisions=DECISIONS,
        numbers=cases.numbers(visit),
    )


def show_new(visit: Visit) -> Response:
    """Show the form."""
    party = cases.picked(visit)
    if party is None:
        return cases.ask_which(visit, "/disputes/new")
    return visit.render(
        "desk/dispute_new.html",
        party=party,
        months=[(str(number), date(YEAR_MIN, number, 1)) for number in MONTHS],
        own_documents=[one for one in documents.of(visit, party) if one.own],
    )


def take_new(visit: Visit) -> Response:
    """Take a dispute in."""
    party = cases.picked(visit)
    if party is None:
        return show_new(visit)
    form = visit.form
    statement = form.text("statement")
    expected = form.cents("expected", required=False)
    first, last = _month(form, "first"), _month(form, "last")
    if first and last and last < first:
        form.wrong("last", MONTHS_TURNED)
    ids = documents.attached(visit, party, documents_pb.DOCUMENT_SUBJECT_PAYMENT)
    if form.errors:
        return show_new(visit)
    request = pb.OpenDisputeRequest(
        request_id=form.request_id,
        case_id=party.case_id,
        participant_id=party.participant_id,
        statement=statement,
        expected_cents=expected,
        has_expected=bool(form.raw("expected").strip()),
        first_month=first and from_date(first),
        last_month=(last or first) and from_date(last or first),
        document_ids=ids,
    )
    stub = visit.stub("case", DisputePartyServiceStub)
    try:
        dispute = stub.OpenDispute(request, **visit.as_person).dispute
    except PlatformError as error:
        form.refuse(error, {"statement": "statement", "expected_cents": "expected"})
        if any(violation.field == "first_month" for violation in error.violations):
            form.errors.clear()
            form.wrong("last", MONTHS_TURNED)
        return show_new(visit)
    return visit.redirect(_path(dispute), done="desk.dispute")


def show_one(visit: Visit) -> Response:
    """Show a dispute with what was answered."""
    party = cases.of_path(visit)
    request = pb.GetMyDisputeRequest(
        case_id=party.case_id,
        participant_id=party.participant_id,
        dispute_id=visit.request.path_params["dispute_id"],
    )
    stub = visit.stub("case", DisputePartyServiceStub)
    dispute = stub.GetMyDispute(request, **visit.as_person).dispute
    every = documents.of(visit, party)
    answered = dispute.state == pb.DISPUTE_STATE_ANSWERED
    return visit.render(
        "desk/dispute.html",
        party=party,
        dispute=dispute,
        state=STATES[dispute.state],
        decisions=DECISIONS,
        may_reopen=answered and len(dispute.rounds) < ROUNDS_MAX,
        may_withdraw=dispute.state == pb.DISPUTE_STATE_OPEN,
        evidence=[one for one in every if one.document.document_id in dispute.document_ids],
        own_documents=[one for one in every if one.own],
    )


def take_one(visit: Visit) -> Response:
    """Ask once more, or take it back: the button that was pressed says which."""
    party = cases.of_path(visit)
    form = visit.form
    named = {
        "request_id": form.request_id,
        "case_id": party.case_id,
        "participant_id": party.participant_id,
        "dispute_id": visit.request.path_params["dispute_id"],
        "etag": form.raw("etag"),
    }
    stub = visit.stub("case", DisputePartyServiceStub)
    again = form.choice("step", ("again", "withdraw")) == "again"
    try:
        if form.errors:
            return show_one(visit)
        if not again:
            taken = stub.WithdrawDispute(pb.WithdrawDisputeRequest(**named), **visit.as_person)
            return visit.redirect(_path(taken.dispute), done="desk.dispute_withdrawn")
        statement = form.text("statement")
        ids = documents.attached(visit, party, documents_pb.DOCUMENT_SUBJECT_PAYMENT)
        if form.errors:
            return show_one(visit)
        request = pb.ReopenDisputeRequest(**named, statement=statement, document_ids=ids)
        asked = stub.ReopenDispute(request, **visit.as_person)
    except PlatformError as error:
        form.refuse(error, {"statement": "statement"})
        return show_one(visit)
    return visit.redirect(_path(asked.dispute), done="desk.dispute")


def _month(form: Form, name: str) -> date | None:
    """Return the first day of a month out of NAME_month and NAME_year; None when it is empty."""
    month, year = form.raw(f"{name}_month").strip(), form.raw(f"{name}_year").strip()
    if not month and not year:
        return None
    right = month.isdecimal() and int(month) in MONTHS and year.isdecimal()
    if not right or not YEAR_MIN <= int(year) <= YEAR_MAX:
        form.wrong(name, NOT_A_MONTH)
        return None
    return date(int(year), int(month), 1)


def _path(dispute: pb.Dispute) -> str:
    return f"/disputes/{dispute.case_id}/{dispute.dispute_id}"


PAGES = (
    Page("/disputes", show),
    Page("/disputes/new", show_new, take_new, body_max=documents.FORM_MAX_BYTES),
    Page("/disputes/{case_id}/{dispute_id}", show_one, take_one, body_max=documents.FORM_MAX_BYTES),
)
MESSAGES = {
    "desk.dispute": N_("We have what you say. Below is the day until which we answer."),
    "desk.dispute_withdrawn": N_("You took it back."),
}
