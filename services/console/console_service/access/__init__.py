"""What the office does about a parent's access to the portal."""

from collections.abc import Mapping

from console_service.access import portal_access
from web.i18n import N_
from web.site import Page

PAGES: tuple[Page, ...] = portal_access.PAGES
MESSAGES: Mapping[str, str] = {
    "access.reset": N_("A link to choose a new password is on its way to the person's mail."),
    "access.asked": N_("Asked for. Another person must confirm it before anything changes."),
    "access.removed": N_(
        "The second factor is gone, and a link to choose a new password is on its way."
    ),
    "access.kept": N_("Rejected. Nothing was changed."),
    "access.revoked": N_("The access is taken away; the account is told so."),
}
