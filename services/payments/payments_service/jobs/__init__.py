"""Work by the calendar and by the clock, a module for each room."""

from payments_service.jobs import ledger, paying, sources, timers

JOBS = (*ledger.JOBS, *paying.JOBS)
TIMERS = (*timers.TIMERS, *sources.TIMERS)
