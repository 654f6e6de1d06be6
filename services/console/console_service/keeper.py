"""Workers' sessions: identity keeps them, the console holds a reference in a cookie."""

from web.site import Keeper
from web.visit import Person, Visit


class Sessions(Keeper):
    """Asks identity."""

    def person(self, visit: Visit, session_token: str) -> Person | None:
        """Return whose session it is, and prolong it; None when it is over."""
        return None

    def admitted(self, person: Person) -> bool:
        """A worker who is logged in is admitted; what he may, the services decide."""
        return True
