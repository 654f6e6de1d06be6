"""The last 24 months of a case, as a chart and a table, to print."""

from starlette.responses import Response

from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.money import chart, reading, words
from web.site import Page
from web.visit import Visit

MONTHS = 24


def show(visit: Visit) -> Response:
    """Show the months of the case that was chosen, else of the first one."""
    accounts = reading.accounts(visit)
    case_id = visit.request.query_params.get("case", "")
    one = reading.of_case(accounts, case_id) if case_id else next(iter(accounts), None)
    found = None
    if one is not None:
        asked = pb.ListMyHistoryRequest(
            participant_id=one.participant_id, case_id=one.account.case_id, months=MONTHS
        )
        found = reading.reads(visit).ListMyHistory(asked, **visit.as_person)
    return visit.render(
        "money/months.html",
        accounts=accounts,
        one=one,
        history=found,
        drawn=chart.chart_of(found.months) if found is not None else None,
        size=chart,
        short=reading.short_money(visit),
        words=words,
        pb=pb,
    )


PAGES = (Page("/months", show),)
