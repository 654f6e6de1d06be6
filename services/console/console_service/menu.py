"""What the menu offers to a worker."""

from collections.abc import Sequence

from web.i18n import N_
from web.site import Item
from web.visit import Visit

HOME = "/worklist"
ENTRIES = (
    (HOME, N_("Worklist"), ("/worklist",)),
    ("/look-up", N_("Find a case or person"), ("/look-up", "/cases", "/people")),
    ("/team", N_("Team"), ("/team", "/workers")),
    ("/account", N_("My account"), ("/account",)),
)


def menu(visit: Visit) -> Sequence[Item]:
    """Return the entries; nobody's are none."""
    if visit.person is None:
        return ()
    here = visit.request.url.path
    return [
        Item(path, label, current=any(here == r or here.startswith(r + "/") for r in rooms))
        for path, label, rooms in ENTRIES
    ]


def home(visit: Visit) -> str:
    """Return where the site's name leads."""
    return HOME if visit.person is not None else "/"
