"""The case and what one writes: tasks, messages, notices, documents, changes, reviews."""

from collections.abc import Mapping

from portal_service.desk import (
    appointments,
    changes,
    closures,
    disputes,
    documents,
    messages,
    notices,
    office,
    reviews,
    tasks,
)
from web.site import Page

PAGES: tuple[Page, ...] = (
    *tasks.PAGES,
    *office.PAGES,
    *messages.PAGES,
    *notices.PAGES,
    *documents.PAGES,
    *appointments.PAGES,
    *changes.PAGES,
    *reviews.PAGES,
    *disputes.PAGES,
    *closures.PAGES,
)
MESSAGES: Mapping[str, str] = {
    **documents.MESSAGES,
    **messages.MESSAGES,
    **changes.MESSAGES,
    **reviews.MESSAGES,
    **disputes.MESSAGES,
    **closures.MESSAGES,
}
"""Code to marked message, for `?done=`; codes begin with the room's name."""
