"""How to reach the office that works a case."""

from starlette.responses import Response

from portal_service.desk import cases
from web.site import Page
from web.visit import Visit


def show(visit: Visit) -> Response:
    """Show the office of each case."""
    return visit.render(
        "desk/office.html",
        cases=cases.my_cases(visit),
        zip_code=cases.zip_code,
    )


PAGES = (Page("/office", show, mobile=True),)
