"""What waits for the worker: the list, one page an item, decisions in one step."""

from collections.abc import Mapping

from console_service.worklist import applying, deciding, item_page, listing, moving
from web.i18n import N_
from web.site import Page

PAGES: tuple[Page, ...] = (
    *listing.PAGES,
    *item_page.PAGES,
    *deciding.PAGES,
    *moving.PAGES,
    *applying.PAGES,
)
MESSAGES: Mapping[str, str] = {
    "worklist.accepted": N_("Accepted."),
    "worklist.rejected": N_("Rejected; the person is told why."),
    "worklist.answered": N_("Your answer is on its way."),
    "worklist.proposed": N_("Your answer waits for a second person."),
    "worklist.returned": N_("Given back to who proposed it."),
    "worklist.noted": N_("Done."),
    "worklist.forwarded": N_("Forwarded."),
    "worklist.escalated": N_("It is before the supervisor now."),
    "worklist.de_escalated": N_("Taken back from the supervisor."),
    "worklist.taken": N_("You have it now."),
    "worklist.released": N_("Given back to the office."),
    "worklist.assigned": N_("Assigned."),
    "worklist.opened": N_("The case is opened."),
    "worklist.refused": N_("Refused; the applicant is told why."),
}
