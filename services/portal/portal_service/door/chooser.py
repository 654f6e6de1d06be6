"""Mobile view or desktop view, each with what it offers; and the language."""

from starlette.responses import RedirectResponse, Response

from portal_service.door.trying import local
from web.i18n import LANGUAGES
from web.site import Page, Who
from web.visit import MOBILE, SEE_OTHER, Visit

VIEWS = ("mobile", "desktop")


def choose(visit: Visit) -> Response:
    """Show both views; the one that was chosen last is marked."""
    return visit.render("door/chooser.html", chosen=visit.cookies.get("view"))


def set_view(visit: Visit) -> Response:
    """Remember a view and go on in it."""
    view = visit.request.path_params["view"]
    if view in VIEWS:
        visit.cookies.set("view", view)
    visit.mobile = view == "mobile"
    back = local(visit.request.query_params.get("back", "")).removeprefix(MOBILE)
    # Once more: what is left of `/m//elsewhere` leads elsewhere.
    place = local(back) or "/log-in"
    if visit.mobile and not visit.site.has_mobile(place):
        place = "/log-in"
    return visit.finish(RedirectResponse(visit.path(place), SEE_OTHER))


def set_language(visit: Visit) -> Response:
    """Remember a language and go back to where it was chosen."""
    language = visit.request.path_params["language"]
    if language in LANGUAGES:
        visit.cookies.set("lang", language)
    place = local(visit.request.query_params.get("back", "")) or "/"
    return visit.finish(RedirectResponse(place, SEE_OTHER))


PAGES = (
    Page("/", choose, who=Who.ANYBODY),
    Page("/view/{view}", set_view, who=Who.ANYBODY),
    Page("/language/{language}", set_language, who=Who.ANYBODY),
)
