"""The account: sessions, password, e-mail address, second factors."""

from collections.abc import Mapping

from web.site import Page

PAGES: tuple[Page, ...] = ()
MESSAGES: Mapping[str, str] = {}
"""Code to marked message, for `?done=`; codes begin with the room's name."""
