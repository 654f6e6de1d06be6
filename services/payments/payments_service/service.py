"""The wiring of the disbursement unit, read by the chassis."""

from pathlib import Path

from chassis.service import Handler, Service, Servicer
from childsupport.case.v1.events_pb2 import CasesChanged, ParticipantsChanged
from childsupport.withholding.v1.events_pb2 import RemittancesIdentified, RemittancesReleased
from payments_service import api, handlers, republishing
from payments_service.jobs import JOBS
from payments_service.settings import PaymentsSettings
from payments_service.store import tables
from payments_service.timers import TIMERS

SERVICE = Service(
    name="payments",
    metadata=tables.metadata,
    migrations=Path(__file__).parent / "migrations",
    servicers=(
        Servicer("childsupport.payments.v1.ReceiptReadService", api.ReceiptReads()),
        Servicer("childsupport.payments.v1.LedgerReadService", api.LedgerReads()),
        Servicer("childsupport.payments.v1.DisbursementReadService", api.DisbursementReads()),
    ),
    handlers=(
        Handler(CasesChanged, handlers.on_cases_changed),
        Handler(ParticipantsChanged, handlers.on_participants_changed),
        Handler(RemittancesReleased, handlers.on_remittances_released),
        Handler(RemittancesIdentified, handlers.on_remittances_identified),
    ),
    timers=TIMERS,
    jobs=JOBS,
    settings=PaymentsSettings,
    republish={
        "collections": republishing.collections,
        "balances": republishing.balances,
    },
)
