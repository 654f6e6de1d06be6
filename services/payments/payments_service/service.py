"""The wiring of the disbursement unit, read by the chassis."""

from pathlib import Path

from chassis.service import Service
from payments_service import handlers, republishing
from payments_service.api import SERVICERS
from payments_service.jobs import JOBS, TIMERS
from payments_service.settings import PaymentsSettings
from payments_service.store import tables

SERVICE = Service(
    name="payments",
    metadata=tables.metadata,
    migrations=Path(__file__).parent / "migrations",
    servicers=SERVICERS,
    handlers=handlers.HANDLERS,
    timers=TIMERS,
    jobs=JOBS,
    settings=PaymentsSettings,
    republish=republishing.REPUBLISH,
)
