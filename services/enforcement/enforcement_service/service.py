"""The wiring of the enforcement service, read by the chassis."""

from pathlib import Path

from chassis.service import Job, Service
from enforcement_service import api, known_balance_api
from enforcement_service.handlers import HANDLERS
from enforcement_service.screening import screen_everybody
from enforcement_service.store.tables import metadata

SERVICE = Service(
    name="enforcement",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    servicers=(*api.SERVICERS, *known_balance_api.SERVICERS),
    handlers=HANDLERS,
    jobs=(Job("screen", screen_everybody),),
)
