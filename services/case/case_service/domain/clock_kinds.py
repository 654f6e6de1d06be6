"""The kinds of clocks: which time limit, what starts it, what stops it.

Figures and calendars are the policy's: a kind names the rule. `ELSEWHERE` says who keeps the time
limits that are not about a case; together they are every row of the federal limits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Kind:
    """One time limit of the law."""

    kind: str
    title: str
    rule: str
    """Its id in the policy, without the jurisdiction."""
    starts: str
    stops: str
    window: bool = False
    """It runs out and nothing is missed: somebody's time to act, or a time that must pass."""
    then: str = ""
    """What a worker can do once the window has run out."""
    again: bool = False
    """Done once, it is due again: stopping it starts the next, cancelling it ends it."""
    outlives_case: bool = False
    """It goes on when the case is closed."""


_APPLYING = (
    Kind(
        "application_given_in_person",
        "Give the application to who asks in person",
        "case.application_in_person",
        starts="somebody asks for it in person",
        stops="the application was given",
    ),
    Kind(
        "application_given_by_phone",
        "Send the application to who asks by telephone or in writing",
        "case.application_by_phone",
        starts="somebody asks for it by telephone or in writing",
        stops="the application was sent",
    ),
    Kind(
        "information_to_referred",
        "Inform the client whom another program referred",
        "case.referral_information",
        starts="K-TAP, Medicaid or foster care refers a client",
        stops="information on services and rights was sent",
    ),
    Kind(
        "open_case",
        "Open the case, assess it, ask for information",
        "case.open",
        starts="the application or referral is received",
        stops="the case was opened, or the application refused",
    ),
    Kind(
        "services_continue_notice",
        "Tell the family that services go on after assistance",
        "case.services_continue_notice",
        starts="notice that assistance or Medicaid has ended",
        stops="the family was told",
    ),
    Kind(
        "fcr_update",
        "Send the change to the Federal Case Registry",
        "case.registry_update",
        starts="a case in the registry is opened, changed or closed",
        stops="the registry was sent the change",
        outlives_case=True,
    ),
)

_ESTABLISHING = (
    Kind(
        "locate",
        "Ask every locate source",
        "locate.sources",
        starts="locating is found to be needed",
        stops="the parent was located, or every source was asked",
    ),
    Kind(
        "locate_again",
        "Repeat the locate attempts",
        "locate.repeat",
        starts="an attempt to locate has failed",
        stops="the sources were asked again",
        again=True,
    ),
    Kind(
        "establish_order",
        "Get an order, or process served, or record diligent effort",
        "establishment.order_or_service",
        starts="the parent is located, or comes into the case with a known home or employer",
        stops="the order was set, process was served, or diligent effort was recorded",
    ),
    Kind(
        "expedited_six_months",
        "From service to disposition: the first span",
        "expedited.first_span",
        starts="process is served",
        stops="the order was set or the action dismissed",
    ),
    Kind(
        "expedited_twelve_months",
        "From service to disposition: the second span",
        "expedited.second_span",
        starts="process is served",
        stops="the order was set or the action dismissed",
    ),
    Kind(
        "default_answer",
        "The served party's time to answer",
        "paternity.default_answer",
        starts="process is served",
        stops="the party answered",
        window=True,
        then="No answer in time: a default judgment can be asked for",
    ),
    Kind(
        "rescission",
        "The time to take back an acknowledgment of paternity",
        "paternity.rescission",
        starts="the acknowledgment is signed",
        stops="it was taken back, or a proceeding about the child began",
        window=True,
        outlives_case=True,
    ),
    Kind(
        "administrative_hearing",
        "The time to ask for a hearing on an administrative obligation",
        "admin_order.hearing",
        starts="the notice of the obligation is received",
        stops="a hearing was asked for",
        window=True,
        then="No hearing was asked for: collection can begin",
    ),
    Kind(
        "hearing_conference",
        "Hold the informal conference",
        "hearing.conference",
        starts="a hearing is asked for",
        stops="the conference was held or declined",
    ),
)

_REVIEWING = (
    Kind(
        "review",
        "Finish the review and adjust the order",
        "review.complete",
        starts="a review is asked for, or the other parent located if that is later",
        stops="the order was adjusted, or it was found that it stays",
    ),
    Kind(
        "review_decision",
        "Decide whether to review",
        "review.decide",
        starts="a review is asked for",
        stops="it was decided",
    ),
    Kind(
        "review_parents_told",
        "Parents told before the review begins",
        "review.parents_told",
        starts="both parents are told of the review",
        stops="the review began",
        window=True,
        then="The parents were told in time: the review can begin",
    ),
    Kind(
        "review_notice",
        "Tell both parents of the right to a review",
        "review.right_notice",
        starts="the order is set, or the last notice was sent",
        stops="the notice was sent",
        again=True,
    ),
    Kind(
        "incarceration_notice",
        "Tell both parents of the right to a review after a jailing",
        "review.incarceration_notice",
        starts="the agency learns of an incarceration that is long enough",
        stops="both parents were told",
    ),
    Kind(
        "order_copy",
        "Send the parties the order, or that nothing changes",
        "review.order_copy",
        starts="the order is issued, or it is found that nothing changes",
        stops="the copy was sent",
    ),
    Kind(
        "adjustment_contest",
        "The time to contest an automated adjustment",
        "review.automated_contest",
        starts="notice of the adjustment",
        stops="it was contested",
        window=True,
        then="Nobody contested: the adjustment can take effect",
    ),
    Kind(
        "dispute_answer",
        "Answer in writing who says that a balance is wrong",
        "dispute.answer",
        starts="the dispute is received",
        stops="the written answer was sent",
        outlives_case=True,
    ),
)

