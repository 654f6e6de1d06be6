"""Drafts of applications that nobody has saved for too long are erased."""

from collections.abc import Mapping
from datetime import date, timedelta

from case_service.actions.applications import expire, law_of
from case_service.store import applications as store
from chassis.runtime import Work
from chassis.service import Job

PAGE = 500
MAX_PAGES = 200


def expire_drafts(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Erase the drafts whose time is over on the business date."""
    day = min(business_date, work.clock.today())
    saved_before = day - timedelta(days=law_of(work).days("application.draft_kept", day))
    count = 0
    for _ in range(MAX_PAGES):
        page = store.drafts_saved_before(work.session, saved_before, PAGE)
        for application_id in page:
            one = store.lock(work.session, work.keys, application_id)
            if one is not None:
                expire(work, one)
        count += len(page)
        if len(page) < PAGE:
            break
    return {"applications": count}


JOBS = (Job("expire_applications", expire_drafts),)
"""The jobs of this room."""
