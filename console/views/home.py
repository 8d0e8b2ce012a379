"""The dashboard, and the choice of appearance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from console import addresses, cookies, navigation
from console.page import THEMES, go, page
from console.panels import panel
from console.session import LEFT_HEADER, HtmxRequest, own_address, required, signed_in

THEME_KEPT = timedelta(days=365)
RECENT_EVENTS = 8
ROOT_RECOVERY_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Advice:
    """One recommendation in words: when it is followed, when it is not, and where to follow it.

    `root_only`: what the root user alone can do about it, for everybody else.
    """

    fine: str
    lacking: str
    href: str
    link: str
    root_only: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of a quota is used."""

    label: str
    href: str
    used: int
    quota: int


ADVICE: Final[Mapping[str, Advice]] = {
    "root-mfa": Advice(
        "The root user has MFA.",
        "The root user has no MFA: its password alone owns the account.",
        "/me/credentials/",
        "Add a device",
        "Only the root user can add a device.",
    ),
    "root-keys": Advice(
        "The root user has no access keys.",
        "The root user has access keys: they can do everything and cannot be limited.",
        "/me/credentials/",
        "Remove them",
        "Only the root user can remove them.",
    ),
    "users-without-mfa": Advice(
        "Every user who can sign in has MFA.",
        "Users who can sign in without MFA",
        "/iam/users/?filter=NoMFA",
        "See users",
    ),
    "old-keys": Advice(
        "No access key is older than 90 days.",
        "Access keys older than 90 days",
        "/iam/users/?filter=OldKeys",
        "See users",
    ),
    "password-policy": Advice(
        "The account has a password policy of its own.",
        "The account has no password policy of its own; only the built-in minimum holds.",
        "/account/settings/passwords/",
        "Set one",
    ),
}
QUOTAS: Final = (
    ("Users", "Users", "/iam/users/"),
    ("User groups", "Groups", "/iam/groups/"),
    ("Roles", "Roles", "/iam/roles/"),
    ("Policies", "Policies", "/iam/policies/"),
    ("Identity providers", "Providers", "/iam/providers/"),
)


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """The dashboard: what to do for the account's safety, how full it is, and what happened lately."""
    account = required(request).account
    recommended = panel(request, "console.Recommendations")
    summary = panel(request, "iam.GetAccountSummary")
    sign_in = [
        (label, addresses.sign_in(place))
        for label, place in (("by alias", account.alias), ("by number", account.number))
        if place
    ]
    return page(
        request,
        "console/home.html",
        recommended=recommended,
        advice=_advice(recommended.result.get("Recommendations", ())),
        is_root=required(request).principal.kind == "root",
        summary=summary,
        quotas=_quotas(summary.result.get("SummaryMap", {})),
        activity=panel(request, "console.Activity", changes=True, max_items=RECENT_EVENTS),
        account=account,
        root_recovered=_lately(account.root_recovered_at),
        addresses=sign_in,
        endpoint=addresses.public(),
    )


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in a cookie; anything else follows the system again."""
    chosen = request.POST.get("theme", "")
    response = go(own_address(request.POST.get("next")))
    if chosen in THEMES:
        cookies.keep(response, settings.THEME_COOKIE_NAME, chosen, THEME_KEPT)
    else:
        cookies.forget(response, settings.THEME_COOKIE_NAME)
    return response


@signed_in
@require_POST
def still_here(request: HtmxRequest) -> HttpResponse:
    """Nothing but that the person is still there: the idle limit moves on, and the answer says how far."""
    return HttpResponse(status=204, headers={LEFT_HEADER: str(required(request).seconds_left)})


def _lately(moment: datetime | None) -> datetime | None:
    """The moment, if it is no longer ago than a week."""
    return moment if moment is not None and timezone.now() < moment + ROOT_RECOVERY_SHOWN else None


def _advice(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What to do first, with words; findings this page has no words for are left out."""
    known = [finding for finding in findings if finding["Code"] in ADVICE]
    shown = [
        {
            "words": ADVICE[found["Code"]],
            "fine": found["Fine"],
            "count": found.get("Count", 0),
            "names": found.get("Names", ()),
        }
        for found in known
    ]
    return sorted(shown, key=lambda entry: bool(entry["fine"]))


def _quotas(summary: Mapping[str, int]) -> list[Quota]:
    return [
        Quota(label, href, summary[key], summary.get(f"{key}Quota", 0))
        for label, key, href in QUOTAS
        if key in summary and navigation.exists(href)
    ]


urlpatterns = [
    path("", index, name="home"),
    path("appearance", appearance, name="appearance"),
    path("still-here", still_here, name="still-here"),
]
