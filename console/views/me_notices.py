"""My notices: what happened to my sign-in and credentials, newest first."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import contacts, notice_kinds, notices
from accounts.models import Notice
from accounts.notice_kinds import Kind
from console import paging
from console.page import page
from console.session import HtmxRequest, oneself, signed_in
from iam.call import Page

PAGE_SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """One notice as the page shows it."""

    notice: Notice
    kind: Kind
    facts: list[tuple[str, str]]


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List the person's notices; what is listed counts as read from now on."""
    identity = oneself(request).identity
    listed = Page(f"notices {identity.pk}", paging.marker(request), PAGE_SIZE).of(
        "Notices", notices.newest(identity), key="-pk", row=_shown
    )
    shown: list[Shown] = listed["Notices"]
    if shown:
        notices.mark_seen(identity, timezone.now(), up_to=shown[0].notice.pk)
    return page(
        request,
        "console/notices/index.html",
        partial="list",
        listed=shown,
        pages=paging.pages(request, listed.get("Marker")),
        address=contacts.mail_address(identity),
        is_root=identity.is_root,
    )


def _shown(notice: Notice) -> Shown:
    kind = notice_kinds.KINDS.get(notice.kind, Kind(notice.kind, ""))
    return Shown(notice, kind, notice_kinds.rows(notice.facts))


app_name = "me-notices"
urlpatterns = [
    path("me/notices/", index, name="index"),
]
