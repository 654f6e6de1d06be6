"""The wiring of the case service, read by the chassis."""

from pathlib import Path

from case_service import policy_api
from case_service.api import SERVICERS
from case_service.handlers import HANDLERS
from case_service.jobs import JOBS, TIMERS
from case_service.republish import REPUBLISH
from case_service.settings import CaseSettings
from case_service.store.tables import metadata
from chassis.service import Service

SERVICE = Service(
    name="case",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    servicers=(*SERVICERS, *policy_api.SERVICERS),
    handlers=HANDLERS,
    settings=CaseSettings,
    timers=TIMERS,
    jobs=JOBS,
    republish=REPUBLISH,
)
