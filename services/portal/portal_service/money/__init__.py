"""Payments and balances of both parents, paying online, how one is paid."""

from collections.abc import Mapping

from portal_service.money import balance, deposit, home, months, pay, payments, planning, record
from web.i18n import N_
from web.site import Page

PAGES: tuple[Page, ...] = (
    *home.PAGES,
    *payments.PAGES,
    *months.PAGES,
    *balance.PAGES,
    *record.PAGES,
    *planning.PAGES,
    *pay.PAGES,
    *deposit.PAGES,
)
MESSAGES: Mapping[str, str] = {
    "money.plan_made": N_("Your payments are planned."),
    "money.plan_stopped": N_("The plan is stopped. No further payment is made by it."),
    "money.deposit_reported": N_(
        "We have what you told us. A worker checks it before money goes there."
    ),
}
"""Code to marked message, for `?done=`; codes begin with the room's name."""
