"""For everybody: the calculator, applying for services, help."""

from collections.abc import Mapping

from web.site import Page

PAGES: tuple[Page, ...] = ()
MESSAGES: Mapping[str, str] = {}
"""Code to marked message, for `?done=`; codes begin with the room's name."""
