"""The payment record of a case as a document (PDF), as a court takes it."""

from datetime import date

from starlette.responses import Response

from chassis.dates import from_date
from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.money import reading
from web.i18n import N_
from web.site import Page
from web.visit import Visit

TIMEOUT_S = 30.0
EVERYTHING, SINCE = "all", "since"
SPANS = (
    (EVERYTHING, N_("From the beginning")),
    (SINCE, N_("From a day on")),
)


def show(visit: Visit) -> Response:
    """Ask of which case and since when."""
    return visit.render("money/record.html", accounts=reading.accounts(visit), spans=SPANS)


def take(visit: Visit) -> Response:
    """Answer with the document."""
    form = visit.form
    accounts = reading.accounts(visit)
    case_id = form.choice("case", [one.account.case_id for one in accounts])
    span = form.choice("span", [code for code, _ in SPANS])
    first: date | None = form.day("first") if span == SINCE else None
    if form.errors:
        return show(visit)
    one = reading.of_case(accounts, case_id)
    asked = pb.GetMyPaymentRecordRequest(
        participant_id=one.participant_id, case_id=case_id, first_day=from_date(first)
    )
    found = reading.reads(visit).GetMyPaymentRecord(
        asked, **{**visit.as_person, "timeout": TIMEOUT_S}
    )
    name = "".join(sign for sign in found.file_name if sign.isalnum() or sign in "-_.")
    headers = {"content-disposition": f'attachment; filename="{name or "record.pdf"}"'}
    return visit.finish(Response(found.pdf, media_type="application/pdf", headers=headers))


PAGES = (Page("/record", show, take),)
