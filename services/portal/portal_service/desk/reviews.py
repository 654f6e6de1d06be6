"""Reviews of an order: asking for one, following it, contesting its result (45 CFR 303.8)."""

from dataclasses import dataclass

from starlette.responses import Response

from chassis.errors import PlatformError, not_found
from childsupport.case.v1 import document_service_pb2 as documents_pb
from childsupport.case.v1 import party_case_service_pb2 as own_pb
from childsupport.case.v1 import review_service_pb2 as pb
from childsupport.case.v1.party_case_service_pb2_grpc import PartyCaseReadServiceStub
from childsupport.case.v1.review_service_pb2_grpc import ReviewServiceStub
from portal_service.desk import cases, documents
from portal_service.keeper import Party, parent
from web.i18n import N_
from web.site import Page
from web.visit import Visit

STATES: dict[int, tuple[int, str, str]] = {
    pb.REVIEW_STATE_REQUESTED: (
        1,
        N_("You asked; we have not decided yet"),
        N_("We look whether your order can be reviewed now, and write to both parents."),
    ),
    pb.REVIEW_STATE_REFUSED: (
        0,
        N_("No review now"),
        N_("We wrote to you why. You can ask again when something changes."),
    ),
    pb.REVIEW_STATE_UNDER_REVIEW: (
        2,
        N_("Under review"),
        N_("We collect what both parents earn and work out the amount by the guidelines."),
    ),
    pb.REVIEW_STATE_NO_CHANGE: (
        3,
        N_("The order stays as it is"),
        N_("The review found no reason to change the amount."),
    ),
    pb.REVIEW_STATE_AGREED_ORDER: (
        3,
        N_("Both parents agreed"),
        N_("The agreed order is with the court. It counts once the court signs it."),
    ),
    pb.REVIEW_STATE_MOTION_FILED: (
        3,
        N_("The court is asked to change the order"),
        N_("The court will set a hearing. Until it decides, the order stays as it is."),
    ),
    pb.REVIEW_STATE_MODIFIED: (
        4,
        N_("The order was changed"),
        N_("The new amount is under Order and balance."),
    ),
    pb.REVIEW_STATE_MOTION_DENIED: (
        4,
        N_("The court did not change the order"),
        N_("The order stays as it is."),
    ),
    pb.REVIEW_STATE_WITHDRAWN: (0, N_("Taken back"), N_("The order stays as it is.")),
}
"""By state: which of STEPS it is (0: none), heading, sentence."""
STEPS = (N_("Asked for"), N_("Under review"), N_("Result"), N_("Court decided"))
GROUNDS = {
    "earnings_of_either_parent": N_("One of us earns more or less than before"),
    "child_care_cost": N_("Child care costs more or less"),
    "health_insurance_cost": N_("Health insurance costs more or less"),
    "health_care_need": N_("The order says nothing about the children's health care"),
    "child_added_or_removed": N_("A child was born or is no longer in the order"),
    "incarceration": N_("One of us is in jail or prison for a long time"),
    "social_security_for_child": N_("A child gets Social Security benefits"),
    "order_by_default": N_("The order was made while I was not there"),
    "order_from_zero_income": N_("The order was made without any income"),
}
"""What a parent can name (policy: modification.grounds, and 45 CFR 303.8(c), (d))."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A review as pages show it."""

    review: own_pb.MyReview
    step: int
    state: str
    what: str
    case_number: str
    wants_information: bool
    path: str


def show(visit: Visit) -> Response:
    """Show every review, the latest first of each case."""
    parties = parent(visit).parties
    found = [_shown(party, one) for party in parties for one in _of(visit, party)]
    return visit.render(
        "desk/reviews.html",
        reviews=found,
        steps=STEPS,
        grounds=GROUNDS,
        numbers=cases.numbers(visit),
    )


def show_new(visit: Visit) -> Response:
    """Show the form for a review."""
    party = cases.picked(visit)
    if party is None:
        return cases.ask_which(visit, "/reviews/new")
    orders = cases.my_case(visit, party).orders
    return visit.render(
        "desk/review_new.html",
        party=party,
        grounds=GROUNDS,
        ticked=visit.form.all("ground"),
        orders=[(one.order_id, _order_name(visit, one)) for one in orders],
        own_documents=[one for one in documents.of(visit, party) if one.own],
    )


