"""Establishing over gRPC: reads and writes, a module for each of its matters."""

from case_service.api.establishing.ids import validators
from case_service.api.establishing.locating import Locates, LocateWrites
from case_service.api.establishing.paternity import Paternities, PaternityWrites
from case_service.api.establishing.serving import Processes, ProcessWrites
from case_service.api.establishing.testing import TestWrites
from case_service.api.establishing.worksheets import Worksheets, WorksheetWrites
from chassis.service import Servicer


class EstablishmentReads(Paternities, Locates, Processes, Worksheets):
    """Reads what is established."""

    def __init__(self) -> None:
        """Hold the ids of every request to their form."""
        self.validators = validators(self)


class Establishments(PaternityWrites, TestWrites, LocateWrites, ProcessWrites, WorksheetWrites):
    """Records what establishes."""

    def __init__(self) -> None:
        """Hold the ids of every request to their form."""
        self.validators = validators(self)


SERVICERS = (
    Servicer("childsupport.case.v1.EstablishmentReadService", EstablishmentReads()),
    Servicer("childsupport.case.v1.EstablishmentService", Establishments()),
)
