"""The local offices: one in each county of the State, and which of them works a case."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Office:
    """A local office. Its id is the FIPS code of its county; what nobody has said is empty."""

    office_id: str
    county: str
    phone: str = ""
    street: str = ""
    city: str = ""
    zip_code: str = ""
    hours: str = ""
    worked_by: str = ""
    """The office that takes this county's new cases; empty: it does so itself."""
    email: str = ""


@cache
def counties() -> Mapping[str, str]:
    """Return the name of each county that has an office, by FIPS code."""
    with files("case_service").joinpath("data/offices.csv").open(encoding="utf-8") as file:
        return MappingProxyType({row["fips"]: row["county"] for row in csv.DictReader(file)})


def office_for(county_fips: str, worked_by: Mapping[str, str]) -> str:
    """Return the office that a county's new case goes to; empty when the county has none.

    `worked_by` is the rule: which office another one has handed its new cases to.
    """
    if county_fips not in counties():
        return ""
    return worked_by.get(county_fips) or county_fips