def take_new(visit: Visit) -> Response:
    """Ask for a review."""
    party = cases.picked(visit)
    if party is None:
        return show_new(visit)
    form = visit.form
    grounds = [ground for ground in form.all("ground") if ground in GROUNDS]
    statement = form.text("statement", required=False)
    orders = [one.order_id for one in cases.my_case(visit, party).orders]
    order_id = form.choice("order", orders) if len(orders) > 1 else ""
    ids = documents.attached(visit, party, documents_pb.DOCUMENT_SUBJECT_INCOME)
    if form.errors:
        return show_new(visit)
    request = pb.AskForReviewRequest(
        request_id=form.request_id,
        case_id=party.case_id,
        participant_id=party.participant_id,
        order_id=order_id,
        grounds=list(dict.fromkeys(grounds)),
        document_ids=ids,
        statement=statement,
    )
    try:
        visit.stub("case", ReviewServiceStub).AskForReview(request, **visit.as_person)
    except PlatformError as error:
        if "review_id" in error.metadata:
            form.wrong("", UNDER_WAY, error.detail)
        elif "case_number" in error.metadata:
            form.wrong("", NOTHING_TO_REVIEW, error.detail)
        else:
            form.refuse(error, {"statement": "statement", "order_id": "order"})
        return show_new(visit)
    return visit.redirect("/reviews", done="desk.review")


def show_contest(visit: Visit) -> Response:
    """Show the form for saying that the result is wrong."""
    party = cases.of_path(visit)
    return visit.render(
        "desk/review_contest.html",
        party=party,
        one=_shown(party, _one(visit, party)),
        own_documents=[one for one in documents.of(visit, party) if one.own],
    )


def take_contest(visit: Visit) -> Response:
    """Contest a result."""
    party = cases.of_path(visit)
    form = visit.form
    statement = form.text("statement")
    ids = documents.attached(visit, party, documents_pb.DOCUMENT_SUBJECT_INCOME)
    if form.errors:
        return show_contest(visit)
    request = pb.ContestReviewRequest(
        request_id=form.request_id,
        review_id=visit.request.path_params["review_id"],
        participant_id=party.participant_id,
        statement=statement,
        document_ids=ids,
    )
    try:
        visit.stub("case", ReviewServiceStub).ContestReview(request, **visit.as_person)
    except PlatformError as error:
        if "review_id" in error.metadata:
            form.wrong("", UNDER_WAY, error.detail)
        elif _one(visit, party).may_contest:
            form.refuse(error, {"statement": "statement"})
        return show_contest(visit)
    return visit.redirect("/reviews", done="desk.review_contested")


def take_back(visit: Visit) -> Response:
    """Take a request for a review back."""
    party = cases.of_path(visit)
    request = pb.WithdrawReviewRequest(
        request_id=visit.form.request_id,
        review_id=visit.request.path_params["review_id"],
        participant_id=party.participant_id,
    )
    visit.stub("case", ReviewServiceStub).WithdrawReview(request, **visit.as_person)
    return visit.redirect("/reviews", done="desk.review_withdrawn")


def _of(visit: Visit, party: Party) -> list[own_pb.MyReview]:
    asked = own_pb.ListMyReviewsRequest(
        participant_id=party.participant_id, case_id=party.case_id, page_size=cases.PAGE_SIZE
    )
    return list(
        visit.stub("case", PartyCaseReadServiceStub).ListMyReviews(asked, **visit.as_person).reviews
    )


def _one(visit: Visit, party: Party) -> own_pb.MyReview:
    review_id = visit.request.path_params["review_id"]
    for one in _of(visit, party):
        if one.review_id == review_id:
            return one
    raise not_found("review", review_id)


def _shown(party: Party, review: own_pb.MyReview) -> Shown:
    step, state, what = STATES[review.state]
    under_way = review.state == pb.REVIEW_STATE_UNDER_REVIEW
    if review.state == pb.REVIEW_STATE_REQUESTED and not review.asked_by_me:
        state = OTHER_ASKED
    if under_way and review.reasons:
        state, what = CONTESTED
    return Shown(
        review,
        step,
        state,
        what,
        party.case_number,
        under_way and not review.information_received,
        f"/reviews/{review.case_id}/{review.review_id}",
    )


def _order_name(visit: Visit, order: own_pb.MyOrder) -> str:
    name = order.court_number or order.order_id
    return visit.text(N_("Order %(number)s"), number=name)


OTHER_ASKED = N_("A review was asked for; we have not decided yet")
CONTESTED = (
    N_("The result is looked at again"),
    N_("Somebody said that it is wrong. We write to both parents what comes out."),
)
"""Under review with reasons that were told before: only a contested result is."""
UNDER_WAY = N_("Your order is under review already. You can follow it under Reviews.")
NOTHING_TO_REVIEW = N_("There is no order in this case that we can review now.")
PAGES = (
    Page("/reviews", show),
    Page("/reviews/new", show_new, take_new, body_max=documents.FORM_MAX_BYTES),
    Page(
        "/reviews/{case_id}/{review_id}/contest",
        show_contest,
        take_contest,
        body_max=documents.FORM_MAX_BYTES,
    ),
    Page("/reviews/{case_id}/{review_id}/withdraw", None, take_back),
)
MESSAGES = {
    "desk.review": N_("We have your request. We will write to both parents what we decide."),
    "desk.review_contested": N_("We have what you say against the result."),
    "desk.review_withdrawn": N_("You took your request back. The order stays as it is."),
}
