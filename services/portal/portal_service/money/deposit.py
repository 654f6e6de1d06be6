"""How the one who receives is paid, and telling us of another account.

Where money is sent is asked for only after the password was shown again, and a worker looks at it
before money goes there.
"""

from typing import Final

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.case.v1 import case_service_pb2 as shared_pb
from childsupport.case.v1 import party_case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1.party_case_service_pb2_grpc import PartyCaseReadServiceStub
from childsupport.case.v1.party_service_pb2_grpc import PartyServiceStub
from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.account import again
from portal_service.money import reading, words
from portal_service.money.reading import Account
from web.i18n import N_
from web.site import Page
from web.visit import Visit

BANK, CHECK = "bank", "check"
WAYS: Final = (
    (BANK, N_("To a bank account"), N_("The fastest way. We test a new account first.")),
    (CHECK, N_("By check"), N_("To the address that you gave us.")),
)
KINDS: Final = (("checking", N_("Checking")), ("savings", N_("Savings")))
SAVINGS: Final = "savings"
ROUTING_DIGITS: Final = 9
ROUTING_WEIGHTS: Final = (3, 7, 1)
ACCOUNT_MAX: Final = 17
CHANGES_MAX: Final = 50
FIELDS: Final = {
    "details.bank_account.routing_number": "routing",
    "details.bank_account.account_number": "account",
    "bank_account.routing_number": "routing",
    "bank_account.account_number": "account",
}
NOT_ROUTING = N_(
    "Enter the nine digits of the routing number, as your check or your bank shows it."
)
NOT_ACCOUNT = N_("Enter the account number: up to 17 digits.")
NOT_THE_SAME = N_("The two account numbers differ. Enter the same one twice.")


def show(visit: Visit) -> Response:
    """Show how the person is paid, what is on its way, and what was reported of it."""
    one = _receiver(visit)
    payout = None
    if one is not None:
        asked = pb.GetMyPayoutRequest(participant_id=one.participant_id)
        payout = reading.reads(visit).GetMyPayout(asked, **visit.as_person)
    return visit.render(
        "money/deposit.html",
        payout=payout,
        change=reading.unless_away(lambda: _reported(visit, one)) if one is not None else None,
        case_pb=party_pb,
        words=words,
        pb=pb,
    )


def show_form(visit: Visit) -> Response:
    """Ask for the account."""
    if asked := again.ask(visit):
        return asked
    return visit.render("money/deposit_new.html", one=_receiver(visit), ways=WAYS, kinds=KINDS)


def take(visit: Visit) -> Response:
    """Show what was typed, to be checked."""
    if asked := again.ask(visit):
        return asked
    details = _details(visit)
    if visit.form.errors or visit.form.checked("change"):
        visit.form.errors = [] if visit.form.checked("change") else visit.form.errors
        return show_form(visit)
    return visit.render("money/deposit_check.html", details=details, ways=WAYS, kinds=KINDS)


def send(visit: Visit) -> Response:
    """Report the change."""
    if asked := again.ask(visit):
        return asked
    details, one = _details(visit), _receiver(visit)
    if visit.form.errors or one is None:
        return show_form(visit)
    try:
        visit.stub("case", PartyServiceStub).ReportChange(
            party_pb.ReportChangeRequest(
                request_id=visit.form.request_id,
                case_id=one.account.case_id,
                participant_id=one.participant_id,
                kind=party_pb.CHANGE_KIND_ACCOUNT,
                details=details,
            ),
            **visit.as_person,
        )
    except PlatformError as error:
        visit.form.refuse(error, FIELDS)
        return show_form(visit)
    return visit.redirect("/deposit", done="money.deposit_reported")


def _receiver(visit: Visit) -> Account | None:
    return next((one for one in reading.accounts(visit) if not one.pays), None)


def _reported(visit: Visit, one: Account) -> case_pb.MyReportedChange | None:
    """Return the latest report of an account; None without one."""
    asked = case_pb.ListMyReportedChangesRequest(
        participant_id=one.participant_id, page_size=CHANGES_MAX
    )
    found = visit.stub("case", PartyCaseReadServiceStub).ListMyReportedChanges(
        asked, **visit.as_person
    )
    kind = party_pb.CHANGE_KIND_ACCOUNT
    return next((change for change in found.changes if change.kind == kind), None)


def _details(visit: Visit) -> party_pb.ChangeDetails:
    form = visit.form
    way = form.choice("way", [code for code, _, _ in WAYS])
    if way != BANK:
        return party_pb.ChangeDetails()
    routing = form.text("routing").replace(" ", "").replace("-", "")
    account = form.text("account").replace(" ", "")
    repeated = form.text("account_again").replace(" ", "")
    kind = form.choice("kind", [code for code, _ in KINDS])
    if not form.error("routing") and not _is_routing(routing):
        form.wrong("routing", NOT_ROUTING)
    if not form.error("account") and not (
        account.replace("-", "").isalnum() and account.isascii() and len(account) <= ACCOUNT_MAX
    ):
        form.wrong("account", NOT_ACCOUNT)
    elif account != repeated and not form.error("account_again"):
        form.wrong("account_again", NOT_THE_SAME)
    return party_pb.ChangeDetails(
        bank_account=shared_pb.BankAccount(
            routing_number=routing, account_number=account, savings=kind == SAVINGS
        )
    )


def _is_routing(number: str) -> bool:
    """Check the nine digits; the last one proves the others."""
    if len(number) != ROUTING_DIGITS or not (number.isascii() and number.isdecimal()):
        return False
    weighed = (int(digit) * ROUTING_WEIGHTS[at % 3] for at, digit in enumerate(number))
    return sum(weighed) % 10 == 0


PAGES = (
    Page("/deposit", show),
    Page("/deposit/new", show_form, take),
    Page("/deposit/send", None, send),
)
