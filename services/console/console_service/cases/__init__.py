"""Looking up cases and people. Every look is recorded by the service that answers."""

from collections.abc import Mapping

from console_service.cases import case_page, look_up, person_page
from web.site import Page

PAGES: tuple[Page, ...] = (*look_up.PAGES, *case_page.PAGES, *person_page.PAGES)
MESSAGES: Mapping[str, str] = {}