_CLOSING = (
    Kind(
        "closure_notice",
        "The time to answer the notice of closing",
        "case.closure_notice",
        starts="the notice of the intent to close is sent",
        stops="the case was closed",
        window=True,
    ),
    Kind(
        "closure_locate",
        "Closing is allowed after locating in vain",
        "case.closure_locate",
        starts="locating begins, with enough known for a search",
        stops="the parent was located",
        window=True,
        then="Locating was in vain for its whole time: the case can be closed",
    ),
    Kind(
        "closure_locate_little_known",
        "Closing is allowed after locating in vain, too little known",
        "case.closure_locate_little_known",
        starts="locating begins, with too little known for a search",
        stops="the parent was located, or enough is known",
        window=True,
        then="Locating was in vain for its whole time: the case can be closed",
    ),
    Kind(
        "closure_locate_unverified_ssn",
        "Closing is allowed after locating in vain, number not verified",
        "case.closure_locate_unverified_ssn",
        starts="locating begins, with no Social Security number verified",
        stops="the parent was located, or the number verified",
        window=True,
        then="Locating was in vain for its whole time: the case can be closed",
    ),
    Kind(
        "records_kept",
        "The records of the closed case are kept",
        "case.closed_records",
        starts="the case is closed",
        stops="the case was reopened",
        window=True,
        outlives_case=True,
    ),
)

_INTERSTATE = (
    Kind(
        "central_registry_acknowledge",
        "Acknowledge, check and hand on another State's referral",
        "intergovernmental.registry_acknowledge",
        starts="the central registry receives the referral",
        stops="it was acknowledged and handed on",
    ),
    Kind(
        "central_registry_status",
        "Answer another State's question on the status",
        "intergovernmental.registry_status",
        starts="the central registry receives the question",
        stops="it was answered",
    ),
    Kind(
        "initiating_refer",
        "Refer the case to the other State",
        "intergovernmental.refer",
        starts="it is decided that a referral is needed, and what it takes is there",
        stops="the case was referred",
    ),
    Kind(
        "initiating_information",
        "Answer the responding State's request for information",
        "intergovernmental.give_information",
        starts="the request is received",
        stops="the information, or the day when it will come, was sent",
    ),
    Kind(
        "initiating_review_request",
        "Ask the other State for a review",
        "intergovernmental.review_request",
        starts="it is decided that a review is needed, and what it takes is there",
        stops="the request was sent",
    ),
    Kind(
        "initiating_closure_told",
        "Tell the responding State that the case is closed",
        "intergovernmental.closure_told",
        starts="the case is closed",
        stops="the responding State was told",
        outlives_case=True,
    ),
    Kind(
        "new_information_told",
        "Send new information to the other State",
        "intergovernmental.new_information",
        starts="the information is received",
        stops="it was sent",
    ),
    Kind(
        "controlling_order_record",
        "Send orders and payment record for the controlling order",
        "intergovernmental.order_record",
        starts="another State asks for them",
        stops="they were sent",
    ),
    Kind(
        "responding_locate",
        "Locate the parent, or ask the initiating State for what is missing",
        "intergovernmental.locate",
        starts="the referral is received",
        stops="the parent was located, or what is missing was asked for",
    ),
    Kind(
        "responding_forward",
        "Hand on the case when the parent is found elsewhere",
        "intergovernmental.forward_found_elsewhere",
        starts="the parent is found in another place",
        stops="the case was handed on, or sent back",
    ),
    Kind(
        "responding_controlling_request",
        "File for a decision on the controlling order",
        "intergovernmental.controlling_request",
        starts="the request with its documents is received",
        stops="it was filed",
    ),
    Kind(
        "responding_controlling_notice",
        "Tell the States concerned which order controls",
        "intergovernmental.controlling_notice",
        starts="the tribunal has decided",
        stops="they were told",
    ),
    Kind(
        "responding_stop_and_close",
        "Stop withholding and close when the other State says so",
        "intergovernmental.stop_and_close",
        starts="the instruction is received",
        stops="withholding was ended and the case closed",
        outlives_case=True,
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.kind: kind for kind in (*_APPLYING, *_ESTABLISHING, *_REVIEWING, *_CLOSING, *_INTERSTATE)}
)

ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        # a day's arrears and what follows from them
        "delinquency.trigger": "enforcement",
        "delinquency.action": "enforcement",
        "delinquency.action_with_service": "enforcement",
        "offset.submission": "enforcement",
        "offset.review_forward": "enforcement",
        "offset.review_decide": "enforcement",
        "offset.joint_return_hold": "payments",
        "fidm.social_security_income_return": "enforcement",
        # what employers are sent, and owe
        "withholding.notice_income_source": "withholding",
        "withholding.notice_new_hire": "withholding",
        "withholding.notice_otherwise": "withholding",
        "withholding.remit": "withholding",
        "medical_notice.to_employer": "withholding",
        "medical_notice.to_plan": "withholding",
        # money out
        "sdu.disburse": "payments",
        "sdu.forward": "payments",
        "sdu.disburse_assistance_family": "payments",
        "sdu.pass_through": "payments",
        "sdu.first_month_after_assistance": "payments",
        "sdu.foster_care_agency": "payments",
        "sdu.offset": "payments",
        "sdu.offset_after_appeal": "payments",
        # shares of all cases, not a case's time
        "assessment.pass_closure": "reports",
        "assessment.pass_other": "reports",
        "expedited.first_share": "reports",
        "expedited.second_share": "reports",
    }
)
"""Rules of the other rows, and the service that holds to them."""


def kind_named(name: str) -> Kind:
    """Return a kind. Raises KeyError that lists the names there are."""
    if name not in KINDS:
        raise KeyError(f"no clock {name!r}; there are: {', '.join(KINDS)}")
    return KINDS[name]
