"""gRPC: a module for each room of the contract; `SERVICERS` is all that is served."""

from chassis.service import Servicer
from payments_service.api import proof, reads, receiving, statements, suspense_work

SERVICERS: tuple[Servicer, ...] = (
    *reads.SERVICERS,
    *proof.SERVICERS,
    *statements.SERVICERS,
    *receiving.SERVICERS,
    *suspense_work.SERVICERS,
)
