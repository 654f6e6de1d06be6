"""The way in: chooser, registering, signing in, enrolling, leaving."""

from collections.abc import Mapping

from portal_service.door import chooser
from web.site import Page

PAGES: tuple[Page, ...] = (*chooser.PAGES,)
MESSAGES: Mapping[str, str] = {}
"""Code to marked message, for `?done=`; codes begin with the room's name."""
