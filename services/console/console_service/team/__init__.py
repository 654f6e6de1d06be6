"""The office at a glance, and for supervisors who works there."""

from collections.abc import Mapping

from console_service.team import office_load, workers
from web.i18n import N_
from web.site import Page

PAGES: tuple[Page, ...] = (*office_load.PAGES, *workers.PAGES)
MESSAGES: Mapping[str, str] = {
    "team.invited": N_("The invitation is on its way; it can be used for 24 hours."),
    "team.reset": N_("The worker is signed out everywhere; a link to set up again is on its way."),
    "team.ended": N_("The worker is ended and signed out everywhere. Hand over what is left."),
    "team.roles": N_("Roles and offices are changed."),
    "team.handed_over": N_("Handed over."),
    "team.more": N_("Handed over in part. Do it again for the rest."),
}
