"""gRPC: a module for each room of the contract; `SERVICERS` is all that is served."""

from chassis.service import Servicer
from payments_service.api import (
    corrections,
    online,
    party,
    paying,
    proof,
    reads,
    receiving,
    reports,
    statements,
    suspense_work,
)

SERVICERS: tuple[Servicer, ...] = (
    *reads.SERVICERS,
    *corrections.SERVICERS,
    *proof.SERVICERS,
    *statements.SERVICERS,
    *reports.SERVICERS,
    *receiving.SERVICERS,
    *online.SERVICERS,
    *party.SERVICERS,
    *paying.SERVICERS,
    *suspense_work.SERVICERS,
)
