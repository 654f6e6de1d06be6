"""The one place that knows every service. Each is imported when it is asked for, not before."""

from functools import cache
from importlib import import_module
from typing import cast

from chassis.service import Service

SERVICES = ("identity", "case", "payments", "withholding", "enforcement", "notification")
ROLES = ("api", "worker", "relay")


@cache
def service_named(name: str) -> Service:
    """Return a service. Raises KeyError that lists the names there are."""
    if name not in SERVICES:
        message = f"no service {name!r}; there are: {', '.join(SERVICES)}"
        raise KeyError(message)
    return cast("Service", import_module(f"{name}_service.service").SERVICE)
