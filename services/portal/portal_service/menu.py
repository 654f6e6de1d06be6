"""What the menu offers: little on the phone, everything on the desktop."""

from collections.abc import Sequence

from web.i18n import N_
from web.site import Item
from web.visit import Visit

HOME = "/home"
MOBILE = (
    (HOME, N_("Home")),
    ("/payments", N_("Payments")),
    ("/balance", N_("Balance")),
    ("/messages", N_("Messages")),
    ("/tasks", N_("To do")),
    ("/office", N_("My office")),
)
DESKTOP = (
    (HOME, N_("Home")),
    ("/payments", N_("Payments")),
    ("/balance", N_("Order and balance")),
    ("/messages", N_("Messages")),
    ("/notices", N_("Notices")),
    ("/documents", N_("Documents")),
    ("/appointments", N_("Appointments")),
    ("/changes", N_("Report a change")),
    ("/account", N_("My account")),
)
VISITOR = (
    ("/calculator", N_("Calculator")),
    ("/apply", N_("Apply for services")),
    ("/log-in", N_("Sign in")),
)


def menu(visit: Visit) -> Sequence[Item]:
    """Return the entries for who is here; nobody's are those for everybody."""
    if visit.person is None:
        entries: Sequence[tuple[str, str]] = VISITOR
    elif not visit.site.keeper.admitted(visit.person):
        entries = (("/enrol", N_("Get access")), ("/account", N_("My account")))
    else:
        entries = MOBILE if visit.mobile else DESKTOP
    here = visit.request.url.path.removeprefix("/m")
    offered = {page.path for page in visit.site.pages}
    return [
        Item(path, label, current=here == path or here.startswith(path + "/"))
        for path, label in entries
        if path in offered
    ]


def home(visit: Visit) -> str:
    """Return where the site's name leads."""
    return HOME if visit.person is not None else "/"
