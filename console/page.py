"""Rendering: page() gives a page or, to htmx, one fragment of it; go() sends the browser on after an act."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from accounts import mfa_requirement, notices
from accounts.models import ConsoleSession
from console import navigation, neighbours, session

THEMES = ("light", "dark")
FRAGMENT_HEADER = "X-Fragment"


@dataclass(frozen=True, slots=True)
class Shell:
    """What the frame around every page shows: whose account, who acts, as which role, and where one can go."""

    account_number: str
    account_label: str
    who: str
    who_kind: str
    who_icon: str
    who_arn: str
    mark: str
    others: tuple[neighbours.Neighbour, ...]
    role: session.RoleLabel | None
    path: str
    seconds_left: int
    mfa_days_left: int | None
    sections: tuple[navigation.Section, ...]
    me: tuple[navigation.Place, ...]
    unread: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a detail page; each has its own address.  `count` is shown behind the label when it is known."""

    label: str
    href: str
    current: bool = False
    count: int | None = None


class Go(HttpResponseRedirect):
    """An answer to a finished act: the middleware shows `say` on the next page, and tells htmx to load it whole."""

    status_code = 303

    def __init__(self, address: str, say: str, tone: str) -> None:
        super().__init__(address)
        self.say = say
        self.tone = tone


def page(
    request: HttpRequest, template: str, *, partial: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    """The page of a template, or only its named partial where htmx asked for it.

    `crumbs` in the context are (label, address) pairs; `cli` is the command line shown at the foot of the page.
    """
    fragment = bool(partial) and wants_fragment(request)
    known = {"theme": theme_of(request), **context}
    if not fragment and "shell" not in known and session.who(request) is not None:
        known["shell"] = shell(request)
    body: str = render_to_string(f"{template}#{partial}" if fragment else template, known, request)
    if fragment:
        body += _flash(request)
    response = HttpResponse(body, status=status)
    if fragment:
        # static/js/feedback.js swaps an error answer in only where it says it is a fragment.
        response.headers[FRAGMENT_HEADER] = "true"
    patch_vary_headers(response, ("HX-Request",))
    return response


def go(to: str, *args: Any, say: str = "", tone: str = "ok", **kwargs: Any) -> Go:
    """See another page next: a URL name with its arguments, or an address.  `say` is shown there once.

    `tone` is "ok", "info", "attention" or "danger".
    """
    return Go(resolve_url(to, *args, **kwargs), say, tone)


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asked for a part of the page; a history restore wants it whole."""
    asked = request.headers.get("HX-Request") == "true"
    return asked and request.headers.get("HX-History-Restore-Request") != "true"


def theme_of(request: HttpRequest) -> str:
    """The theme chosen in this browser; "" follows the system."""
    chosen = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return chosen if chosen in THEMES else ""


def shell(request: HttpRequest) -> Shell:
    """The frame's facts for a signed-in request.  Errors: session.NotSignedIn."""
    who = session.required(request)
    name, kind, icon = _named(who)
    unread = _unread(who)
    return Shell(
        account_number=who.account.number,
        account_label=who.account.alias or who.account.name,
        who=name,
        who_kind=kind,
        who_icon=icon,
        who_arn=who.principal.arn,
        mark=who.mark,
        others=neighbours.others(request),
        role=who.role,
        path=request.get_full_path(),
        seconds_left=who.seconds_left,
        mfa_days_left=_mfa_days_left(who.session),
        sections=navigation.sections(request.path),
        me=navigation.me(request.path, unread, person=who.person is not None),
        unread=unread,
    )


def _unread(who: session.Who) -> str:
    """How many notices whoever signed in has not read, as the menu shows it; "" for none, and for nobody's."""
    count = notices.unseen(who.person.pk) if who.person is not None else 0
    return f"{notices.MOST_COUNTED - 1}+" if count >= notices.MOST_COUNTED else str(count or "")


def _mfa_days_left(row: ConsoleSession) -> int | None:
    """How many days the person has left to add an MFA device; None where none is asked of them, or they have one."""
    if row.identity is None:
        return None
    return mfa_requirement.days_left(row.identity, row.mfa_at, row.peer, timezone.now())


def _named(who: session.Who) -> tuple[str, str, str]:
    """Whom the frame shows: a name, what kind of principal that is, and its icon."""
    if who.role is not None:
        by = f", acted as by {who.role.owner}" if who.role.leave else ", by temporary credentials"
        kind = "Federated user" if who.principal.kind == "federated-user" else "Role"
        return who.principal.name, f"{kind}{by}", "id-badge-2"
    if who.principal.kind == "root":
        return "Root user", "", "shield-lock"
    return who.name, "IAM user", "user"


def tabs(
    base: str, current: str, entries: Sequence[tuple[str, str] | tuple[str, str, int]]
) -> tuple[Tab, ...]:
    """Tabs under a noun's address.  `entries` are (part, label) or (part, label, count); the first part may be ""."""
    return tuple(
        Tab(
            label=entry[1],
            href=f"{base}{entry[0]}/" if entry[0] else base,
            current=entry[0] == current,
            count=entry[2] if len(entry) == 3 else None,
        )
        for entry in entries
    )


def _flash(request: HttpRequest) -> str:
    waiting = messages.get_messages(request)
    if not len(waiting):
        return ""
    return render_to_string("components/flash.html", {"messages": waiting, "oob": True})
