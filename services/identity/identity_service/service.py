"""The wiring of the identity service, read by the chassis."""

from pathlib import Path

from chassis.service import Service
from identity_service import api, signing
from identity_service.handlers import HANDLERS
from identity_service.jobs import JOBS, REPUBLISH, TIMERS
from identity_service.settings import IdentitySettings
from identity_service.store.tables import metadata

SERVICE = Service(
    name="identity",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    servicers=api.servicers(api.Tokens()),
    handlers=HANDLERS,
    timers=TIMERS,
    jobs=JOBS,
    settings=IdentitySettings,
    republish=REPUBLISH,
    key_set=signing.key_set,
)
