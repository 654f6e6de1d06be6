"""Paying by the calendar: checks too old, money that nobody asked for, planned payments."""

from chassis.service import Job
from payments_service.actions.checks import give_up_unclaimed, void_stale
from payments_service.actions.planning import pay_scheduled

JOBS = (
    Job("void_stale_checks", void_stale),
    Job("unclaimed", give_up_unclaimed),
    Job("pay_scheduled", pay_scheduled),
)
