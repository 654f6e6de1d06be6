"""The account: sessions, password, e-mail address, second factors."""

from collections.abc import Mapping

from portal_service.account import again, changing, factors, overview, passkeys
from web.site import Page

PAGES: tuple[Page, ...] = (
    *again.PAGES,
    *overview.PAGES,
    *changing.PAGES,
    *factors.PAGES,
    *passkeys.PAGES,
)
MESSAGES: Mapping[str, str] = {
    **overview.MESSAGES,
    **changing.MESSAGES,
    **factors.MESSAGES,
    **passkeys.MESSAGES,
}
"""Code to marked message, for `?done=`; codes begin with the room's name."""
