"""Takes cases over from another system."""

from collections.abc import Iterator

from case_service.importing import import_page
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import case_service_pb2 as pb


class CaseImports:
    """Takes over cases from another system."""

    def ImportCases(
        self, request: Iterator[pb.ImportCasesRequest], work: Work
    ) -> pb.ImportCasesResponse:
        """Take the pages of a stream over, all of them or none."""
        total = pb.ImportCasesResponse()
        for message in request:
            page = import_page(message, work)
            total.participants_changed += page.participants_changed
            total.cases_changed += page.cases_changed
            total.orders_changed += page.orders_changed
            total.unchanged += page.unchanged
        return total


SERVICERS = (Servicer("childsupport.case.v1.CaseImportService", CaseImports()),)
