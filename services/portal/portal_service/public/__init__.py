"""For everybody: the calculator, applying for services, help and safety."""

from collections.abc import Mapping

from portal_service.public import apply, calculator, helping
from web.site import Page

PAGES: tuple[Page, ...] = (*calculator.PAGES, *apply.PAGES, *helping.PAGES)
MESSAGES: Mapping[str, str] = {**apply.MESSAGES}
"""Code to marked message, for `?done=`; codes begin with the room's name."""
