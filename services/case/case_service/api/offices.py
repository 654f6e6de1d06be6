"""The local offices, one in each county of the State."""

import re
from collections.abc import Iterator

from case_service.actions.changing import check_etag
from case_service.actions.recording import refuse
from case_service.domain.imports import email_is_right
from case_service.domain.model import Violation
from case_service.domain.offices import Office
from case_service.domain.parties import phone_is_right
from case_service.store import offices as store
from chassis.errors import PlatformError, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import office_service_pb2 as pb
from childsupport.common.v1.errors_pb2 import ErrorReason

MAX_TEXT_CHARS = 200


class OfficeReads:
    """Reads the local offices."""

    def ListOffices(self, request: pb.ListOfficesRequest, work: Work) -> pb.ListOfficesResponse:
        """List the offices in the order of their counties."""
        size = paging.page_size(request)
        prefix = request.county_prefix.strip().casefold()
        after = paging.decode_token(work.keys, request.page_token, listing="ListOffices")
        found = [
            _message(office, version)
            for fips, (office, version) in store.read(work.session).items()
            if fips > after and office.county.casefold().startswith(prefix)
        ]
        more = found[size - 1].office_id if len(found) > size else ""
        return pb.ListOfficesResponse(
            offices=found[:size],
            next_page_token=paging.encode_token(work.keys, more, listing="ListOffices"),
        )

    def GetOffice(self, request: pb.GetOfficeRequest, work: Work) -> pb.GetOfficeResponse:
        """Return one office."""
        return pb.GetOfficeResponse(office=_message(*_office(work, request.office_id)))


class Offices:
    """Says of an office what its county does not tell."""

    def UpdateOffice(self, request: pb.UpdateOfficeRequest, work: Work) -> pb.UpdateOfficeResponse:
        """Set phone, address and hours of an office, and which office takes its new cases."""
        before, version = _office(work, request.office.office_id)
        check_etag(version, request.office.etag, "office")
        m = request.office
        after = Office(
            office_id=before.office_id,
            county=before.county,
            phone=m.phone.strip(),
            street=m.street.strip(),
            city=m.city.strip(),
            zip_code=m.zip_code.strip(),
            hours=m.hours.strip(),
            worked_by=m.worked_by,
            email=m.email.strip(),
        )
        refuse(_violations(after, work))
        if not store.write(work.session, after, version, work.clock.now()):
            raise PlatformError(
                ErrorReason.ERROR_REASON_ETAG_MISMATCH,
                "the office was changed by somebody else; read it again",
            )
        return pb.UpdateOfficeResponse(office=_message(after, version + 1))


def _violations(office: Office, work: Work) -> Iterator[Violation]:
    if not phone_is_right(office.phone):
        yield Violation("office.phone", "ten digits, or empty")
    if office.zip_code and not re.fullmatch(r"[0-9]{5}([0-9]{4})?", office.zip_code):
        yield Violation("office.zip_code", "five or nine digits, or empty")
    if office.email and not email_is_right(office.email):
        yield Violation("office.email", "an address of the form name@domain, or empty")
    for name in ("street", "city", "hours", "email"):
        if len(getattr(office, name)) > MAX_TEXT_CHARS:
            yield Violation(f"office.{name}", f"{MAX_TEXT_CHARS} characters at the most")
    if office.worked_by:
        other = store.read(work.session).get(office.worked_by)
        if other is None or office.worked_by == office.office_id:
            yield Violation("office.worked_by", "the FIPS code of another office, or empty")
        elif other[0].worked_by:
            yield Violation("office.worked_by", "an office that takes its own new cases")


def _office(work: Work, office_id: str) -> tuple[Office, int]:
    found = store.read(work.session).get(office_id)
    if found is None:
        raise not_found("office", office_id)
    return found


def _message(office: Office, version: int) -> pb.Office:
    return pb.Office(
        office_id=office.office_id,
        county=office.county,
        phone=office.phone,
        street=office.street,
        city=office.city,
        zip_code=office.zip_code,
        hours=office.hours,
        worked_by=office.worked_by,
        email=office.email,
        etag=str(version),
    )


SERVICERS = (
    Servicer("childsupport.case.v1.OfficeReadService", OfficeReads()),
    Servicer("childsupport.case.v1.OfficeService", Offices()),
)
