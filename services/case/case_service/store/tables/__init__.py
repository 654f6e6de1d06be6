"""The tables of the case service, a module for each of its rooms."""

from case_service.store.tables import (
    applications,
    core,
    desk,
    documents,
    establishing,
    parties,
    reviews,
)
from case_service.store.tables.clocks import case_clock
from case_service.store.tables.core import (
    assistance_period,
    case_member,
    case_table,
    history,
    metadata,
    obligation,
    obligation_term,
    opening_arrears,
    order_table,
    participant,
    participant_serial,
)
from case_service.store.tables.orders import life_alert, life_event, order_version
from case_service.store.tables.parties import (
    case_serial,
    office_setting,
    protection,
    reported_change,
)

__all__ = [
    "applications",
    "assistance_period",
    "case_clock",
    "case_member",
    "case_serial",
    "case_table",
    "core",
    "desk",
    "documents",
    "establishing",
    "history",
    "life_alert",
    "life_event",
    "metadata",
    "obligation",
    "obligation_term",
    "office_setting",
    "opening_arrears",
    "order_table",
    "order_version",
    "participant",
    "participant_serial",
    "parties",
    "protection",
    "reported_change",
    "reviews",
]
