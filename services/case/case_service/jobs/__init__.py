"""Work by the calendar, and work that runs again and again: a module for each room."""

from case_service.jobs import (
    applications,
    assistance,
    clocks,
    closing,
    desk,
    orders,
    parties,
    reviews,
)

TIMERS = (*clocks.TIMERS, *parties.TIMERS)
JOBS = (
    *clocks.JOBS,
    *assistance.JOBS,
    *orders.JOBS,
    *closing.JOBS,
    *reviews.JOBS,
    *desk.JOBS,
    *applications.JOBS,
)
