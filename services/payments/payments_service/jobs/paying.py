"""Paying by the calendar: checks that are too old, money that nobody asked for."""

from chassis.service import Job
from payments_service.actions.checks import give_up_unclaimed, void_stale

JOBS = (
    Job("void_stale_checks", void_stale),
    Job("unclaimed", give_up_unclaimed),
)
