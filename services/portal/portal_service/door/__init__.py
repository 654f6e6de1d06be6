"""The way in: chooser, registering, signing in, enrolling, leaving."""

from collections.abc import Mapping

from portal_service.door import (
    chooser,
    enrolling,
    forgetting,
    keys,
    passkeys,
    registering,
    signing_in,
)
from web.site import Page

PAGES: tuple[Page, ...] = (
    *chooser.PAGES,
    *signing_in.PAGES,
    *registering.PAGES,
    *forgetting.PAGES,
    *enrolling.PAGES,
    *keys.PAGES,
    *passkeys.PAGES,
)
MESSAGES: Mapping[str, str] = {
    **signing_in.MESSAGES,
    **registering.MESSAGES,
    **forgetting.MESSAGES,
    **enrolling.MESSAGES,
    **keys.MESSAGES,
}
"""Code to marked message, for `?done=`; codes begin with the room's name."""
