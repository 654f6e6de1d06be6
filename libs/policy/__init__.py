"""The law as dated, cited data, and how to look it up. See README.md."""

from policy.allocation import AllocationStage, allocation_stages, kind_priority
from policy.calendars import Calendar, years_after
from policy.distribution import DistributionStep, assistance_era, distribution_steps
from policy.errors import PolicyError, RuleNotInForce, WrongUnit
from policy.lookup import FiscalYear, Policy, audience_text, load
from policy.model import Citable, Confidence, Entry, Rule, Table, TableRow
from policy.steps import Step, explain
from policy.units import Unit
from policy.wording import Audience, dollars

__all__ = [
    "AllocationStage",
    "Audience",
    "Calendar",
    "Citable",
    "Confidence",
    "DistributionStep",
    "Entry",
    "FiscalYear",
    "Policy",
    "PolicyError",
    "Rule",
    "RuleNotInForce",
    "Step",
    "Table",
    "TableRow",
    "Unit",
    "WrongUnit",
    "allocation_stages",
    "assistance_era",
    "audience_text",
    "distribution_steps",
    "dollars",
    "explain",
    "kind_priority",
    "load",
    "years_after",
]
