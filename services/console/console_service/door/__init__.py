"""The way in: invitation, signing in and out."""

from collections.abc import Mapping

from console_service.door import entering, invitation
from web.i18n import N_
from web.site import Page

PAGES: tuple[Page, ...] = (*entering.PAGES, *invitation.PAGES)
MESSAGES: Mapping[str, str] = {"door.out": N_("You are signed out.")}
"""Code to marked message, for `?done=`; codes begin with the room's name."""
