"""The dashboard, and the choice of appearance."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from console.page import THEME_COOKIE, THEMES, go, page
from console.session import HtmxRequest, own_path, signed_in

THEME_KEPT = timedelta(days=365)


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """The dashboard."""
    return page(request, "console/home.html")


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in a cookie; anything else follows the system again."""
    chosen = request.POST.get("theme", "")
    response = go(own_path(request.POST.get("next")))
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            chosen,
            max_age=THEME_KEPT,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
