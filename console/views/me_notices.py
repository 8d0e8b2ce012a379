"""My notices: what happened to my sign-in and credentials, newest first, until I have read it."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import contacts, notice_kinds, notices
from accounts.models import Notice
from accounts.notice_kinds import Kind
from console import paging
from console.page import go, page
from console.session import HtmxRequest, oneself, signed_in
from iam.call import Page

HERE: Final = "/me/notices/"
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
    """List the person's notices."""
    identity = oneself(request).identity
    listed = Page(f"notices {identity.pk}", paging.marker(request), PAGE_SIZE).of(
        "Notices", notices.newest(identity), key="-pk", row=_shown
    )
    return page(
        request,
        "console/notices/index.html",
        partial="list",
        listed=listed["Notices"],
        pages=paging.pages(request, listed.get("Marker")),
        unseen=notices.unseen(identity.pk),
        address=contacts.mail_address(identity),
        is_root=identity.is_root,
    )


@signed_in
@require_POST
def read_all(request: HtmxRequest) -> HttpResponse:
    """Count all as read."""
    notices.mark_seen(oneself(request).identity, timezone.now())
    return go(HERE, say="All notices are marked as read.")


@signed_in
@require_POST
def read(request: HtmxRequest, notice_id: int) -> HttpResponse:
    """Count one as read; one of somebody else's is as one that is not there."""
    notices.mark_one_seen(oneself(request).identity, notice_id, timezone.now())
    return go(HERE)


def _shown(notice: Notice) -> Shown:
    kind = notice_kinds.KINDS.get(notice.kind, Kind(notice.kind, ""))
    return Shown(notice, kind, notice_kinds.rows(notice.facts))


app_name = "me-notices"
urlpatterns = [
    path("me/notices/", index, name="index"),
    path("me/notices/read/", read_all, name="read-all"),
    path("me/notices/<int:notice_id>/read/", read, name="read"),
]
