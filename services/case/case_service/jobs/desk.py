"""The desk by the calendar: outcomes that nobody recorded, conversations kept long enough."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from case_service.actions import worklist
from case_service.settings import settings_of
from case_service.store import appointments, conversations
from chassis.runtime import Work
from chassis.service import Job

PAGE = 1_000
MAX_PAGES = 1_000


def ask_for_outcomes(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Put before its worker each appointment of earlier days whose outcome nobody recorded."""
    before = _midnight(work, business_date)
    count, after = 0, None
    while page := appointments.without_outcome(work.session, before, after, PAGE):
        for one in page:
            worklist.put(
                work,
                one.case_id,
                "ALERT",
                one.appointment_id,
                due_on=business_date,
                about_type="appointment",
                what="Record what came of an appointment",
            )
        count, after = count + len(page), (page[-1].starts_at, page[-1].appointment_id)
    return {"appointments": count}


def forget_conversations(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Delete closed conversations that are older than the setting says; without it, none."""
    days = settings_of(work).message_retention_days
    if not days:
        return {"conversations": 0}
    before = _midnight(work, business_date) - timedelta(days=days)
    count = 0
    for _ in range(MAX_PAGES):
        gone = conversations.forget_closed(work.session, before, PAGE)
        count += gone
        if gone < PAGE:
            break
    return {"conversations": count}


def _midnight(work: Work, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(work.settings.time_zone))


JOBS = (
    Job("ask_for_outcomes", ask_for_outcomes),
    Job("forget_conversations", forget_conversations),
)
"""The jobs of this room."""
