"""What the two parents of a case are answered: `party_field` of the contract names who asks."""

from chassis.service import Servicer
from payments_service.api.party_accounts import MyAccounts
from payments_service.api.party_payments import MyPayments
from payments_service.api.party_plans import MyPlans


class PartyPaymentReads(MyAccounts, MyPayments):
    """Reads payments and accounts for a participant."""


SERVICERS = (
    Servicer("childsupport.payments.v1.PartyPaymentReadService", PartyPaymentReads()),
    Servicer("childsupport.payments.v1.PartyPaymentService", MyPlans()),
)
