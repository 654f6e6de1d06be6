"""The wiring of withholding."""

from pathlib import Path

from chassis.service import Handler, Service, Servicer, Timer
from childsupport.case.v1.events_pb2 import CasesChanged, ParticipantsChanged
from withholding_service import api, handlers, jobs
from withholding_service.settings import WithholdingSettings
from withholding_service.store.tables import metadata

SERVICE = Service(
    name="withholding",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    servicers=(
        Servicer("childsupport.withholding.v1.EmployerService", api.Employers()),
        Servicer("childsupport.withholding.v1.RemittanceService", api.Remittances()),
        Servicer("childsupport.withholding.v1.RemittanceReadService", api.RemittanceReads()),
    ),
    handlers=(
        Handler(CasesChanged, handlers.on_cases_changed),
        Handler(ParticipantsChanged, handlers.on_participants_changed),
    ),
    timers=(Timer("discard_abandoned_uploads", 300.0, jobs.discard_abandoned_uploads),),
    settings=WithholdingSettings,
    republish={
        "employers": jobs.republish_employers,
        "remittances": jobs.republish_remittances,
    },
)
