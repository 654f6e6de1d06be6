"""The worker's own account: sessions, password, recovery codes."""

from collections.abc import Mapping

from console_service.account import own_account
from web.i18n import N_
from web.site import Page

PAGES: tuple[Page, ...] = own_account.PAGES
MESSAGES: Mapping[str, str] = {
    "account.ended": N_("The session is ended."),
    "account.password": N_("Your password is changed. All your other sessions are ended."),
}
