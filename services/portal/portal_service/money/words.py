"""What the codes of the contract are called by parents. All texts are marked messages."""

from collections.abc import Mapping
from typing import Final

from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.payments.v1 import online_payment_service_pb2 as online_pb
from childsupport.payments.v1 import party_service_pb2 as pb
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from web.i18n import N_

Words = Mapping[int, str]

SUPPORT: Final[Words] = {
    case_pb.SUPPORT_TYPE_CHILD: N_("Child support"),
    case_pb.SUPPORT_TYPE_MEDICAL: N_("Medical support"),
    case_pb.SUPPORT_TYPE_SPOUSAL: N_("Spousal support"),
    case_pb.SUPPORT_TYPE_CHILD_CARE: N_("Child care costs"),
}
FREQUENCY: Final[Words] = {
    case_pb.FREQUENCY_WEEKLY: N_("each week"),
    case_pb.FREQUENCY_BIWEEKLY: N_("every two weeks"),
    case_pb.FREQUENCY_SEMIMONTHLY: N_("twice a month"),
    case_pb.FREQUENCY_MONTHLY: N_("each month"),
    case_pb.FREQUENCY_QUARTERLY: N_("once a quarter"),
    case_pb.FREQUENCY_YEARLY: N_("once a year"),
    case_pb.FREQUENCY_ONCE: N_("once"),
}
OWED_TO: Final[Words] = {
    pb.OWED_TO_FAMILY: N_("Owed to the family"),
    pb.OWED_TO_STATE: N_("Owed to the State, for assistance it paid"),
    pb.OWED_TO_OTHER: N_("Owed to another State"),
}
SOURCE: Final[Words] = {
    pb.MY_PAYMENT_SOURCE_EMPLOYER: N_("Taken from your pay"),
    pb.MY_PAYMENT_SOURCE_ONLINE: N_("Paid online"),
    pb.MY_PAYMENT_SOURCE_CHECK: N_("Check or money order"),
    pb.MY_PAYMENT_SOURCE_CASH: N_("Cash"),
    pb.MY_PAYMENT_SOURCE_OTHER: N_("Other payment"),
}
STATE: Final[Words] = {
    pb.MY_PAYMENT_STATE_RECEIVED: N_("Came in"),
    pb.MY_PAYMENT_STATE_HELD: N_("On hold"),
    pb.MY_PAYMENT_STATE_ALLOCATED: N_("Counted"),
    pb.MY_PAYMENT_STATE_SENT: N_("Sent"),
    pb.MY_PAYMENT_STATE_ARRIVED: N_("Arrived"),
    pb.MY_PAYMENT_STATE_RETURNED: N_("Came back"),
    pb.MY_PAYMENT_STATE_REVERSED: N_("Reversed"),
}
STATE_TO_PAYER: Final[Words] = {
    pb.MY_PAYMENT_STATE_RECEIVED: N_("We have this payment. It is not counted yet."),
    pb.MY_PAYMENT_STATE_HELD: N_("Some of this payment is on hold."),
    pb.MY_PAYMENT_STATE_ALLOCATED: N_(
        "This payment is counted for you. The money goes out with our next run."
    ),
    pb.MY_PAYMENT_STATE_SENT: N_("This payment is counted for you, and the money was sent."),
    pb.MY_PAYMENT_STATE_ARRIVED: N_("This payment is counted for you, and the money was sent."),
    pb.MY_PAYMENT_STATE_RETURNED: N_(
        "This payment is counted for you. Some of it came back to us."
    ),
    pb.MY_PAYMENT_STATE_REVERSED: N_("This payment was taken back. It does not count any more."),
}
STATE_TO_RECEIVER: Final[Words] = {
    pb.MY_PAYMENT_STATE_RECEIVED: N_("We have this money. It is not counted yet."),
    pb.MY_PAYMENT_STATE_HELD: N_("Some of this money is on hold."),
    pb.MY_PAYMENT_STATE_ALLOCATED: N_("This money is counted. It goes out with our next run."),
    pb.MY_PAYMENT_STATE_SENT: N_("This money was sent."),
    pb.MY_PAYMENT_STATE_ARRIVED: N_("This money has arrived."),
    pb.MY_PAYMENT_STATE_RETURNED: N_("This money came back to us. It will be sent again."),
    pb.MY_PAYMENT_STATE_REVERSED: N_("This payment was taken back by the payer’s side."),
}
STAGE: Final[Words] = {
    pb.MY_STAGE_KIND_RECEIVED: N_("Came in to us"),
    pb.MY_STAGE_KIND_SETTLED: N_("Settled by the bank"),
    pb.MY_STAGE_KIND_HELD: N_("Put on hold"),
    pb.MY_STAGE_KIND_ALLOCATED: N_("Counted for what is owed"),
    pb.MY_STAGE_KIND_SENT: N_("Sent"),
    pb.MY_STAGE_KIND_ARRIVED: N_("Arrived"),
    pb.MY_STAGE_KIND_RETURNED: N_("Came back to us"),
    pb.MY_STAGE_KIND_SENT_AGAIN: N_("Sent again"),
    pb.MY_STAGE_KIND_REVERSED: N_("Reversed"),
}
NEXT: Final[Words] = {
    pb.MY_STAGE_KIND_RECEIVED: N_("It comes in to us"),
    pb.MY_STAGE_KIND_HELD: N_("It stays on hold"),
    pb.MY_STAGE_KIND_ALLOCATED: N_("It is counted for what is owed"),
    pb.MY_STAGE_KIND_SENT: N_("It is sent"),
    pb.MY_STAGE_KIND_ARRIVED: N_("It should arrive"),
    pb.MY_STAGE_KIND_RETURNED: N_("It comes back to us"),
    pb.MY_STAGE_KIND_SENT_AGAIN: N_("It is sent again"),
    pb.MY_STAGE_KIND_REVERSED: N_("It is taken back"),
}
SENT_TO: Final[Words] = {
    pb.MY_PAYEE_FAMILY: N_("Sent to the family"),
    pb.MY_PAYEE_STATE: N_("Sent to the State, for assistance it paid"),
    pb.MY_PAYEE_FEE: N_("Kept by the State as the yearly fee"),
    pb.MY_PAYEE_HELD: N_("Held"),
    pb.MY_PAYEE_PAYER: N_("Sent back to the parent who paid"),
    pb.MY_PAYEE_OTHER_STATE: N_("Sent to another State"),
}
PAYEE: Final[Words] = {
    pb.MY_PAYEE_FAMILY: N_("The family"),
    pb.MY_PAYEE_STATE: N_("The State, for assistance it paid"),
    pb.MY_PAYEE_FEE: N_("The State, for the yearly fee"),
    pb.MY_PAYEE_HELD: N_("Nobody yet: on hold"),
    pb.MY_PAYEE_PAYER: N_("Back to the parent who paid"),
    pb.MY_PAYEE_OTHER_STATE: N_("Another State"),
}
USE: Final[Words] = {
    pb.MY_PART_USE_CURRENT: N_("for the month"),
    pb.MY_PART_USE_ARREARS: N_("past due"),
    pb.MY_PART_USE_AHEAD: N_("for a coming month"),
    pb.MY_PART_USE_FEE: N_("yearly fee"),
    pb.MY_PART_USE_NONE: N_("not used yet"),
}
REASON: Final[Words] = {
    pb.MY_REASON_PAID_AHEAD: N_("More came in than is owed now. It waits for what falls due next."),
    pb.MY_REASON_NO_ADDRESS: N_("There is no address or account to pay to. Tell us one."),
    pb.MY_REASON_NOT_DECIDED: N_("It is not settled yet who gets it."),
    pb.MY_REASON_OFFICE: N_("Your office holds it. A caseworker can tell you why."),
    pb.MY_REASON_OTHER: N_("We have to look at it first."),
    pb.MY_REASON_BANK_RETURNED: N_("The bank sent it back."),
    pb.MY_REASON_CHECK_STOPPED: N_("The check was stopped."),
    pb.MY_REASON_CHECK_STALE: N_("The check was not cashed in time."),
    pb.MY_REASON_NOT_PAID: N_("The payer’s bank did not pay it, or took it back."),
    pb.MY_REASON_CORRECTED: N_("It was booked wrongly and is corrected."),
    pb.MY_REASON_UNCLAIMED: N_("Nobody asked for it in time."),
    pb.MY_REASON_OTHER_CARETAKER: N_("It went to another caretaker of the children."),
    pb.MY_REASON_KEPT_BACK: N_("A part was kept back for what was paid too much before."),
}
METHOD: Final[Words] = {
    payments_pb.DISBURSEMENT_METHOD_DIRECT_DEPOSIT: N_("Direct deposit"),
    payments_pb.DISBURSEMENT_METHOD_CHECK: N_("Check by mail"),
    payments_pb.DISBURSEMENT_METHOD_INTERFUND_TRANSFER: N_("Transfer within the State"),
    payments_pb.DISBURSEMENT_METHOD_DEBIT_CARD: N_("Debit card of the State"),
    payments_pb.DISBURSEMENT_METHOD_STATE_CREDIT: N_("Transfer to another State"),
}
PRENOTE: Final[Words] = {
    pb.MY_PRENOTE_STATE_WAITING: N_("We are testing this account with your bank."),
    pb.MY_PRENOTE_STATE_APPROVED: N_("Your bank takes payments for this account."),
    pb.MY_PRENOTE_STATE_RETURNED: N_("Your bank does not take payments for this account."),
}
INSTRUMENT: Final[Words] = {
    receipt_pb.INSTRUMENT_CARD: N_("Card"),
    receipt_pb.INSTRUMENT_BANK_DEBIT: N_("Bank account"),
}
ONLINE: Final[Words] = {
    online_pb.ONLINE_PAYMENT_STATE_STARTED: N_("Your payment is being made. This takes a moment."),
    online_pb.ONLINE_PAYMENT_STATE_UNKNOWN: N_(
        "We have no answer from the bank yet. Do not pay again: we keep asking until we know."
    ),
    online_pb.ONLINE_PAYMENT_STATE_APPROVED: N_("Your payment was made."),
    online_pb.ONLINE_PAYMENT_STATE_DECLINED: N_(
        "The bank declined your payment. Nothing was charged."
    ),
    online_pb.ONLINE_PAYMENT_STATE_EXPIRED: N_(
        "The bank did not answer. Nothing was charged, and you can pay again."
    ),
    online_pb.ONLINE_PAYMENT_STATE_CHARGED_BACK: N_("Your bank took this payment back."),
}
ONLINE_TITLE: Final[Words] = {
    online_pb.ONLINE_PAYMENT_STATE_STARTED: N_("Your payment is on its way"),
    online_pb.ONLINE_PAYMENT_STATE_UNKNOWN: N_("Your payment is on its way"),
    online_pb.ONLINE_PAYMENT_STATE_APPROVED: N_("Thank you. Your payment was made"),
    online_pb.ONLINE_PAYMENT_STATE_DECLINED: N_("Your payment was declined"),
    online_pb.ONLINE_PAYMENT_STATE_EXPIRED: N_("Your payment was not made"),
    online_pb.ONLINE_PAYMENT_STATE_CHARGED_BACK: N_("Your payment was taken back"),
}
ONLINE_SHORT: Final[Words] = {
    online_pb.ONLINE_PAYMENT_STATE_STARTED: N_("On its way"),
    online_pb.ONLINE_PAYMENT_STATE_UNKNOWN: N_("No answer yet"),
    online_pb.ONLINE_PAYMENT_STATE_APPROVED: N_("Made"),
    online_pb.ONLINE_PAYMENT_STATE_DECLINED: N_("Declined"),
    online_pb.ONLINE_PAYMENT_STATE_EXPIRED: N_("Not made"),
    online_pb.ONLINE_PAYMENT_STATE_CHARGED_BACK: N_("Reversed"),
}
ONLINE_LOOK: Final[Words] = {
    online_pb.ONLINE_PAYMENT_STATE_UNKNOWN: "is-wait",
    online_pb.ONLINE_PAYMENT_STATE_APPROVED: "is-done",
    online_pb.ONLINE_PAYMENT_STATE_DECLINED: "is-bad",
    online_pb.ONLINE_PAYMENT_STATE_EXPIRED: "is-bad",
    online_pb.ONLINE_PAYMENT_STATE_CHARGED_BACK: "is-bad",
}
"""Classes."""
PLAN: Final[Words] = {
    pb.MY_SCHEDULE_STATE_ACTIVE: N_("Running"),
    pb.MY_SCHEDULE_STATE_ENDED: N_("All payments made"),
    pb.MY_SCHEDULE_STATE_CANCELLED: N_("Stopped by you"),
    pb.MY_SCHEDULE_STATE_STOPPED: N_("Stopped: the bank declined too often"),
}
ON_ITS_WAY: Final = frozenset(
    {online_pb.ONLINE_PAYMENT_STATE_STARTED, online_pb.ONLINE_PAYMENT_STATE_UNKNOWN}
)
"""Online payments whose end is not known yet."""
