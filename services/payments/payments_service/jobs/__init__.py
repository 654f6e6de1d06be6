"""Work by the calendar and by the clock, a module for each room."""

from payments_service.jobs import ledger, sources, timers

JOBS = (*ledger.JOBS,)
TIMERS = (*timers.TIMERS, *sources.TIMERS)
